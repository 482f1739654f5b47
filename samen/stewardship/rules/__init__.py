"""Rules of the desk, to be read aloud. Plain Python only."""
