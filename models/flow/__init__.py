"""Flow: figures about how work moves."""
