"""What is said to the database's driver itself: once and for all, in one trip, or at once."""
