"""The map's desk: edit, suggest and approve, withdraw, translate; keep it fresh, check it."""
