"""The doors for machines: no account, no cookie, no page."""
