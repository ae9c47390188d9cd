"""Tack, the application: it hears, does and shows."""
