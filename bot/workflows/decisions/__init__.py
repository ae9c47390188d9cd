"""Opening decisions, voting on them, and closing them."""
