"""Pictures: each drawn by a process of its own, so that nothing else reads matplotlib."""
