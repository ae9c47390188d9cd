"""Slack's ways, once: what is heard, what is drawn, and how it is answered."""
