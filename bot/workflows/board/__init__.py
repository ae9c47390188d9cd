"""What shows all of it: cards, Home, what waits for someone, the weekly digest."""
