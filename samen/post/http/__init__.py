"""The ways out: a mail server, or a folder; and how both are named in one setting."""
