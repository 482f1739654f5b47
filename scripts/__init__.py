"""What make calls. Each file is a command of its own."""
