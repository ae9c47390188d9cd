"""The three commands people type; each sends its words to a room."""
