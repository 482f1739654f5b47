"""What strips finds, by the compiled kernel: the same rows, scores and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns import AREA, EMERGENCY, Index, Rows
from samen.search.engine.kernel import Machine
from samen.search.engine.scan import Areas, Flags, Found, Numbers, Ranked, States, ordered, reach
from samen.search.engine.wording import Sought
from samen.search.rules import asking
from samen.search.rules.asking import Question, Situation

_MANY = 64  # are put in order by numpy


@dataclass(slots=True, eq=False)
class Picked:
    """The rows that are left, each with what it is worth and why."""

    machine: Machine
    size: int  # rows that were looked at
    rows: Rows
    score: Numbers
    distance: Numbers
    reasons: NDArray[np.int64]

    @property
    def index(self) -> Index:
        return self.machine.index

    def of(self, column: str) -> Any:
        return getattr(self.index.columns, column).take(self.rows)

    def row(self, place: int) -> int:
        return int(self.rows[place])

    def reasons_at(self, place: int) -> int:
        return int(self.reasons[place])

    def best(self, places: NDArray[np.int64], most: int) -> list[int]:
        if most > _MANY:
            return ordered(self, places)
        best: list[int] = self.machine.quick.first(self.rows, self.score, places, most)
        return best


def find(  # noqa: PLR0913 what is asked, and what is known
    machine: Machine,
    question: Question,
    situation: Situation | None,
    *,
    areas: Areas,
    states: States,
    gone: Flags | None,
    sought: Sequence[Sought],
    counting: bool = False,
) -> Found:
    asked = machine.asked(question, situation)
    asked.counting = counting
    around = _see(machine, asked, question, areas)
    asked.many_words = len(sought)
    rows = _rows(machine, asked, question, around, gone, sought)
    told, met = machine.quick.told(rows, list(sought)) if question.words else (None, None)
    left, score, distance, why, hours, what = machine.quick.judged(asked, rows, told, met)
    ready, review = machine.made.settled(asked, states(hours), score, why, what)
    picked = Picked(machine, len(rows), left, score, distance, why)
    return Found(Ranked(picked, ready), Ranked(picked, review), picked)


def _see(machine: Machine, asked: Any, question: Question, areas: Areas) -> list[Rows]:
    """Where the question is asked from; the rows of the municipalities around."""
    place = question.place
    if place is None:
        return []
    asked.place = True
    asked.latitude, asked.longitude = place.latitude, place.longitude
    asked.within = within = reach(question)
    asked.seen = seen = areas.seen_from(place, within)
    asked.remote = machine.masks("channel", _REMOTE)
    index, slugs = machine.index, areas.slugs
    return [index.having(f"{AREA}:{slugs[area]}") for area in np.flatnonzero(seen).tolist()]


_REMOTE = tuple(sorted(asking.REMOTE))


def _rows(
    machine: Machine,
    asked: Any,
    question: Question,
    around: list[Rows],
    gone: Flags | None,
    sought: Sequence[Sought],
) -> Rows:
    index, chosen = machine.index, asked.chosen
    lists = None if chosen is None else chosen.lists
    if question.words:
        lists = _lists(index, sought, every=question.every_word)
    if lists is None and not asked.place:
        rows = np.arange(len(index), dtype=np.int32)
        return rows if gone is None else rows[~gone]
    emergencies = index.having(f"{EMERGENCY}:") if asked.place else index.having("")
    left = None if gone is None else gone.view(np.uint8)
    found: Rows = machine.quick.candidates(asked, lists, around, emergencies, left)
    return found


def _lists(index: Index, sought: Sequence[Sought], *, every: bool) -> list[Rows]:
    """Lists of rows, each in order, in which every row is that has one of the words, or all."""
    chosen = [min(sought, key=len)] if every and sought else sought
    pieces = (piece for word in chosen for piece in word.pieces)
    lists = ((each.words, index.columns.post_row[each.start : each.end]) for each in pieces)
    return [rows if words == 1 else np.unique(rows) for words, rows in lists]
