"""Decisions that a figure asks for: past the stop line, or short of the target on its day."""
