"""What the rows of a file come to, worked out before anything is written."""
