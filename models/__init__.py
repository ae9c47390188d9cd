"""The nouns of a portfolio and their rules: plain Python until they meet a session."""
