"""The exact answer: every row is looked at. It stays as the measure of anything faster.

Each step takes the question and says two things about every row: what it is worth, and whether
the map knows that it is not for this person. What the map does not know excludes nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns import COSTS, KNOWN, NOBODY_SAID, SOMETIMES, VERIFIED, Index
from samen.search.rules import asking, ranking
from samen.search.rules.asking import BIT, Question, Reason, Situation

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

_EARTH = 6371.0088  # mean radius in kilometres, as in places
_YES, _PARTLY, _NO = (KNOWN.index(known) for known in ("yes", "partly", "no"))

OPEN, CLOSED, URGENT_ONLY, UNKNOWN = range(4)


@dataclass(slots=True)
class Verdict:
    """What is known of every row so far."""

    index: Index
    score: Numbers = field(init=False)
    kept: Flags = field(init=False)
    reasons: NDArray[np.int64] = field(init=False)
    distance: Numbers = field(init=False)  # km, NaN for none
    direct: Flags = field(init=False)  # fits what was chosen
    local: Flags = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.index)
        self.score = np.zeros(size)
        self.kept = np.ones(size, np.bool_)
        self.reasons = np.zeros(size, np.int64)
        self.distance = np.full(size, np.nan)
        self.direct = np.zeros(size, np.bool_)
        self.local = np.zeros(size, np.bool_)

    def give(self, rows: Flags, worth: float | Numbers, reason: Reason | None = None) -> None:
        """Add to the score of the rows, and say why."""
        self.score[rows] += worth[rows] if isinstance(worth, np.ndarray) else worth
        if reason is not None:
            self.reasons[rows] |= BIT[reason]

    def drop(self, rows: Flags) -> None:
        """Leave out the rows; an emergency number no filter ever hides."""
        self.kept &= ~rows | self.index.columns.emergency

    def having(self, *marks: str) -> Flags:
        """The rows that have any of the marks."""
        found = np.zeros(len(self.index), np.bool_)
        for mark in marks:
            found[self.index.having(mark)] = True
        return found

    def having_any(self, kind: str) -> Flags:
        """The rows of which the map knows anything of this kind."""
        return self.having(*self.index.marked(kind))


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of the index, the best first."""

    ready: list[int]
    review: list[int]
    verdict: Verdict


def scan(
    index: Index,
    question: Question,
    situation: Situation | None,
    *,
    centres: Mapping[str, tuple[float, float]],
    state: Callable[[int], int],
) -> Found:
    """`centres` of municipalities, by slug; `state` of hours, by their place in the index."""
    verdict = Verdict(index)
    _fit(verdict, situation)
    _place(verdict, question, centres)
    _language(verdict, question)
    _groups(verdict, question)
    _papers_and_cost(verdict, question)
    _channels(verdict, question)
    _trust(verdict, question)
    _hours(verdict, question, state)
    verdict.score = verdict.score.round(ranking.PLACES_OF_A_SCORE)
    columns = index.columns
    ready = verdict.kept & ~columns.review
    review = verdict.kept & columns.review & (verdict.direct | verdict.local)
    return Found(_ordered(verdict, ready), _ordered(verdict, review), verdict)


def _ordered(verdict: Verdict, rows: Flags) -> list[int]:
    """Rows lie in the order of their numbers, so a stable sort settles a tie by number."""
    chosen = np.flatnonzero(rows)
    best_first = np.argsort(-verdict.score[chosen], kind="stable")
    return [int(row) for row in chosen[best_first]]


# --- what was chosen ------------------------------------------------------------------------


def _fit(verdict: Verdict, situation: Situation | None) -> None:
    if situation is None:
        return
    related = _route(verdict, situation) | _direct(verdict, situation)
    verdict.direct = related.copy()
    related |= _kinds(verdict, situation)
    if situation.urgent:
        emergency = verdict.index.columns.emergency
        verdict.give(emergency, ranking.EMERGENCY_FIRST, Reason.EMERGENCY)
        related |= emergency
    verdict.kept &= related


def _route(verdict: Verdict, situation: Situation) -> Flags:
    size = len(verdict.index)
    worth = np.zeros(size)
    for key in situation.keys:
        rows, positions = (
            verdict.index.having(f"route:{key}"),
            verdict.index.values(f"route:{key}"),
        )
        of_key = np.zeros(size)
        of_key[rows] = [ranking.route_worth(int(position)) for position in positions]
        worth = np.maximum(worth, of_key)
    verdict.give(worth > 0, worth, Reason.FIRST_STEP)
    return worth > 0


def _direct(verdict: Verdict, situation: Situation) -> Flags:
    direct = verdict.having(*(f"need:{key}" for key in situation.keys))
    verdict.give(direct, ranking.FITS, Reason.FITS)
    return direct


