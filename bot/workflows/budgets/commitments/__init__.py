"""Money committed to epics and to capacity: by decisions, until it is spent or released."""
