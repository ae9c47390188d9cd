"""The portfolio: its basics, value streams, board and limits."""
