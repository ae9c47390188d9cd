"""A strict local Slack."""
