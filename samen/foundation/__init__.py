"""What every room stands on: languages, time, who acts, pages of a list. No domain words."""