def _kinds(verdict: Verdict, situation: Situation) -> Flags:
    worth = np.zeros(len(verdict.index))
    for position, key in enumerate(situation.support):
        worth[verdict.index.having(f"need:{key}")] += ranking.kind_worth(position)
    verdict.give(worth > 0, np.minimum(worth, ranking.KIND_MOST), Reason.KIND_OF_HELP)
    same_form = verdict.having(*(f"need:{key}" for key in situation.forms))
    verdict.give(same_form, ranking.FORM, Reason.KIND_OF_HELP)
    return (worth > 0) | same_form


# --- where ----------------------------------------------------------------------------------


def _place(
    verdict: Verdict, question: Question, centres: Mapping[str, tuple[float, float]]
) -> None:
    place = question.place
    if place is None:
        return
    within = asking.WITHIN if question.within is None else question.within
    national = verdict.index.columns.national
    distance = _distances(verdict.index, place)
    in_area = verdict.having(f"area:{place.municipality_slug}")
    near = ~national & (in_area | (distance <= within))
    around = ~national & ~near & _around(verdict, place, centres, within)
    unknown = ~national & ~near & ~around & _unplaced(verdict, distance, centres)
    verdict.drop(~(national | near | around | unknown))
    verdict.local = near
    verdict.distance = np.where(national, np.nan, distance)
    nearness = ranking.NEARNESS * np.exp(-distance / ranking.NEARNESS_FADES)
    verdict.give(near, ranking.NEAR + np.nan_to_num(nearness), Reason.NEAR)
    verdict.give(around, ranking.AROUND, Reason.AROUND)
    verdict.give(unknown, ranking.PLACE_UNKNOWN, Reason.ASK_PLACE)
    remote = verdict.having(*(f"channel:{channel}" for channel in asking.REMOTE))
    verdict.give(national & remote, ranking.EVERYWHERE_REMOTE, Reason.EVERYWHERE)
    verdict.give(national & ~remote, ranking.EVERYWHERE, Reason.EVERYWHERE)


def _unplaced(
    verdict: Verdict, distance: Numbers, centres: Mapping[str, tuple[float, float]]
) -> Flags:
    """The rows of which nobody knows where they are, or whose municipality may lie next door."""
    areas = verdict.index.marked("area")
    lost = verdict.having(*(m for m in areas if m.removeprefix("area:") not in centres))
    return lost | (np.isnan(distance) & ~verdict.having(*areas))


def _distances(index: Index, place: asking.Place) -> Numbers:
    """Of each row the way to its nearest town; NaN where it has none."""
    columns = index.columns
    nearest = np.full(len(index), np.inf)
    ways = kilometres(place, columns.town_latitude, columns.town_longitude)
    np.minimum.at(nearest, columns.town_row, ways)
    return np.where(np.isinf(nearest), np.nan, nearest)


def kilometres(place: asking.Place, latitude: Any, longitude: Any) -> Numbers:
    """The haversine of places, for many points at once."""
    north, south = np.radians(place.latitude), np.radians(latitude)
    half_up = np.sin((south - north) / 2) ** 2
    half_along = np.sin(np.radians(longitude - place.longitude) / 2) ** 2
    straight = np.minimum(1.0, half_up + np.cos(north) * np.cos(south) * half_along)
    way: Numbers = 2 * _EARTH * np.arcsin(np.sqrt(straight))
    return way.round(ranking.PLACES_OF_A_SCORE)


def _around(
    verdict: Verdict,
    place: asking.Place,
    centres: Mapping[str, tuple[float, float]],
    within: float,
) -> Flags:
    """The rows of a municipality whose centre lies within the distance."""
    areas = {mark.removeprefix("area:"): mark for mark in verdict.index.marked("area")}
    return verdict.having(
        *(
            mark
            for slug, mark in areas.items()
            if slug in centres and float(kilometres(place, *centres[slug])) <= within
        )
    )


# --- who can talk with whom -----------------------------------------------------------------


def _language(verdict: Verdict, question: Question) -> None:
    if question.speaks is None:
        return
    listed = verdict.index.marked("speaks")
    kin = [m for m in listed if asking.is_kin(m.removeprefix("speaks:"), question.speaks)]
    spoken, known = verdict.having(*kin), verdict.having(*listed)
    interpreter = verdict.index.columns.interpreter
    translated = ~spoken & (interpreter == _YES)
    partly = ~spoken & (interpreter == _PARTLY)
    ask = ~spoken & ~translated & ~partly
    verdict.drop(ask & known & (interpreter == _NO))
    verdict.give(spoken, ranking.SPEAKS, Reason.SPEAKS)
    verdict.give(translated, ranking.INTERPRETER, Reason.INTERPRETER)
    verdict.give(partly, ranking.INTERPRETER_PARTLY, Reason.INTERPRETER)
    verdict.give(ask & ~known, ranking.LANGUAGES_UNKNOWN)
    verdict.give(ask, 0.0, Reason.ASK_LANGUAGES)


