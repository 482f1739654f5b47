"""What somebody without an account may do for an entry: answer a letter about it."""
