"""What each figure is drawn from: one function for each, and the page that shows them."""