# --- for whom -------------------------------------------------------------------------------


def _groups(verdict: Verdict, question: Question) -> None:
    said = asking.groups_said(question)
    _only(verdict, said)
    welcome = sum(verdict.having(f"for:{group}").astype(np.float64) for group in sorted(said))
    worth = np.minimum(ranking.FOR_YOU_MOST, ranking.FOR_YOU * np.asarray(welcome))
    if said:
        verdict.give(worth > 0, worth, Reason.FOR_YOU)
    age = asking.age_said(said)
    if age is not None:
        columns = verdict.index.columns
        too_old = (columns.maximum_age != NOBODY_SAID) & (columns.maximum_age < age[0])
        verdict.drop(too_old | (columns.minimum_age > age[1]))


def _only(verdict: Verdict, said: frozenset[str]) -> None:
    marks = verdict.index.marked("only")
    groups = {mark: mark.removeprefix("only:") for mark in marks}
    limited = verdict.having(*marks)
    maybe = verdict.having(
        *(m for m, g in groups.items() if not asking.is_outside(frozenset({g}), said))
    )
    member = verdict.having(*(m for m, g in groups.items() if g in said))
    verdict.drop(limited & ~maybe)
    verdict.give(member, ranking.FOR_YOU, Reason.FOR_YOU)
    verdict.give(limited & maybe & ~member, ranking.MAYBE_FOR_OTHERS, Reason.ASK_GROUP)


# --- what it takes --------------------------------------------------------------------------


def _papers_and_cost(verdict: Verdict, question: Question) -> None:
    columns = verdict.index.columns
    if question.no_papers:
        without = columns.without_documents
        verdict.drop(without == _NO)
        verdict.give(without == _YES, ranking.NO_PAPERS, Reason.NO_PAPERS)
        verdict.give(without == _PARTLY, ranking.NO_PAPERS_PARTLY, Reason.ASK_PAPERS)
        verdict.give(without == 0, 0.0, Reason.ASK_PAPERS)
    if question.free:
        cost = columns.cost
        nearly = np.isin(cost, [COSTS.index("local"), COSTS.index("donation")])
        verdict.drop(cost == COSTS.index("paid"))
        verdict.give(cost == COSTS.index("free"), ranking.FREE, Reason.FREE)
        verdict.give(nearly, ranking.NEARLY_FREE, Reason.ASK_COST)
        verdict.give(cost == 0, 0.0, Reason.ASK_COST)


def _channels(verdict: Verdict, question: Question) -> None:
    wanted = asking.ways(question.channels)
    if not wanted:
        return
    offered = verdict.having(*(f"channel:{channel}" for channel in sorted(wanted)))
    known = verdict.having_any("channel")
    verdict.drop(known & ~offered)
    verdict.give(offered, ranking.REACHABLE, Reason.REACHABLE)
    verdict.give(~known, 0.0, Reason.ASK_CHANNEL)


# --- when, and how sure ---------------------------------------------------------------------


def _trust(verdict: Verdict, question: Question) -> None:
    columns = verdict.index.columns
    worth = np.array([ranking.TRUST.get(name, 0.0) for name in VERIFIED])[columns.verified]
    age = question.at.date().toordinal() - columns.last_seen
    seen = columns.last_seen > 0
    fresh = seen & (age <= ranking.FRESH_DAYS)
    verdict.score += worth
    verdict.give(fresh, ranking.FRESH)
    verdict.give(seen & ~fresh & (age <= ranking.RATHER_FRESH_DAYS), ranking.RATHER_FRESH)
    verdict.give(columns.verified == VERIFIED.index("person"), 0.0, Reason.CONFIRMED)
    verdict.give(columns.review, 0.0, Reason.NOT_CONFIRMED)


def _hours(verdict: Verdict, question: Question, state: Callable[[int], int]) -> None:
    """Last, because it is asked only of the hours of rows that are still there."""
    places = verdict.index.columns.hours
    states = np.full(len(verdict.index.hours), UNKNOWN, np.int8)
    for place in np.unique(places[verdict.kept]).tolist():
        states[place] = state(place)
    now = states[places]
    wants_now = question.open_now
    always = asking.DAY_AND_NIGHT in question.channels
    if wants_now:
        verdict.drop(now == CLOSED)
    if always:
        verdict.drop(verdict.index.columns.all_week == SOMETIMES)
    verdict.give(now == OPEN, ranking.OPEN, Reason.OPEN_NOW)
    verdict.give(now == URGENT_ONLY, ranking.URGENT_ONLY, Reason.URGENT_ONLY)
    verdict.give(now == UNKNOWN, ranking.HOURS_UNKNOWN)
    if wants_now or always:
        verdict.give(now == UNKNOWN, 0.0, Reason.ASK_HOURS)
