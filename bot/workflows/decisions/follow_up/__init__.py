"""What follows a decision: reminders before, a stop told first, and looking again."""
