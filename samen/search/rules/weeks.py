"""The half hours of a week in which a weekly grid is open."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Protocol

SHUT, STAFFED, CHANGING = range(3)  # of a half hour: all of it, or only a part

_DAY = 24 * 60
_HALF = 30
PLACES = 7 * _DAY // _HALF


class Stretch(Protocol):
    @property
    def weekday(self) -> int: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...


def half_hour(wall: datetime) -> int:
    """Which of the week it is, by the clock on the wall."""
    return (wall.weekday() * _DAY + wall.hour * 60 + wall.minute) // _HALF


def half_hours(week: Iterable[Stretch]) -> bytes:
    """SHUT, STAFFED or CHANGING for each half hour from Monday at midnight."""
    spans = [span for stretch in week for span in _minutes(stretch)]
    return bytes(_said(spans, place * _HALF) for place in range(PLACES))


def _minutes(stretch: Stretch) -> Iterable[tuple[int, int]]:
    """From and to in the minutes of the week; what runs past Sunday goes on on Monday."""
    opens, closes = _of_day(stretch.opens), _of_day(stretch.closes)
    start = stretch.weekday * _DAY + opens
    end = start + (closes - opens) + (0 if opens < closes else _DAY)
    yield start, min(end, 7 * _DAY)
    if end > 7 * _DAY:
        yield 0, end - 7 * _DAY


def _of_day(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _said(spans: Iterable[tuple[int, int]], minute: int) -> int:
    shared = [(start, end) for start, end in spans if start < minute + _HALF and minute < end]
    if any(start <= minute and minute + _HALF <= end for start, end in shared):
        return STAFFED
    return CHANGING if shared else SHUT
