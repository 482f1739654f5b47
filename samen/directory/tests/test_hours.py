"""When is it open? By examples, by both nights of the clock change, and against a slow oracle."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samen.directory.rules import Exceptional, Hours, OpeningState, Stretch, by_day, opening
from samen.foundation.clock import AMSTERDAM

OPEN, CLOSED, UNKNOWN = OpeningState.OPEN, OpeningState.CLOSED, OpeningState.UNKNOWN
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
OFFICE = tuple(Stretch(day, time(9), time(17)) for day in (MON, TUE, WED, THU, FRI))
NIGHTS = tuple(Stretch(day, time(22), time(6)) for day in range(7))

# A week without a holiday: 16 November 2026 is a Monday.
MONDAY = date(2026, 11, 16)
CHRISTMAS = date(2026, 12, 25)  # a Friday
SPRING = date(2026, 3, 29)  # a Sunday; 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # a Sunday; 03:00 becomes 02:00


def weekly(*stretches: Stretch) -> Hours:
    return Hours("weekly", stretches)


def at(day: date, clock: str, *, again: bool = False) -> datetime:
    """By the clock on the wall; `again` is the second time that clock shows it in autumn."""
    wall = datetime.combine(day, time.fromisoformat(clock), AMSTERDAM)
    return wall.replace(fold=1 if again else 0)


def shown(moment: datetime | None) -> str:
    return f"{moment:%a %H:%M}" if moment else ""


# --- plain days --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "state"),
    [
        ("08:59", CLOSED),
        ("09:00", OPEN),
        ("16:59", OPEN),
        ("17:00", CLOSED),
    ],
)
def test_it_opens_at_the_minute_and_closes_at_the_minute(clock: str, state: OpeningState) -> None:
    assert opening(weekly(*OFFICE), at(MONDAY, clock)).state is state


def test_an_open_door_says_until_when() -> None:
    said = opening(weekly(*OFFICE), at(MONDAY, "12:00"))

    assert shown(said.until) == "Mon 17:00"
    assert said.opens_next is None
    assert not said.always


def test_a_closed_door_says_when_it_opens() -> None:
    friday_night = at(MONDAY + timedelta(4), "20:00")

    assert shown(opening(weekly(*OFFICE), friday_night).opens_next) == "Mon 09:00"


def test_a_split_day_closes_for_lunch() -> None:
    split = weekly(Stretch(MON, time(9), time(12)), Stretch(MON, time(13), time(17)))

    assert shown(opening(split, at(MONDAY, "10:00")).until) == "Mon 12:00"
    assert shown(opening(split, at(MONDAY, "12:30")).opens_next) == "Mon 13:00"


def test_stretches_that_touch_are_one() -> None:
    whole = weekly(Stretch(MON, time(9), time(12)), Stretch(MON, time(12), time(17)))

    assert shown(opening(whole, at(MONDAY, "10:00")).until) == "Mon 17:00"


def test_a_night_that_touches_the_morning_is_one() -> None:
    hours = weekly(Stretch(MON, time(20), time(0)), Stretch(TUE, time(0), time(12)))

    assert shown(opening(hours, at(MONDAY, "21:00")).until) == "Tue 12:00"


def test_from_midnight_to_midnight_is_the_whole_day() -> None:
    hours = weekly(Stretch(MON, time(0), time(0)))

    assert opening(hours, at(MONDAY, "00:00")).state is OPEN
    assert shown(opening(hours, at(MONDAY, "23:59")).until) == "Tue 00:00"
    assert opening(hours, at(MONDAY + timedelta(1), "00:00")).state is CLOSED


def test_sunday_night_runs_into_monday() -> None:
    hours = weekly(Stretch(SUN, time(22), time(6)))
    sunday = MONDAY - timedelta(1)

    assert shown(opening(hours, at(sunday, "23:00")).until) == "Mon 06:00"
    assert shown(opening(hours, at(MONDAY, "03:00")).until) == "Mon 06:00"
    assert opening(hours, at(MONDAY, "06:00")).state is CLOSED


def test_the_moment_counts_and_not_the_zone_it_is_given_in() -> None:
    noon_in_utc = datetime(2026, 11, 16, 16, 30, tzinfo=UTC)

    assert opening(weekly(*OFFICE), noon_in_utc).state is CLOSED  # 17:30 in Amsterdam


# --- always, unknown ---------------------------------------------------------------------------


@pytest.mark.parametrize("day", [MONDAY, CHRISTMAS, SPRING, AUTUMN])
def test_day_and_night_is_every_day(day: date) -> None:
    said = opening(Hours("always"), at(day, "03:30"))

    assert (said.state, said.always, said.until) == (OPEN, True, None)


def test_a_week_with_an_hour_less_is_still_without_an_end() -> None:
    assert opening(Hours("always"), at(SPRING - timedelta(3), "23:45")).always


def test_seven_whole_days_are_day_and_night_too() -> None:
    hours = Hours(
        "weekly", tuple(Stretch(d, time(0), time(0)) for d in range(7)), closed_on_holidays="no"
    )

    assert opening(hours, at(MONDAY, "12:00")).always


@pytest.mark.parametrize("hours", [Hours(""), Hours("weekly")])
def test_what_nobody_told_us_is_unknown_and_never_closed(hours: Hours) -> None:
    said = opening(hours, at(MONDAY, "03:00"))

    assert (said.state, said.opens_next) == (UNKNOWN, None)
    assert by_day(hours) == []


def test_outside_its_hours_somebody_may_answer_for_what_cannot_wait() -> None:
    hours = Hours("weekly", OFFICE, urgent_always=True)

    assert opening(hours, at(MONDAY, "20:00")).urgent
    assert not opening(hours, at(MONDAY, "12:00")).urgent


# --- exceptions, holidays, closures ------------------------------------------------------------


def test_an_exception_without_times_closes_its_day() -> None:
    hours = Hours("weekly", OFFICE, exceptions=(Exceptional(MONDAY),))

    assert opening(hours, at(MONDAY, "12:00")).state is CLOSED
    assert shown(opening(hours, at(MONDAY, "12:00")).opens_next) == "Tue 09:00"


def test_an_exception_with_times_replaces_its_day() -> None:
    hours = Hours("weekly", OFFICE, exceptions=(Exceptional(MONDAY, time(18), time(20)),))

    assert opening(hours, at(MONDAY, "12:00")).state is CLOSED
    assert shown(opening(hours, at(MONDAY, "19:00")).until) == "Mon 20:00"


def test_an_exception_on_the_day_before_takes_its_night_along() -> None:
    hours = Hours("weekly", NIGHTS, exceptions=(Exceptional(MONDAY),))
    tuesday = MONDAY + timedelta(1)

    assert opening(hours, at(MONDAY, "23:00")).state is CLOSED
    assert opening(hours, at(tuesday, "03:00")).state is CLOSED


def test_an_exception_on_the_day_after_leaves_the_night_that_began_before() -> None:
    hours = Hours("weekly", NIGHTS, exceptions=(Exceptional(MONDAY),))

    assert shown(opening(hours, at(MONDAY, "03:00")).until) == "Mon 06:00"


def test_an_exception_may_run_past_midnight() -> None:
    hours = Hours("weekly", OFFICE, exceptions=(Exceptional(MONDAY, time(20), time(2)),))

    assert shown(opening(hours, at(MONDAY + timedelta(1), "01:00")).until) == "Tue 02:00"


@pytest.mark.parametrize(
    ("holidays", "state"), [("yes", CLOSED), ("no", OPEN), ("", UNKNOWN), ("partly", UNKNOWN)]
)
def test_on_a_holiday_only_who_says_so_is_open(holidays: str, state: OpeningState) -> None:
    hours = Hours("weekly", OFFICE, closed_on_holidays=holidays)

    assert opening(hours, at(CHRISTMAS, "12:00")).state is state


def test_a_doubtful_holiday_is_closed_at_hours_at_which_it_never_opens() -> None:
    assert opening(weekly(*OFFICE), at(CHRISTMAS, "03:00")).state is CLOSED


def test_the_next_opening_is_a_sure_one() -> None:
    said = opening(weekly(*OFFICE), at(CHRISTMAS, "08:00"))

    assert shown(said.opens_next) == "Mon 09:00"


def test_a_night_is_only_sure_until_a_doubtful_holiday_begins() -> None:
    eve = CHRISTMAS - timedelta(1)

    assert shown(opening(weekly(*NIGHTS), at(eve, "23:00")).until) == "Fri 00:00"
    assert opening(weekly(*NIGHTS), at(CHRISTMAS, "03:00")).state is UNKNOWN


def test_an_exception_clears_the_doubt_of_a_holiday() -> None:
    hours = Hours("weekly", OFFICE, exceptions=(Exceptional(CHRISTMAS, time(10), time(12)),))

    assert opening(hours, at(CHRISTMAS, "11:00")).state is OPEN


def test_liberation_day_is_a_holiday_once_in_five_years() -> None:
    closed = Hours("weekly", NIGHTS + OFFICE, closed_on_holidays="yes")

    assert opening(closed, at(date(2025, 5, 5), "12:00")).state is CLOSED
    assert opening(closed, at(date(2026, 5, 5), "12:00")).state is OPEN


def test_a_closure_holds_on_its_first_and_its_last_day() -> None:
    hours = Hours("weekly", OFFICE, closed_from=MONDAY, closed_until=MONDAY + timedelta(7))

    assert opening(hours, at(MONDAY - timedelta(3), "12:00")).state is OPEN
    assert opening(hours, at(MONDAY, "12:00")).state is CLOSED
    assert opening(hours, at(MONDAY + timedelta(7), "12:00")).state is CLOSED
    assert opening(hours, at(MONDAY, "12:00")).opens_next == at(MONDAY + timedelta(8), "09:00")


def test_day_and_night_ends_where_a_closure_begins() -> None:
    said = opening(Hours("always", closed_from=MONDAY), at(MONDAY - timedelta(1), "12:00"))

    assert (said.always, said.until) == (False, at(MONDAY, "00:00"))


def test_a_closure_is_known_where_hours_are_not() -> None:
    assert opening(Hours("", closed_from=MONDAY), at(MONDAY, "12:00")).state is CLOSED


# --- the clock change --------------------------------------------------------------------------


class Night(NamedTuple):
    opens: str
    closes: str
    moment: datetime
    state: OpeningState
    until: datetime | None = None
    opens_next: datetime | None = None


BEFORE_SPRING, BEFORE_AUTUMN = SPRING - timedelta(1), AUTUMN - timedelta(1)

SPRING_NIGHTS = [
    # the whole night is an hour shorter, and closes when the clock says six
    Night("22:00", "06:00", at(BEFORE_SPRING, "23:00"), OPEN, until=at(SPRING, "06:00")),
    Night("22:00", "06:00", at(SPRING, "01:59"), OPEN, until=at(SPRING, "06:00")),
    Night("22:00", "06:00", at(SPRING, "03:00"), OPEN, until=at(SPRING, "06:00")),
    Night("22:00", "06:00", at(SPRING, "06:00"), CLOSED, opens_next=at(SPRING, "22:00")),
    # half past two never comes: what opens then opens at three
    Night("02:30", "05:00", at(SPRING, "01:30"), CLOSED, opens_next=at(SPRING, "03:00")),
    # and what closes then closes at two, which is three
    Night("23:00", "02:30", at(SPRING, "01:30"), OPEN, until=at(SPRING, "03:00")),
    # a stretch within the hour that is skipped does not come at all
    Night(
        "02:10", "02:50", at(SPRING, "01:30"), CLOSED, opens_next=at(SPRING + timedelta(1), "02:10")
    ),
]

AUTUMN_NIGHTS = [
    # the whole night is an hour longer
    Night("22:00", "06:00", at(BEFORE_AUTUMN, "23:00"), OPEN, until=at(AUTUMN, "06:00")),
    Night("22:00", "06:00", at(AUTUMN, "02:30"), OPEN, until=at(AUTUMN, "06:00")),
    Night("22:00", "06:00", at(AUTUMN, "02:30", again=True), OPEN, until=at(AUTUMN, "06:00")),
    # half past two comes twice, and so does what happens then
    Night("23:00", "02:30", at(AUTUMN, "02:15"), OPEN, until=at(AUTUMN, "02:30")),
    Night(
        "23:00", "02:30", at(AUTUMN, "02:45"), CLOSED, opens_next=at(AUTUMN, "02:00", again=True)
    ),
    Night(
        "23:00",
        "02:30",
        at(AUTUMN, "02:15", again=True),
        OPEN,
        until=at(AUTUMN, "02:30", again=True),
    ),
    Night("02:30", "05:00", at(AUTUMN, "02:45"), OPEN, until=at(AUTUMN, "02:00", again=True)),
    Night(
        "02:30",
        "05:00",
        at(AUTUMN, "02:15", again=True),
        CLOSED,
        opens_next=at(AUTUMN, "02:30", again=True),
    ),
]


@pytest.mark.parametrize("night", SPRING_NIGHTS + AUTUMN_NIGHTS)
def test_on_the_night_the_clock_is_changed(night: Night) -> None:
    opens, closes = time.fromisoformat(night.opens), time.fromisoformat(night.closes)
    hours = Hours(
        "weekly",
        tuple(Stretch(day, opens, closes) for day in range(7)),
        closed_on_holidays="no",
    )

    said = opening(hours, night.moment)

    assert said.state is night.state
    assert _utc(said.until) == _utc(night.until)
    assert _utc(said.opens_next) == _utc(night.opens_next)


def _utc(moment: datetime | None) -> datetime | None:
    """Python holds two moments with the same clock and zone for equal, whatever their fold."""
    return moment and moment.astimezone(UTC)


# --- the slow oracle ---------------------------------------------------------------------------
# A person with a list of hours in her hand who looks at the clock on the wall every quarter.

QUARTER = timedelta(minutes=15)
HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 5), date(2026, 4, 6)} | {
    *(date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)),
}


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def on_the_list(hours: Hours, day: date) -> Iterator[tuple[int, int, bool, bool]]:
    """Opens, closes, whether that is sure, and whether it stands in the weekly list."""
    if (hours.closed_from or date.min) <= day <= (hours.closed_until or date.max) and (
        hours.closed_from or hours.closed_until
    ):
        return
    of_day = [exception for exception in hours.exceptions if exception.date == day]
    for exception in of_day:
        if exception.opens is not None and exception.closes is not None:
            yield minutes(exception.opens), minutes(exception.closes), True, False
    if of_day or (day in HOLIDAYS and hours.closed_on_holidays == "yes"):
        return
    for stretch in hours.week:
        if stretch.weekday == day.weekday():
            yield minutes(stretch.opens), minutes(stretch.closes), not doubt(hours, day), True


def doubt(hours: Hours, day: date) -> bool:
    excepted = any(exception.date == day for exception in hours.exceptions)
    return day in HOLIDAYS and not hours.closed_on_holidays and not excepted


def look(hours: Hours, moment: datetime) -> OpeningState:
    wall = moment.astimezone(AMSTERDAM)
    now, today = minutes(wall.time()), wall.date()
    seen = set()
    for opens, closes, sure, _weekly in on_the_list(hours, today):
        if opens <= now and (now < closes or closes <= opens):
            seen.add(sure)
    for opens, closes, sure, in_list in on_the_list(hours, today - timedelta(1)):
        if closes <= opens and now < closes:
            seen.add(sure and not (in_list and doubt(hours, today)))
    if True in seen:
        return OPEN
    return UNKNOWN if seen else CLOSED


def first(hours: Hours, moment: datetime, *, is_open: bool, within: timedelta) -> datetime | None:
    """The first quarter after the moment at which it is open, or is not."""
    quarter = moment.astimezone(UTC).replace(minute=moment.minute // 15 * 15)
    while (quarter := quarter + QUARTER) < moment + within:
        if (look(hours, quarter) is OPEN) == is_open:
            return quarter
    return None


quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
clock_changes_and_holidays = st.sampled_from([SPRING, AUTUMN, CHRISTMAS, date(2026, 4, 5), MONDAY])
days = st.builds(
    lambda day, more: day + timedelta(more), clock_changes_and_holidays, st.integers(-2, 2)
)
exceptions = st.one_of(
    st.builds(Exceptional, days), st.builds(Exceptional, days, quarters, quarters)
)
closures = st.one_of(st.none(), days)
all_hours = st.builds(
    Hours,
    state=st.just("weekly"),
    week=st.lists(st.builds(Stretch, st.integers(0, 6), quarters, quarters), min_size=1).map(tuple),
    exceptions=st.lists(exceptions, max_size=3).map(tuple),
    closed_on_holidays=st.sampled_from(["yes", "no", ""]),
    closed_from=closures,
    closed_until=closures,
)
moments = st.builds(
    lambda day, minute: datetime.combine(day, time(0), UTC) + timedelta(minutes=minute),
    days,
    st.integers(0, 24 * 60 - 1),
)


@settings(max_examples=400, deadline=None)
@example(weekly(Stretch(SUN, time(2, 30), time(2, 15))), at(SPRING, "01:59"))
@example(weekly(Stretch(SUN, time(2, 30), time(2, 15))), at(AUTUMN, "02:20", again=True))
@given(all_hours, moments)
def test_it_says_what_a_person_at_the_door_sees(hours: Hours, moment: datetime) -> None:
    said = opening(hours, moment)

    assert said.state is look(hours, moment)
    if said.state is OPEN:
        closes = first(hours, moment, is_open=False, within=timedelta(7))
        assert _utc(said.until) == closes
        assert said.always == (closes is None)
    else:
        opens = first(hours, moment, is_open=True, within=timedelta(9))
        assert _utc(said.opens_next) == opens or (
            opens is None and said.opens_next and said.opens_next - moment >= timedelta(9)
        )


@given(all_hours, moments)
def test_only_one_of_until_and_opens_next_is_said(hours: Hours, moment: datetime) -> None:
    said = opening(hours, moment)

    assert said.until is None or said.opens_next is None
    assert said.until is None or said.until > moment
    assert said.opens_next is None or said.opens_next > moment


@given(moments, closures, st.lists(exceptions, max_size=2).map(tuple))
def test_unknown_hours_never_say_open_without_an_exception(
    moment: datetime, closure: date | None, some: tuple[Exceptional, ...]
) -> None:
    said = opening(Hours("", exceptions=some, closed_from=closure), moment)

    assert said.state is UNKNOWN or some or closure


# --- the table of the week ---------------------------------------------------------------------


def test_the_table_of_the_week_has_every_day() -> None:
    table = dict(by_day(weekly(*OFFICE)))

    assert list(table) == [MON, TUE, WED, THU, FRI, SAT, SUN]
    assert table[MON] == [(time(9), time(17))]
    assert table[SUN] == []


def test_the_table_of_the_week_joins_what_touches_and_keeps_the_order() -> None:
    hours = weekly(
        Stretch(MON, time(19), time(21)),
        Stretch(MON, time(12), time(17)),
        Stretch(MON, time(9), time(12)),
    )

    assert dict(by_day(hours))[MON] == [(time(9), time(17)), (time(19), time(21))]


def test_day_and_night_is_a_table_of_whole_days() -> None:
    assert by_day(Hours("always")) == [(day, [(time(0), time(0))]) for day in range(7)]
