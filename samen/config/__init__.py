"""Settings, the doors, and jobs that join rooms."""
