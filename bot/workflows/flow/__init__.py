"""Flow: the figures of how work moves, as of a moment."""
