"""The demo: Tack in a local Slack, and a portfolio to look at."""
