"""Adding evidence to epics, striking it out, and reading what is known."""
