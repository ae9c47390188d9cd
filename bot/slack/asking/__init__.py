"""What is asked of Slack on the way: members, user groups, channels, files."""
