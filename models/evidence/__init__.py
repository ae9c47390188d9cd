"""What is known of an epic's effect: readings of its indicator, and what was seen or heard."""
