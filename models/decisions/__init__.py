"""Decisions: what is voted on, by whom, and what came of it."""
