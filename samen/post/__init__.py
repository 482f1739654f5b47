"""Outgoing mail through one door: fixed wording, a queue in the database, retries and bounces."""
