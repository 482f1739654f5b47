"""Sheets of cells as files. Plain Python: what a cell means is said in rules/spreadsheet.py."""
