"""Base pages, components and the one stylesheet."""
