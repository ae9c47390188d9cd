"""Projects: what runs beside the value streams, with its plan."""
