"""Epics: from an idea to done or stopped."""
