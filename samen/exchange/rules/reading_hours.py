"""Schedules of others as our weekly grid with exceptions, as far as a grid can say it.

Read aloud: a row that says which days of every week, from when to when, is a stretch of the grid.
A row of one single date is an exception. What is over is left out. A rhythm of every other week,
of a month or of a count, is not forced into a week: it is a loss, and stays beside the record.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from samen.exchange.rules.reading_values import Losses, Why, clock, day, mappings, words

_DAYS = {name: at for at, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_ALL = 7
_MIDNIGHT, _LAST_MINUTE = "00:00", "23:59"
_NOT_WEEKLY = ("bymonthday", "byyearday", "byweekno", "count")
_FAR = date(9999, 12, 31)

Row = Mapping[str, Any]


def unknown_hours() -> dict[str, Any]:
    return {
        "hours": "",
        "hours_confirmed": False,
        "urgent_always": False,
        "closed_on_holidays": "",
        "closed_from": None,
        "closed_until": None,
        "week": [],
        "exceptions": [],
    }


def schedules_of(document: Row) -> list[Row]:
    """Of the service itself, in the words of 3.0 to 3.2 or of 3.3; else of its only place."""
    own = [
        *mappings(document, "schedules"),
        *(
            row
            for group in mappings(document, "operating_hours")
            for row in (mappings(group, "schedules") or [group])
        ),
    ]
    if own:
        return own
    there = mappings(document, "service_at_locations")
    if len(there) != 1:
        return []
    return mappings(there[0], "schedules") or [
        row for place in mappings(there[0], "location") for row in mappings(place, "schedules")
    ]


def read_hours(rows: Iterable[Row], today: date, losses: Losses) -> dict[str, Any]:
    """The hours as one fact of ours."""
    week: set[tuple[int, str, str]] = set()
    exceptions: set[tuple[str, str | None, str | None]] = set()
    for row in rows:
        if _is_over(row, today):
            losses.note("schedules", Why.PAST)
        elif _is_one_day(row):
            exceptions |= _exception(row, losses)
        else:
            week |= _stretches(row, today, losses)
    hours = unknown_hours()
    hours["exceptions"] = _sound_exceptions(exceptions, losses)
    grid = _without_overlaps(week, losses)
    if len(grid) == _ALL and all(each[1:] == (_MIDNIGHT, _MIDNIGHT) for each in grid):
        return {**hours, "hours": "always"}
    if grid:
        return {**hours, "hours": "weekly", "week": [list(each) for each in grid]}
    return hours


def _is_over(row: Row, today: date) -> bool:
    ends = [day(row, name) for name in ("valid_to", "until")]
    return any(end is not None and end < today for end in ends)


def _is_one_day(row: Row) -> bool:
    first, last = day(row, "valid_from"), day(row, "valid_to")
    alone = words(row, "count") == "1" and not words(row, "freq")
    return (first is not None and first == last) or (alone and day(row, "dtstart") is not None)


def _exception(row: Row, losses: Losses) -> set[tuple[str, str | None, str | None]]:
    date_ = day(row, "valid_from") or day(row, "dtstart")
    opens, closes = clock(row, "opens_at"), clock(row, "closes_at")
    if date_ is None or bool(opens) != bool(closes):
        losses.note("schedules", Why.NOT_READABLE)
        return set()
    return {(date_.isoformat(), opens or None, _end(opens, closes) or None)}


def _stretches(row: Row, today: date, losses: Losses) -> set[tuple[int, str, str]]:
    opens, closes = clock(row, "opens_at"), clock(row, "closes_at")
    days = _weekdays(row)
    if not _is_weekly(row) or days is None or (day(row, "valid_from") or today) > today:
        losses.note("schedules", Why.NOT_A_WEEK)
        return set()
    if not (opens and closes):
        losses.note("schedules", Why.NOT_READABLE)
        return set()
    return {(each, opens, _end(opens, closes)) for each in days}


def _is_weekly(row: Row) -> bool:
    return (
        words(row, "freq") in ("WEEKLY", "")
        and words(row, "interval") in ("", "1", "1.0")
        and not any(words(row, name) for name in _NOT_WEEKLY)
    )


def _weekdays(row: Row) -> list[int] | None:
    """None when it does not say which days, or says the first Monday of something."""
    named = [name.strip().upper() for name in words(row, "byday").split(",") if name.strip()]
    if not named or any(name not in _DAYS for name in named):
        return None
    return sorted({_DAYS[name] for name in named})


def _end(opens: str, closes: str) -> str:
    """24 hours is written 00:00 to 23:59, and in our grid 00:00 to 00:00."""
    return _MIDNIGHT if (opens, closes) == (_MIDNIGHT, _LAST_MINUTE) else closes


def _without_overlaps(
    week: set[tuple[int, str, str]], losses: Losses
) -> list[tuple[int, str, str]]:
    """Of two stretches that overlap nobody knows which one is meant: neither is taken."""
    wrong: set[tuple[int, str, str]] = set()
    ordered = sorted(week)
    for first, second in pairwise(ordered):
        if first[0] == second[0] and not first[1] < first[2] <= second[1]:
            wrong |= {first, second}
    if wrong:
        losses.note("schedules", Why.NOT_READABLE)
        days = {each[0] for each in wrong}
        return [each for each in ordered if each[0] not in days]
    return ordered


def _sound_exceptions(
    found: set[tuple[str, str | None, str | None]], losses: Losses
) -> list[list[str | None]]:
    """A day that is closed and open at once is neither."""
    closed = {each[0] for each in found if each[1] is None}
    both = {each[0] for each in found if each[1] is not None and each[0] in closed}
    if both:
        losses.note("schedules", Why.NOT_READABLE)
    return sorted((list(each) for each in found if each[0] not in both), key=str)
