"""The only place that encrypts: who was given a key reads, and each reading is in the logbook."""
