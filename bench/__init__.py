"""Measured, never asserted in a timed test: what pages weigh and cost."""
