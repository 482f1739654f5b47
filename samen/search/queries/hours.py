"""Opening hours of an index: written down once, and asked of many services at once.

Half-hour masks of the week answer for nearly all. Where a half hour is open in part, and on days
that are not as usual, the exact minute is asked.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import partial

import numpy as np
from numpy.typing import NDArray

from samen.directory import queries as directory
from samen.directory.queries import Exceptional, Hours, Opening, OpeningState, Stretch
from samen.foundation.clock import AMSTERDAM
from samen.search.engine import scan
from samen.search.engine.columns import Index, Rows
from samen.search.rules import weeks

_NOT_ASKED, _NOT_READ = -1, -1
_ALWAYS, _NEVER = bytes([weeks.STAFFED]) * weeks.PLACES, bytes([weeks.SHUT]) * weeks.PLACES


class Openings:
    """What is known of the hours of an index at the moment that was asked of last.

    `place` is that of hours among the distinct ones of the index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        size = len(index.hours)
        self._week = np.full(size, _NOT_READ, np.int32)  # which of the masks
        self._closed_is = np.zeros(size, np.int8)  # what to say where the mask says shut
        self._masks: dict[bytes, int] = {}
        self._table = np.zeros((0, weeks.PLACES), np.int8)
        self._day, self._usual = date.min, np.zeros(size, np.int8)
        self._at: datetime | None = None
        self._minute: datetime | None = None
        self._states: scan.States
        self._openings: dict[int, Opening] = {}

    def opening(self, place: int, at: datetime) -> Opening:
        """All that can be said of the hours."""
        self._turn(at)
        openings = self._openings
        known = openings.get(place)
        if known is None:
            known = openings[place] = directory.opening(self._hours(place), _minute(at))
        return known

    def states(self, at: datetime) -> scan.States:
        """Whether somebody is there, of many."""
        self._turn(at)
        return self._states

    def _tell(
        self, at: datetime, usual: NDArray[np.int8], places: Rows, known: NDArray[np.int8]
    ) -> None:
        """By the masks, and of few by the exact minute."""
        wall = at.astimezone(AMSTERDAM)
        self._read(places[self._week[places] == _NOT_READ].tolist())
        for place in places[usual[places] == _NOT_ASKED].tolist():
            usual[place] = directory.is_usual(self._hours(place), wall.date())
        said = self._table[self._week[places], weeks.half_hour(wall)]
        known[places] = np.where(said == weeks.STAFFED, np.int8(scan.OPEN), self._closed_is[places])
        for place in places[(said == weeks.CHANGING) | (usual[places] == 0)].tolist():
            known[place] = state_of(self._hours(place), _minute(at))

    def _hours(self, place: int) -> Hours:
        return read_hours(self._index.hours[place])

    def _turn(self, at: datetime) -> None:
        """What was known of another minute, and of another day, is forgotten."""
        if at is self._at:  # as of every hit of a list
            return
        self._at, minute = at, _minute(at)
        if minute == self._minute:
            return
        size, day = len(self._index.hours), at.astimezone(AMSTERDAM).date()
        if day != self._day:
            self._day, self._usual = day, np.full(size, _NOT_ASKED, np.int8)
        self._minute, self._openings = minute, {}
        self._states = scan.States(size, partial(self._tell, at, self._usual))

    def _read(self, places: Iterable[int]) -> None:
        """Once in the life of a process."""
        for place in places:
            hours = self._hours(place)
            mask, closed_is = _usual_week(hours)
            self._closed_is[place] = closed_is
            number = self._masks.setdefault(mask, len(self._masks))
            if number == len(self._table):
                row = np.frombuffer(mask, np.int8)
                self._table = np.concatenate([self._table, row[np.newaxis]])
            self._week[place] = number


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _usual_week(hours: Hours) -> tuple[bytes, int]:
    """The mask, and what to say where it says shut."""
    if hours.state == "always":
        return _ALWAYS, scan.CLOSED
    if hours.state == "weekly" and hours.week:
        return weeks.half_hours(hours.week), _said(OpeningState.CLOSED, hours)
    return _NEVER, _said(OpeningState.UNKNOWN, hours)


def state_of(hours: Hours, at: datetime) -> int:
    return _said(directory.opening_state(hours, at), hours)


def _said(state: OpeningState, hours: Hours) -> int:
    if state is OpeningState.OPEN:
        return scan.OPEN
    if hours.urgent_always:
        return scan.URGENT_ONLY
    # Hours that nobody confirmed are no knowledge: they keep nobody away from the list.
    if state is OpeningState.UNKNOWN or not hours.confirmed:
        return scan.UNKNOWN
    return scan.CLOSED


# --- written down ---------------------------------------------------------------------------


def write_hours(hours: Hours) -> str:
    return json.dumps(
        [
            hours.state,
            [[s.weekday, s.opens.isoformat(), s.closes.isoformat()] for s in hours.week],
            [[e.date.isoformat(), _clock(e.opens), _clock(e.closes)] for e in hours.exceptions],
            hours.closed_on_holidays,
            hours.closed_from.isoformat() if hours.closed_from else None,
            hours.closed_until.isoformat() if hours.closed_until else None,
            hours.urgent_always,
            hours.confirmed,
        ]
    )


def read_hours(written: str) -> Hours:
    state, week, exceptions, holidays, start, end, urgent, confirmed = json.loads(written)
    return Hours(
        state=state,
        week=tuple(
            Stretch(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in week
        ),
        exceptions=tuple(
            Exceptional(date.fromisoformat(day), _time(opens), _time(closes))
            for day, opens, closes in exceptions
        ),
        closed_on_holidays=holidays,
        closed_from=date.fromisoformat(start) if start else None,
        closed_until=date.fromisoformat(end) if end else None,
        urgent_always=urgent,
        confirmed=confirmed,
    )


def _clock(moment: time | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None
