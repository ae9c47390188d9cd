"""Money that is committed: to epics by what is decided on them, and to a stream's capacity."""
