"""Themes, objectives and key results: what the portfolio is after."""
