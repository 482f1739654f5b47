"""SAMEN: help for people who survived violence and fled, and for those who help them."""
