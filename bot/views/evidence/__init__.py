"""Evidence of epics: its form, its list, and what is said of it."""
