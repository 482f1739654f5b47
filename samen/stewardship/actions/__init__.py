"""What colleagues of the map do. Each verb is one transaction and leaves its line."""
