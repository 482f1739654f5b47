"""Colleagues who have a seat at the desk. Visitors never become users."""
