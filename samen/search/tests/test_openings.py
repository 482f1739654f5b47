"""Half-hour masks answer for most hours; what they say is what the exact minute says."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.directory import queries as directory
from samen.directory.queries import Exceptional, Hours, Stretch
from samen.search.engine import columns
from samen.search.queries import hours as kept
from samen.search.queries.hours import Openings, state_of, write_hours
from samen.search.rules import weeks
from samen.search.tests import make

patient = settings(deadline=None)
# Nights on which the clock is changed, holidays, the turn of a year; and any day between.
DAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 25), date(2027, 1, 1)]
FIRST = datetime(2026, 1, 1, tzinfo=UTC)

moments = some.builds(
    lambda day, minutes: datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
    some.sampled_from(DAYS) | some.dates(date(2026, 1, 1), date(2027, 1, 3)),
    some.integers(-120, 24 * 60),
)
clocks = some.builds(time, some.integers(0, 23), some.sampled_from([0, 10, 15, 30, 45, 59]))
stretches = some.builds(Stretch, some.integers(0, 6), clocks, clocks)
days = some.sampled_from(DAYS) | some.dates(date(2026, 3, 1), date(2026, 3, 31))
exceptions = some.builds(Exceptional, days, clocks, clocks) | some.builds(Exceptional, days)
hours = some.builds(
    Hours,
    some.sampled_from(["always", "weekly", "weekly", ""]),
    some.lists(stretches, max_size=5).map(tuple),
    exceptions=some.lists(exceptions, max_size=2).map(tuple),
    closed_on_holidays=some.sampled_from(["", "yes", "no"]),
    closed_from=some.none() | days,
    closed_until=some.none() | days,
    urgent_always=some.booleans(),
    confirmed=some.booleans(),
)


def openings_of(*each: Hours) -> tuple[Openings, list[Hours]]:
    rows = [make.Row(number, hours=one) for number, one in enumerate(each, 1)]
    index = columns.build(rows, write=write_hours)
    return Openings(index), [kept.read_hours(written) for written in index.hours]


def states(openings: Openings, at: datetime, size: int) -> list[int]:
    return [int(each) for each in openings.states(at).of(np.arange(size, dtype=np.int32))]


@patient
@given(some.lists(hours, min_size=1, max_size=5), some.lists(moments, min_size=1, max_size=4))
def test_the_masks_say_what_the_minute_says(each: list[Hours], at: list[datetime]) -> None:
    """One moment after another, also backwards, as in one process."""
    openings, distinct = openings_of(*each)

    for moment in at:
        exact = [state_of(one, moment) for one in distinct]
        assert states(openings, moment, len(distinct)) == exact
        assert states(openings, moment, len(distinct)) == exact, "and once more"


@patient
@given(stretches, some.integers(0, weeks.PLACES * 30 - 1))
def test_a_half_hour_is_open_when_all_of_it_is(stretch: Stretch, minute: int) -> None:
    monday = datetime(2026, 1, 5)  # noqa: DTZ001 the clock on the wall
    wall = monday + timedelta(minutes=minute)
    place = weeks.half_hour(wall)
    said = weeks.half_hours([stretch])[place]
    open_at = [is_open(stretch, place * 30 + each) for each in range(30)]

    assert place == minute // 30
    assert said == (
        weeks.STAFFED if all(open_at) else weeks.CHANGING if any(open_at) else weeks.SHUT
    )


def is_open(stretch: Stretch, minute: int) -> bool:
    """Of a minute of the week, asked one by one."""
    opens = stretch.opens.hour * 60 + stretch.opens.minute
    closes = stretch.closes.hour * 60 + stretch.closes.minute
    length = closes - opens if opens < closes else closes - opens + 24 * 60
    return (minute - stretch.weekday * 24 * 60 - opens) % (7 * 24 * 60) < length


def test_usual_hours_are_read_once_and_no_minute_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    openings, distinct = openings_of(make.OFFICE, make.EVENING, make.ALWAYS, make.UNKNOWN)
    states(openings, make.NOON, len(distinct))
    monkeypatch.setattr(kept, "state_of", lambda *_: pytest.fail("the minute was asked"))
    monkeypatch.setattr(kept, "_usual_week", lambda *_: pytest.fail("it was read again"))

    for minutes in range(0, 24 * 60, 30):
        states(openings, make.NOON + timedelta(minutes=minutes), len(distinct))


def test_on_a_day_that_is_not_usual_the_minute_is_asked() -> None:
    closed = Hours("weekly", make.OFFICE.week, (Exceptional(make.NOON.date()),), confirmed=True)
    openings, _ = openings_of(closed)

    assert states(openings, make.NOON, 1) == [state_of(closed, make.NOON)]
    assert states(openings, make.NOON + timedelta(days=7), 1) != states(openings, make.NOON, 1)
    assert not directory.is_usual(closed, make.NOON.date())
