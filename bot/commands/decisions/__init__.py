"""Decisions: opened, voted on, listed and shown."""
