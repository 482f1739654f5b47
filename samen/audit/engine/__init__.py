"""The chain of lines, its keys, its signed heads and how it is checked. Plain Python."""
