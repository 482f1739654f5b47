"""Hours as each version of HSDS writes them. Plain Python only.

Read aloud: times are those of the clock on the wall in Amsterdam, which no fixed offset can say
for summer and winter; so they carry none, and the name of the zone stands beside them. A day and
a night are written 00:00 to 23:59, as the field guidance of HSDS has it. Hours that nobody told us
are left out: unknown is not closed.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from uuid import UUID, uuid5

from samen.directory.queries import Exceptional, Hours

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = "Europe/Amsterdam"
_NOT_CONFIRMED = "Niemand heeft deze tijden nog bevestigd: bel eerst."
_INSTEAD = "In plaats van de gewone tijden."
_CLOSED = "Gesloten op deze dag."
_USUAL, _UNUSUAL = "usual", "exceptions"


def schedules(service: UUID, hours: Hours) -> list[dict[str, Any]]:
    """3.0 to 3.2: a list in which nothing tells which rows belong together."""
    return [row for _group, row in _rows(service, hours)]


def operating_hours(service: UUID, hours: Hours) -> list[dict[str, Any]]:
    """3.3: when somebody is there. Rows of one group belong together."""
    return [row | {"group": group} for group, row in _rows(service, hours)]


def _rows(service: UUID, hours: Hours) -> Iterator[tuple[str, dict[str, Any]]]:
    note = "" if hours.confirmed else _NOT_CONFIRMED
    for days, opens, closes in _weekly(hours):
        yield _USUAL, _week(service, days, (opens, closes), note)
    for each in hours.exceptions:
        yield _UNUSUAL, _exception(service, each)


def _weekly(hours: Hours) -> Iterator[tuple[str, str, str]]:
    if hours.state == "always":
        yield ",".join(_DAYS), "00:00", "23:59"
        return
    stretches: dict[tuple[time, time], list[int]] = defaultdict(list)
    for stretch in hours.week if hours.state == "weekly" else ():
        stretches[stretch.opens, stretch.closes].append(stretch.weekday)
    for (opens, closes), days in sorted(stretches.items()):
        last = "23:59" if opens == closes == time(0) else f"{closes:%H:%M}"
        yield ",".join(_DAYS[day] for day in sorted(days)), f"{opens:%H:%M}", last


def _week(service: UUID, days: str, times: tuple[str, str], note: str) -> dict[str, Any]:
    opens, closes = times
    row = {
        "id": str(uuid5(service, f"schedule|{days}|{opens}|{closes}")),
        "service_id": str(service),
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": days,
        "opens_at": opens,
        "closes_at": closes,
        "timezone_name": _CLOCK,
    }
    return row | ({"description": note} if note else {})


def _exception(service: UUID, each: Exceptional) -> dict[str, Any]:
    """One date on which the week does not hold."""
    day: date = each.date
    row: dict[str, Any] = {
        "id": str(uuid5(service, f"exception|{day}|{each.opens}|{each.closes}")),
        "service_id": str(service),
        "dtstart": day.isoformat(),
        "valid_from": day.isoformat(),
        "valid_to": day.isoformat(),
        "count": 1,
        "timezone_name": _CLOCK,
    }
    if each.opens is None or each.closes is None:
        return row | {"description": _CLOSED}
    times = {"opens_at": f"{each.opens:%H:%M}", "closes_at": f"{each.closes:%H:%M}"}
    return row | times | {"description": _INSTEAD}
