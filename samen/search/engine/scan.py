"""The exact answer for some rows or for all. On all rows it stays the measure of anything faster.

Each step takes the question and says two things about every row: what it is worth, and whether
the map knows that it is not for this person. What the map does not know excludes nobody. No step
looks from one row to another, so a row is worth the same in whatever company it is judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import wording
from samen.search.engine.columns import (
    AREA,
    COSTS,
    KNOWN,
    NEED,
    NOBODY_SAID,
    ROUTE,
    SOMETIMES,
    VERIFIED,
    WORD,
    Index,
    Rows,
)
from samen.search.engine.wording import Asked, Sought
from samen.search.rules import asking, ground, ranking
from samen.search.rules.asking import BIT, Question, Reason, Situation

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

_YES, _PARTLY, _NO = (KNOWN.index(known) for known in ("yes", "partly", "no"))

OPEN, CLOSED, URGENT_ONLY, UNKNOWN = range(4)
_NOT_ASKED = -1
READY, REVIEW = range(2)  # parts of an answer

HERE, AROUND, LOST = 1, 2, 4  # what a municipality may be to a question


class States:
    """What the clock says of the hours of an index, by their place among the distinct ones."""

    def __init__(self, size: int, tell: Callable[[Rows, NDArray[np.int8]], None]) -> None:
        """`tell` writes what it knows of the places, which are distinct, into the table."""
        self.table: NDArray[np.int8] = np.full(size, _NOT_ASKED, np.int8)
        self._tell = tell

    @classmethod
    def one_by_one(cls, size: int, state: Callable[[int], int]) -> "States":
        def tell(places: Rows, table: NDArray[np.int8]) -> None:
            table[places] = [state(place) for place in places.tolist()]

        return cls(size, tell)

    def of(self, places: Rows) -> NDArray[np.int8]:
        found: NDArray[np.int8] = self.table.take(places)
        if found.size and found.min() == _NOT_ASKED:
            self.ask(places[found == _NOT_ASKED])
            found = self.table.take(places)
        return found

    def ask(self, places: Rows | Sequence[int]) -> None:
        """Only once of each."""
        self._tell(np.unique(places), self.table)


class Areas:
    """The municipalities of an index, and where their centres are."""

    def __init__(self, index: Index, centres: Mapping[str, tuple[float, float]]) -> None:
        self.slugs = index.marked(AREA)
        nowhere = (np.nan, np.nan)
        points = np.array([centres.get(slug, nowhere) for slug in self.slugs]).reshape(-1, 2)
        self.latitude, self.longitude = points[:, 0].copy(), points[:, 1].copy()
        self.lost: NDArray[np.int8] = np.isnan(self.latitude) * np.int8(LOST)
        self._seen: dict[tuple[float, float, str, float], NDArray[np.int8]] = {}

    def seen_from(self, place: asking.Place, within: float) -> NDArray[np.int8]:
        """Of each municipality whether it is HERE, AROUND or LOST."""
        if not self.slugs:
            return self.lost
        key = place.latitude, place.longitude, place.municipality_slug, within
        seen = self._seen.get(key)
        if seen is None:
            around = kilometres(place, self.latitude, self.longitude) <= within
            seen = self.lost | around * np.int8(AROUND)
            if place.municipality_slug in self.slugs:
                seen[self.slugs.index(place.municipality_slug)] |= HERE
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[key] = seen
        return seen


_MOST_SEEN = 512  # places


@dataclass(slots=True)
class Verdict:
    """What is known so far of the rows, which are some of the index, in order, or all."""

    index: Index
    rows: Rows | None = None  # None for all
    size: int = field(init=False)
    score: Numbers = field(init=False)
    kept: Flags = field(init=False)
    distance: Numbers = field(init=False)  # km, NaN for none
    direct: Flags = field(init=False)  # fits what was chosen
    local: Flags = field(init=False)
    emergency: Flags = field(init=False)
    _bits: dict[tuple[str, int], Any] = field(init=False, default_factory=dict)
    _needs: tuple[Flags, Any, Any] | None = field(init=False, default=None)
    _said: list[tuple[Reason, Callable[[], Flags]]] = field(init=False, default_factory=list)
    _parts: tuple[NDArray[np.int64], ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.size = size = len(self.index) if self.rows is None else len(self.rows)
        self.score = np.zeros(size)
        self.kept = np.ones(size, np.bool_)
        self.distance = np.full(size, np.nan)
        self.direct = np.zeros(size, np.bool_)
        self.local = np.zeros(size, np.bool_)
        self.emergency = self.of("emergency")

    def of(self, column: str) -> Any:
        return self._taken(getattr(self.index.columns, column))

    def _taken(self, values: Any) -> Any:
        return values if self.rows is None else values.take(self.rows)

    def row(self, place: int) -> int:
        """The row of the index that is judged at a place here."""
        return place if self.rows is None else int(self.rows[place])

    def numbers(self, places: Sequence[int]) -> list[int]:
        """Of the services judged at these places."""
        numbers: list[int] = self.of("number")[list(places)].tolist()
        return numbers

    def give(self, rows: Flags, worth: float | Numbers, reason: Reason | None = None) -> None:
        """Add to the score of the rows, and say why."""
        self.score += rows * worth
        if reason is not None:
            self.say(reason, lambda: rows)

    def say(self, reason: Reason, rows: Callable[[], Flags]) -> None:
        """Why they stand where they stand. Put together when somebody asks."""
        self._said.append((reason, rows))

    def score_at(self, place: int) -> float:
        return float(self.score[place])

    def told_at(self, place: int) -> tuple[float, int]:
        bits = 0
        for reason, rows in self._said:
            if rows()[place]:
                bits |= BIT[reason]
        return float(self.distance[place]), bits

    def part(self, ready: NDArray[np.int64], review: NDArray[np.int64]) -> None:
        """The parts of the answer, in the order of their numbers."""
        self._parts = ready, review

    def places(self, part: int) -> NDArray[np.int64]:
        return self._parts[part]

    def many(self, part: int) -> int:
        return len(self._parts[part])

    def best(self, part: int, most: int) -> list[int]:
        places = self._parts[part]
        if len(places) > _FEW_TIMES * most:
            scores = self.score[places]
            last = np.partition(scores, len(places) - most)[len(places) - most]
            places = places[scores >= last]
        best = np.lexsort((self.of("number")[places], -self.score[places]))
        found: list[int] = places[best[:most]].tolist()
        return found

    def drop(self, rows: Flags) -> None:
        """Leave out the rows; an emergency number no filter ever hides."""
        self.kept &= ~rows | self.emergency

    def having(self, kind: str, *values: str) -> Flags:
        """The rows that have any of the values."""
        if kind == NEED:
            return self._having_needs(values)
        found: Flags | None = None
        for word, mask in self.index.masks(kind, values).items():
            has = (self._word(kind, word) & WORD(mask)) != 0
            found = has if found is None else found | has
        return np.zeros(self.size, np.bool_) if found is None else found

    def _having_needs(self, values: Sequence[str]) -> Flags:
        places = self.index.places_of(NEED, values)
        found = np.zeros(self.size, np.bool_)
        if places:
            if self._needs is None:
                having, first, at = self.several(self.index.columns.need_start)
                self._needs = having, first, self.index.columns.need.take(at)
            having, first, needs = self._needs
            wanted = np.zeros(len(self.index.marked(NEED)), np.bool_)
            wanted[places] = True
            if len(first):
                found[having] = np.logical_or.reduceat(wanted.take(needs), first)
        return found

    def having_any(self, kind: str) -> Flags:
        """The rows of which the map knows anything of this kind."""
        known: Flags = self._word(kind, 0) != 0
        for word in range(1, self.index.bits(kind).shape[1]):
            known = known | (self._word(kind, word) != 0)
        return known

    def _word(self, kind: str, word: int) -> Any:
        if (kind, word) not in self._bits:
            bits = self.index.bits(kind)
            # Not by `take`: it would copy the column, which is not in one piece, for a few rows.
            self._bits[kind, word] = bits[:, word] if self.rows is None else bits[self.rows, word]
        return self._bits[kind, word]

    def ranks(self, mark: str) -> tuple[Rows, Any]:
        """The rows on a route, as places here, and their places there."""
        having, values = self.index.having(mark), self.index.places_on(mark)
        if self.rows is None:
            return having, values
        places = self.rows.searchsorted(having)
        places[places == self.size] = 0
        found = self.rows[places] == having if self.size else np.zeros(len(having), np.bool_)
        return places[found], values[found]

    def several(self, start: Any) -> tuple[Flags, Any, Any]:
        """Of what a row may have several of: who has any, and the places of theirs in the list,
        one row after the other, with where each row begins among them."""
        if self.rows is None:
            first, counts = start[:-1], np.diff(start)
        else:
            first = start.take(self.rows)
            counts = start.take(self.rows + 1) - first
        having = counts > 0
        if not having.all():
            first, counts = first[having], counts[having]
        every = np.cumsum(counts)
        if not len(every) or every[-1] == len(every):  # one each
            return having, np.arange(len(every)), first
        before = every - counts
        return having, before, np.arange(every[-1]) + np.repeat(first - before, counts)


class Judged(Protocol):
    """Rows and what they are worth, whoever judged them."""

    @property
    def index(self) -> Index: ...
    @property
    def size(self) -> int: ...  # rows that were looked at
    @property
    def rows(self) -> Rows | None: ...
    def of(self, column: str) -> Any: ...
    def row(self, place: int) -> int: ...
    def numbers(self, places: Sequence[int]) -> list[int]: ...
    def score_at(self, place: int) -> float: ...
    def told_at(self, place: int) -> tuple[float, int]: ...  # km, NaN for none; reasons as bits
    def places(self, part: int) -> NDArray[np.int64]: ...
    def many(self, part: int) -> int: ...

    def best(self, part: int, most: int) -> list[int]:
        """Places of so many of the best of a part, the best first; the lower number settles a
        tie."""


class Ranked(Sequence[int]):
    """Places in the verdict, the best first. Only as many are put in order as are looked at."""

    __slots__ = ("_known", "_many", "_part", "_verdict")

    def __init__(self, verdict: Judged, part: int) -> None:
        self._verdict, self._part, self._many = verdict, part, verdict.many(part)
        self._known: list[int] = []

    def __len__(self) -> int:
        return self._many

    @property
    def places(self) -> NDArray[np.int64]:
        """In the order of the index."""
        return self._verdict.places(self._part)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return self.first(place.indices(len(self))[1])[place]
        return self.first(range(len(self))[place] + 1)[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self.first(len(self)))

    def first(self, most: int) -> list[int]:
        """So many of the best, or more."""
        if len(self._known) < min(most, self._many):
            self._known = self._verdict.best(self._part, min(most, self._many))
        return self._known


_FEW_TIMES = 4


@dataclass(slots=True)  # not frozen: that takes three times as long to make
class Found:
    """Places in the verdict, the best first."""

    ready: Ranked
    review: Ranked
    verdict: Judged

    @classmethod
    def of(cls, verdict: Judged) -> "Found":
        return cls(Ranked(verdict, READY), Ranked(verdict, REVIEW), verdict)


def scan(
    index: Index,
    question: Question,
    situation: Situation | None,
    *,
    centres: Mapping[str, tuple[float, float]],
    state: Callable[[int], int],
) -> Found:
    """`centres` of municipalities, by slug; `state` of hours, by their place in the index."""

    states = States.one_by_one(len(index.hours), state)
    return judge(Verdict(index), question, situation, areas=Areas(index, centres), states=states)


def judge(
    verdict: Verdict,
    question: Question,
    situation: Situation | None,
    *,
    areas: Areas,
    states: States,
    sought: Sequence[Sought] | None = None,
) -> Found:
    """`sought`: the words of the question, when other indexes are asked beside this one."""
    _fit(verdict, situation)
    _words(verdict, question, sought)
    _place(verdict, question, areas)
    _language(verdict, question)
    _groups(verdict, question)
    _papers_and_cost(verdict, question)
    _channels(verdict, question)
    _trust(verdict, question)
    _hours(verdict, question, states)
    verdict.score = verdict.score.round(ranking.PLACES_OF_A_SCORE)
    # What nobody confirmed stands apart, unless a life hangs on it.
    review = verdict.of("review") & ~verdict.emergency
    shown = verdict.kept & review & (verdict.direct | verdict.local)
    verdict.part(np.flatnonzero(verdict.kept & ~review), np.flatnonzero(shown))
    return Found.of(verdict)


# --- what was chosen ------------------------------------------------------------------------


def _fit(verdict: Verdict, situation: Situation | None) -> None:
    if situation is None:
        return
    verdict.direct = _direct(verdict, situation)
    routes = _route(verdict, situation)
    if routes is not None:
        verdict.direct = verdict.direct | routes
    related = verdict.direct
    if situation.support or situation.forms:
        related = related | _kinds(verdict, situation)
    if situation.urgent:
        verdict.give(verdict.emergency, ranking.EMERGENCY_FIRST, Reason.EMERGENCY)
        related = related | verdict.emergency
    verdict.kept &= related


def _route(verdict: Verdict, situation: Situation) -> Flags | None:
    routes = (f"{ROUTE}:{key}" for key in situation.keys)
    marks = [mark for mark in routes if verdict.index.place_of_mark(mark) is not None]
    if not marks:
        return None
    worth = np.zeros(verdict.size)
    for mark in marks:
        rows, positions = verdict.ranks(mark)
        of_key = np.zeros(verdict.size)
        of_key[rows] = [ranking.route_worth(position) for position in positions.tolist()]
        worth = np.maximum(worth, of_key)
    verdict.give(worth > 0, worth, Reason.FIRST_STEP)
    return worth > 0


def _direct(verdict: Verdict, situation: Situation) -> Flags:
    direct = verdict.having("need", *situation.keys)
    verdict.give(direct, ranking.FITS, Reason.FITS)
    return direct


def _kinds(verdict: Verdict, situation: Situation) -> Flags:
    worth = np.zeros(verdict.size)
    for position, key in enumerate(situation.support):
        worth += verdict.having("need", key) * ranking.kind_worth(position)
    verdict.give(worth > 0, np.minimum(worth, ranking.KIND_MOST), Reason.KIND_OF_HELP)
    same_form = verdict.having("need", *situation.forms)
    verdict.give(same_form, ranking.FORM, Reason.KIND_OF_HELP)
    return (worth > 0) | same_form


def _words(verdict: Verdict, question: Question, sought: Sequence[Sought] | None) -> None:
    if not question.words:
        return
    index = verdict.index
    if sought is None:
        [sought] = wording.seek(question.words, [Asked.whole(index)])
    worths = [wording.worth(word, index, verdict.rows) for word in sought]
    told = sum(worths, np.zeros(verdict.size))
    met = sum(((worth > 0).astype(np.int64) for worth in worths), np.zeros(verdict.size, np.int64))
    has = (met == len(worths)) & bool(worths) if question.every_word else met > 0
    verdict.kept &= has
    # A new array: what the reasons were given must stay as it was.
    verdict.direct = verdict.direct | has
    verdict.give(has, ranking.words_worth(told), Reason.HAS_WORDS)


# --- where ----------------------------------------------------------------------------------


def _place(verdict: Verdict, question: Question, areas: Areas) -> None:
    place = question.place
    if place is None:
        return
    within = reach(question)
    national = verdict.of("national")
    verdict.distance = distance = _distances(verdict, place)
    seen, has_area = _areas(verdict, areas.seen_from(place, within))
    near = (distance <= within) | (seen & HERE > 0)
    if national.any():
        near &= ~national
        distance[national] = np.nan
        remote = verdict.having("channel", *asking.REMOTE)
        verdict.give(national & remote, ranking.EVERYWHERE_REMOTE, Reason.EVERYWHERE)
        verdict.give(national & ~remote, ranking.EVERYWHERE, Reason.EVERYWHERE)
    verdict.local = near
    nearness = np.exp(distance * (-1 / ranking.NEARNESS_FADES))
    nowhere = np.isnan(distance)
    nearness[nowhere] = 0
    verdict.give(near, ranking.NEAR + ranking.NEARNESS * nearness, Reason.NEAR)
    others = ~(near | national)
    # Nobody knows where they are, or their municipality may lie next door.
    unknown = others & ((seen & LOST > 0) | (nowhere & ~has_area))
    around = others & (seen & AROUND > 0)
    unknown &= ~around
    verdict.give(around, ranking.AROUND, Reason.AROUND)
    verdict.give(unknown, ranking.PLACE_UNKNOWN, Reason.ASK_PLACE)
    verdict.drop(others & ~(around | unknown))


def reach(question: Question) -> float:
    return asking.WITHIN if question.within is None else question.within


def _areas(verdict: Verdict, seen: NDArray[np.int8]) -> tuple[NDArray[np.int8], Flags]:
    """Of each row what its municipalities are to the question, and whether it has any."""
    columns, found = verdict.index.columns, np.zeros(verdict.size, np.int8)
    having, first, places = verdict.several(columns.area_start)
    if len(places):
        found[having] = np.bitwise_or.reduceat(seen.take(columns.area.take(places)), first)
    return found, having


def _distances(verdict: Verdict, place: asking.Place) -> Numbers:
    """Of each row the way to its nearest town; NaN where it has none."""
    columns = verdict.index.columns
    nearest = np.full(verdict.size, np.nan)
    having, first, places = verdict.several(columns.town_start)
    if len(places):
        points = columns.town_latitude.take(places), columns.town_longitude.take(places)
        ways = kilometres(place, *points)
        nearest[having] = ways if len(first) == len(places) else np.minimum.reduceat(ways, first)
    return nearest


def kilometres(place: asking.Place, latitude: Any, longitude: Any) -> Numbers:
    """The haversine of places, for many points at once."""
    north, south = np.radians(place.latitude), np.radians(latitude)
    half_up = np.sin((south - north) / 2) ** 2
    half_along = np.sin(np.radians(longitude - place.longitude) / 2) ** 2
    straight = np.minimum(1.0, half_up + np.cos(north) * np.cos(south) * half_along)
    way: Numbers = 2 * ground.EARTH * np.arcsin(np.sqrt(straight))
    return way.round(ranking.PLACES_OF_A_SCORE)


# --- who can talk with whom -----------------------------------------------------------------


def _language(verdict: Verdict, question: Question) -> None:
    if question.speaks is None:
        return
    listed = verdict.index.marked("speaks")
    kin = _kin(tuple(listed), question.speaks)
    spoken, known = verdict.having("speaks", *kin), verdict.having_any("speaks")
    interpreter = verdict.of("interpreter")
    translated = ~spoken & (interpreter == _YES)
    partly = ~spoken & (interpreter == _PARTLY)
    ask = ~spoken & ~translated & ~partly
    verdict.drop(ask & known & (interpreter == _NO))
    verdict.give(spoken, ranking.SPEAKS, Reason.SPEAKS)
    verdict.give(translated, ranking.INTERPRETER, Reason.INTERPRETER)
    verdict.give(partly, ranking.INTERPRETER_PARTLY, Reason.INTERPRETER)
    verdict.give(ask & ~known, ranking.LANGUAGES_UNKNOWN)
    verdict.say(Reason.ASK_LANGUAGES, lambda: ask)


@lru_cache(maxsize=512)
def _kin(listed: tuple[str, ...], wanted: str) -> tuple[str, ...]:
    return tuple(tag for tag in listed if asking.is_kin(tag, wanted))


# --- for whom -------------------------------------------------------------------------------


def _groups(verdict: Verdict, question: Question) -> None:
    said = asking.groups_said(question)
    if verdict.index.marked("only"):
        _only(verdict, said)
    if said:
        welcome = sum(verdict.having("for", group).astype(np.float64) for group in sorted(said))
        worth = np.minimum(ranking.FOR_YOU_MOST, ranking.FOR_YOU * np.asarray(welcome))
        verdict.give(worth > 0, worth, Reason.FOR_YOU)
    age = asking.age_said(said)
    if age is not None:
        oldest = verdict.of("maximum_age")
        too_old = (oldest != NOBODY_SAID) & (oldest < age[0])
        verdict.drop(too_old | (verdict.of("minimum_age") > age[1]))


def _only(verdict: Verdict, said: frozenset[str]) -> None:
    groups = tuple(verdict.index.marked("only"))
    limited = verdict.having_any("only")
    maybe = verdict.having("only", *_not_outside(groups, said))
    member = verdict.having("only", *(said.intersection(groups)))
    verdict.drop(limited & ~maybe)
    verdict.give(member, ranking.FOR_YOU, Reason.FOR_YOU)
    verdict.give(limited & maybe & ~member, ranking.MAYBE_FOR_OTHERS, Reason.ASK_GROUP)


@lru_cache(maxsize=512)
def _not_outside(groups: tuple[str, ...], said: frozenset[str]) -> tuple[str, ...]:
    return tuple(g for g in groups if not asking.is_outside(frozenset({g}), said))


# --- what it takes --------------------------------------------------------------------------


def _papers_and_cost(verdict: Verdict, question: Question) -> None:
    if question.no_papers:
        without = verdict.of("without_documents")
        verdict.drop(without == _NO)
        verdict.give(without == _YES, ranking.NO_PAPERS, Reason.NO_PAPERS)
        verdict.give(without == _PARTLY, ranking.NO_PAPERS_PARTLY, Reason.ASK_PAPERS)
        verdict.say(Reason.ASK_PAPERS, lambda: without == 0)
    if question.free:
        cost = verdict.of("cost")
        nearly = np.isin(cost, [COSTS.index("local"), COSTS.index("donation")])
        verdict.drop(cost == COSTS.index("paid"))
        verdict.give(cost == COSTS.index("free"), ranking.FREE, Reason.FREE)
        verdict.give(nearly, ranking.NEARLY_FREE, Reason.ASK_COST)
        verdict.say(Reason.ASK_COST, lambda: cost == 0)


def _channels(verdict: Verdict, question: Question) -> None:
    wanted = asking.ways(question.channels)
    if not wanted:
        return
    offered = verdict.having("channel", *wanted)
    known = verdict.having_any("channel")
    verdict.drop(known & ~offered)
    verdict.give(offered, ranking.REACHABLE, Reason.REACHABLE)
    verdict.say(Reason.ASK_CHANNEL, lambda: ~known)


# --- when, and how sure ---------------------------------------------------------------------


def _trust(verdict: Verdict, question: Question) -> None:
    verified, last_seen = verdict.of("verified"), verdict.of("last_seen")
    today = question.at.date().toordinal()
    verdict.score += _TRUST.take(verified)
    verdict.give(last_seen >= today - ranking.RATHER_FRESH_DAYS, ranking.RATHER_FRESH)
    verdict.give(last_seen >= today - ranking.FRESH_DAYS, ranking.FRESH - ranking.RATHER_FRESH)
    verdict.say(Reason.CONFIRMED, lambda: verified == VERIFIED.index("person"))
    verdict.say(Reason.NOT_CONFIRMED, lambda: verdict.of("review"))


_TRUST = np.array([ranking.TRUST.get(name, 0.0) for name in VERIFIED])


def _hours(verdict: Verdict, question: Question, states: States) -> None:
    """Last, because it is asked only of the hours of rows that are still there."""
    hours = verdict.of("hours")
    if verdict.kept.all():
        now = states.of(hours)
    else:
        now = np.full(verdict.size, UNKNOWN, np.int8)
        now[verdict.kept] = states.of(hours[verdict.kept])
    wants_now = question.open_now
    always = asking.DAY_AND_NIGHT in question.channels
    if wants_now:
        verdict.drop(now == CLOSED)
    if always:
        verdict.drop(verdict.of("all_week") == SOMETIMES)
    verdict.score += _WORTH_NOW.take(now)
    verdict.say(Reason.OPEN_NOW, lambda: now == OPEN)
    verdict.say(Reason.URGENT_ONLY, lambda: now == URGENT_ONLY)
    if wants_now or always:
        verdict.say(Reason.ASK_HOURS, lambda: now == UNKNOWN)


_WORTH_NOW = np.zeros(4)
_WORTH_NOW[[OPEN, URGENT_ONLY, UNKNOWN]] = (
    ranking.OPEN,
    ranking.URGENT_ONLY,
    ranking.HOURS_UNKNOWN,
)
