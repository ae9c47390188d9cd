"""What is shown of flow: its figures in words, as a chart, and explained."""
