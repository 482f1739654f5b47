"""Drawings in numbers. Plain Python."""
