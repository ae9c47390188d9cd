"""Budgets: funding periods, the ledger of their money, and shifts between value streams."""
