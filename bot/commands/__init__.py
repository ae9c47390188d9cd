"""What the bot hears."""
