"""Measures Tack against its bars: `python -m bench`, or one bench by its name."""
