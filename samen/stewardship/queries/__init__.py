"""What colleagues of the map ask."""
