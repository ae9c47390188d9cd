"""Files: taken in from people, and given to them or shown to one of them."""
