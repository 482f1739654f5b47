"""The social map: organisations, services, locations, hours, languages, and what backs them."""
