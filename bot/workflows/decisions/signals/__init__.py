"""Decisions that a figure asks for: past the stop line, short of the target, out of money."""
