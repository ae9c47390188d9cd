"""Histories, epics and projects that come in from files."""
