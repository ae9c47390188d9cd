"""Opening a decision: who decides, the case as it is known, and the question put to them."""
