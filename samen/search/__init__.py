"""From a question to services: normalising, the index, ranking. Knows no pages."""
