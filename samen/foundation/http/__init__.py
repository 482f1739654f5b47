"""The world outside, as a guarded place."""
