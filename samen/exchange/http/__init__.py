"""How answers go out."""
