"""How long a fact is believed, and who answers for it. Read aloud: what people call in fear is
asked after every three months, a place to go to every six, a website once a year. What nobody
confirms is marked, then stands lower, then is hidden; a line for emergencies is never hidden.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum


class State(StrEnum):
    """How sure the map is of an entry today."""

    FRESH = "fresh"
    DUE = "due"  # it is time to ask again
    OVERDUE = "overdue"  # asked, and no answer: it stands lower
    HIDDEN = "hidden"  # until somebody confirms it


MONTHS = {"line": 3, "service": 6, "info": 12, "placeholder": 12}
_EMERGENCY = 3  # months

OVERDUE_AFTER = timedelta(days=60)  # after it was due
HIDDEN_AFTER = timedelta(days=180)

# How long a mark for visitors stands when nobody tells the same again.
ALERT_LASTS = timedelta(days=60)
# So many days on which somebody said so make a mark. Two presses on one day may be one person.
DAYS_OF_DOUBT = 2

NATIONAL = "nl"


def review_months(kind: str, *, emergency: bool) -> int:
    return _EMERGENCY if emergency else MONTHS[kind]


def next_review(last: date, kind: str, *, emergency: bool) -> date:
    """When somebody has to say again that it is right."""
    return _months_after(last, review_months(kind, emergency=emergency))


def oldest_state(due_on: date, today: date, *, emergency: bool) -> State:
    """The worst that may be said of an entry today. It becomes so by a job, step by step."""
    if today < due_on:
        return State.FRESH
    if today < due_on + OVERDUE_AFTER:
        return State.DUE
    return State.OVERDUE if emergency or today < due_on + HIDDEN_AFTER else State.HIDDEN


def first_owner(areas: Collection[str], place: str) -> str:
    """The municipality that keeps a new entry, by slug; "" for one of the whole country.

    Of several the one where its door is, else the first by name.
    """
    if NATIONAL in areas or not areas:
        return ""
    return place if place in areas else min(areas)


def months_before(day: date, months: int) -> date:
    return _months_after(day, -months)


def _months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
