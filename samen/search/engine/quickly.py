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

    def numbers(self, places: Sequence[int]) -> list[int]:
        numbers: list[int] = self.index.columns.number[self.rows[places]].tolist()
        return numbers

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
    emergencies = machine.index.having(f"{EMERGENCY}:")
    left = None if gone is None else gone.view(np.uint8)
    rows, score, distance, why, hours, what, looked_at = machine.quick.found(
        asked, around, emergencies, left, list(sought)
    )
    ready, review = machine.made.settled(asked, states(hours), score, why, what)
    picked = Picked(machine, looked_at, rows, score, distance, why)
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
    return [index.having(f"{AREA}:{slugs[area]}") for area in seen.nonzero()[0].tolist()]


_REMOTE = tuple(sorted(asking.REMOTE))
