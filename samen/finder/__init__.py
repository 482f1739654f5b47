"""The pages for visitors."""
