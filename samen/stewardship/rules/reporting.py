"""By when somebody looks at what visitors say. Read aloud: a number that fails, or a door that is
closed, within three days; that somebody was refused, or not understood, within a week.
"""

from datetime import date, timedelta

_DAYS = {"number": 3, "closed": 3, "refused": 7, "language": 7}


def deadline(reason: str, first: date) -> date:
    """`first` is the day on which it was said for the first time."""
    return first + timedelta(days=_DAYS[reason])
