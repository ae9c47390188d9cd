"""Evidence: added, struck out and listed."""
