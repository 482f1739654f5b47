"""The hours of an entry of services.yaml, as plain values."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from samen.directory.actions.fields import (
    answer,
    check_keys,
    day,
    mapping,
    mappings,
    one_of,
    refuse,
    texts,
)
from samen.foundation.sentences import gettext_noop

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
_STATES = {"always": "always", "weekly": "weekly", "unknown": ""}
_KEYS = (
    "state",
    "week",
    "outside",
    "confirmed",
    "note",
    "holidays",
    "closed_from",
    "closed_until",
    "exceptions",
)


def read_hours(entry: Mapping[str, Any]) -> dict[str, Any]:
    hours = mapping(entry, "hours")
    check_keys(hours, _KEYS, what=gettext_noop("Its hours"))
    state = one_of(hours, "state", _STATES)
    week = _week(hours)
    if bool(week) != (state == "weekly"):
        refuse(
            gettext_noop(
                "Its hours have a week and are not weekly, or are weekly and have no week."
            )
        )
    closed_from, closed_until = day(hours, "closed_from"), day(hours, "closed_until")
    if closed_from and closed_until and closed_from > closed_until:
        refuse(gettext_noop("It is closed until a day before it closes."))
    return {
        "hours": state,
        "hours_confirmed": answer(hours, "confirmed") == "yes",
        "urgent_always": one_of(hours, "outside", {"urgent": "urgent"}) == "urgent",
        "closed_on_holidays": _closed_on_holidays(hours),
        "closed_from": closed_from,
        "closed_until": closed_until,
        "week": week,
        "exceptions": _exceptions(hours),
    }


def _closed_on_holidays(hours: Mapping[str, Any]) -> str:
    return one_of(hours, "holidays", {"closed": "yes", "open": "no", "unknown": ""})


def _week(hours: Mapping[str, Any]) -> list[list[Any]]:
    week = mapping(hours, "week")
    check_keys(week, _WEEKDAYS, what=gettext_noop("Its week"))
    return [
        [weekday, opens, closes]
        for weekday, name in enumerate(_WEEKDAYS)
        for opens, closes in _ranges(texts(week, name))
    ]


def _exceptions(hours: Mapping[str, Any]) -> list[list[str | None]]:
    """Dates on which the week does not hold; one without hours is a day on which it is closed."""
    rows: list[list[str | None]] = []
    for exception in mappings(hours, "exceptions"):
        check_keys(exception, ("date", "hours"), what=gettext_noop("An exception of its hours"))
        date = day(exception, "date") or refuse(
            gettext_noop("An exception of its hours has no date.")
        )
        ranges = _ranges(texts(exception, "hours"))
        rows.extend([date, opens, closes] for opens, closes in ranges)
        if not ranges:
            rows.append([date, None, None])
    return sorted(rows, key=str)


def _ranges(words: list[str]) -> list[tuple[str, str]]:
    """Stretches of one day in order. Only the last may run past midnight."""
    ranges = sorted(_range(word) for word in words)
    for (opens, closes), (opens_again, _closes) in pairwise(ranges):
        if not opens < closes <= opens_again:
            refuse(gettext_noop("Its hours overlap on one day: %(hours)s."), hours=", ".join(words))
    return ranges


def _range(word: str) -> tuple[str, str]:
    found = _RANGE.fullmatch(word)
    if not found:
        refuse(gettext_noop("Its hours are not like 09:00-17:00: %(hours)s."), hours=word)
    opens, closes = found.groups()
    closes = "00:00" if closes == "24:00" else closes
    try:
        return f"{time.fromisoformat(opens):%H:%M}", f"{time.fromisoformat(closes):%H:%M}"
    except ValueError:
        refuse(gettext_noop("Its hours are not times of the day: %(hours)s."), hours=word)
