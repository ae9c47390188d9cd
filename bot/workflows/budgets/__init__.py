"""Budgets: money given to value streams, and moved between them."""
