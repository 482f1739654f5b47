"""Opening hours as people read them on a door: by the clock on the wall in Amsterdam.

Read aloud: a stretch belongs to the day on which it opens, and one that closes at or before it
opens runs past midnight. An exception replaces the stretches of its day. What nobody told us is
unknown, and unknown is neither open nor closed. Weekly hours on a public holiday are unknown
until somebody says whether the holiday counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

from samen.foundation.clock import AMSTERDAM

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# More than Amsterdam is ever ahead of UTC.
_MARGIN = timedelta(hours=3)
_MIDNIGHT = time(0)
_WHOLE_DAY = ((_MIDNIGHT, _MIDNIGHT),)
# Open for longer than this is open without an end in sight.
_LONG = 7 * _DAY
# How far ahead the next opening is looked for: past a summer closure.
_FAR = 100 * _DAY


class OpeningState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of the weekly grid. 00:00 to 00:00 is a whole day."""

    weekday: int  # 0 is Monday
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A date on which the weekly grid does not hold. No times: closed that day."""

    date: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    state: str  # "always", "weekly", or "" when nobody told us
    week: tuple[Stretch, ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    closed_on_holidays: str = ""  # "yes", "no", or "" when nobody told us
    closed_from: date | None = None  # both days belong to the closure
    closed_until: date | None = None
    urgent_always: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What can be said about one moment. Times are in Amsterdam."""

    state: OpeningState
    always: bool = False  # open without an end in sight
    until: datetime | None = None  # when it closes, if it is open and will close
    opens_next: datetime | None = None  # when it surely opens, if it is not open
    urgent: bool = False  # not open, but somebody answers for what cannot wait


@dataclass(frozen=True, slots=True)
class _Span:
    """From one moment to another, by the clock on the wall."""

    start: datetime
    end: datetime
    sure: bool


def opening(hours: Hours, at: datetime) -> Opening:
    """What can be said about `hours` at the aware moment `at`."""
    wall = at.astimezone(AMSTERDAM).replace(tzinfo=None)
    state = _state(hours, wall)
    if state is OpeningState.OPEN:
        until = _closes(hours, at, wall)
        return Opening(state, always=until is None, until=until)
    return Opening(state, opens_next=_opens(hours, at, wall), urgent=hours.urgent_always)


def opening_state(hours: Hours, at: datetime) -> OpeningState:
    """Only whether somebody is there, for who asks it of many."""
    return _state(hours, at.astimezone(AMSTERDAM).replace(tzinfo=None))


def is_usual(hours: Hours, day: date) -> bool:
    """Whether on this day the weekly grid alone says what holds, also of the night before it."""
    days = (day - _DAY, day)
    return not any(
        _is_shut_down(hours, each)
        or any(exception.date == each for exception in hours.exceptions)
        or (_counts_holidays(hours) and each in _holidays(each.year))
        for each in days
    )


def _counts_holidays(hours: Hours) -> bool:
    unsaid = hours.state != "always" and hours.closed_on_holidays != "no"
    return hours.closed_on_holidays == "yes" or unsaid


def by_day(hours: Hours) -> list[tuple[int, list[tuple[time, time]]]]:
    """The weekly grid for a table: every weekday with its stretches, none where it is closed.

    Empty when the hours are unknown.
    """
    if not _is_known(hours):
        return []
    return [(weekday, _joined(_grid(hours, weekday))) for weekday in range(7)]


def _is_known(hours: Hours) -> bool:
    """A weekly grid without a single stretch tells nothing either."""
    return hours.state == "always" or (hours.state == "weekly" and bool(hours.week))


def _grid(hours: Hours, weekday: int) -> Iterable[tuple[time, time]]:
    if hours.state == "always":
        return _WHOLE_DAY
    return sorted((s.opens, s.closes) for s in hours.week if s.weekday == weekday)


def _joined(stretches: Iterable[tuple[time, time]]) -> list[tuple[time, time]]:
    """The morning and the afternoon as one, where one begins as the other ends."""
    joined: list[tuple[time, time]] = []
    for opens, closes in stretches:
        if joined and joined[-1][1] == opens != _MIDNIGHT:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return joined


# --- one day -----------------------------------------------------------------------------------


