"""What happens later than the click."""
