"""What counts when somebody asks: how words are compared, and how answers are ordered."""
