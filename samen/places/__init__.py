"""Towns with the point on the map they are measured from, and municipalities."""