def _spans_of(hours: Hours, day: date) -> Iterator[_Span]:
    """What begins on `day`, by the clock on the wall."""
    if _is_shut_down(hours, day):
        return
    exceptions = [e for e in hours.exceptions if e.date == day]
    if exceptions:
        for exception in exceptions:
            if exception.opens is not None and exception.closes is not None:
                yield _span(day, exception.opens, exception.closes, sure=True)
    elif not _is_known(hours):
        yield _span(day, _MIDNIGHT, _MIDNIGHT, sure=False)
    elif not (hours.closed_on_holidays == "yes" and day in _holidays(day.year)):
        yield from _weekly_spans(hours, day)


def _weekly_spans(hours: Hours, day: date) -> Iterator[_Span]:
    sure = not _is_doubtful(hours, day)
    midnight = datetime.combine(day + _DAY, _MIDNIGHT)
    for opens, closes in _grid(hours, day.weekday()):
        span = _span(day, opens, closes, sure=sure)
        if span.end > midnight and _is_doubtful(hours, day + _DAY):
            yield _Span(span.start, midnight, sure)
            yield _Span(midnight, span.end, sure=False)
        else:
            yield span


def _span(day: date, opens: time, closes: time, *, sure: bool) -> _Span:
    end = datetime.combine(day if opens < closes else day + _DAY, closes)
    return _Span(datetime.combine(day, opens), end, sure)


def _is_shut_down(hours: Hours, day: date) -> bool:
    if hours.closed_from is None and hours.closed_until is None:
        return False
    begun = hours.closed_from is None or hours.closed_from <= day
    return begun and (hours.closed_until is None or day <= hours.closed_until)


def _is_doubtful(hours: Hours, day: date) -> bool:
    """A holiday of which nobody said whether it counts. Day and night is said for every day."""
    return (
        hours.state != "always"
        and hours.closed_on_holidays not in ("yes", "no")
        and day in _holidays(day.year)
        and all(exception.date != day for exception in hours.exceptions)
    )


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))


# --- one moment --------------------------------------------------------------------------------


def _state(hours: Hours, wall: datetime) -> OpeningState:
    today = wall.date()
    now = [
        span.sure
        for day in (today - _DAY, today)
        for span in _spans_of(hours, day)
        if span.start <= wall < span.end
    ]
    if any(now):
        return OpeningState.OPEN
    return OpeningState.UNKNOWN if now else OpeningState.CLOSED


def _closes(hours: Hours, at: datetime, wall: datetime) -> datetime | None:
    """The end of the open time that `at` lies in, over stretches that touch each other."""
    end = at
    for start, stop in _open_times(hours, wall.date() - _DAY, wall.date() + _LONG + 2 * _DAY):
        if start <= end < stop:
            end = stop
    return None if end - at >= _LONG else end.astimezone(AMSTERDAM)


def _opens(hours: Hours, at: datetime, wall: datetime) -> datetime | None:
    if not _is_known(hours) and not hours.exceptions:
        return None
    for start, _stop in _open_times(hours, wall.date() - _DAY, wall.date() + _FAR):
        if start > at:
            return start.astimezone(AMSTERDAM)
    return None


def _open_times(hours: Hours, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """When it is surely open, as moments in UTC, in order of their beginning."""
    day = first
    while day <= last:
        sure = [span for span in _spans_of(hours, day) if span.sure]
        yield from sorted(run for span in sure for run in _moments(span))
        day += _DAY


def _moments(span: _Span) -> list[tuple[datetime, datetime]]:
    """The moments at which the clock on the wall shows a time within the span.

    One run, but for the nights on which the clock is changed: an hour that is skipped has no
    moments, and an hour that comes twice has them twice.
    """
    start, end = span.start.replace(tzinfo=UTC), span.end.replace(tzinfo=UTC)
    before, after = start - _MARGIN, end + _MARGIN
    old, new = _ahead_of_utc(before), _ahead_of_utc(after)
    if old == new:
        return [(start - old, end - old)]
    change = _clock_change(before, after)
    runs = [(start - old, min(end - old, change)), (max(start - new, change), end - new)]
    return [run for run in runs if run[0] < run[1]]


def _ahead_of_utc(moment: datetime) -> timedelta:
    return moment.astimezone(AMSTERDAM).utcoffset() or timedelta()


def _clock_change(before: datetime, after: datetime) -> datetime:
    """The moment between the two at which the clock is changed; it is a whole minute."""
    old = _ahead_of_utc(before)
    while after - before > _MINUTE:
        middle = before + (after - before) / 2
        if _ahead_of_utc(middle) == old:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)
