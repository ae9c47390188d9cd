"""People: who is who in a workspace, and which roles they have."""
