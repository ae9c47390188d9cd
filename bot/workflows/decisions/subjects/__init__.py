"""What decisions are about that is no epic."""
