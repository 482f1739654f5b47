"""The logbook: who did what to which record, and when. Random ids only, no words."""
