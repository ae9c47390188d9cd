"""What is heard about flow."""
