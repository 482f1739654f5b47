"""The compiled kernel (quick.pyx), where there is one, and what it keeps at hand of an index."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import compiled
from samen.search.engine.columns import AREA, EMERGENCY, KNOWN, NEED, ROUTE, WORD, Index, Rows
from samen.search.engine.columns.index import of_kind, words_for
from samen.search.rules import asking, ranking
from samen.search.rules.asking import Question, Situation

_MANY = 2_000  # services: of fewer it is as quick to look it up again
_MOST = 512  # situations and sets of values that are kept for an index


MADE = compiled.made("quick")


class Machine:
    """The kernel, holding the columns of an index."""

    def __init__(self, index: Index, made: Any) -> None:
        self.index, self.made = index, made
        self.quick = made.Quick(index)
        self._known: dict[Hashable, Any] = {}
        self.first_area = of_kind(index.marks, AREA)[0]
        self.remote = self.masks("channel", sorted(asking.REMOTE))

    def masks(self, kind: str, values: Sequence[str]) -> Any:
        """The bits of the values."""
        key = kind, tuple(values)
        found = self._known.get(key)
        if found is None:
            words = np.zeros(words_for(len(self.index.marked(kind))), WORD)
            for word, mask in self.index.masks(kind, values).items():
                words[word] = mask
            found = self._keep(key, self.made.Masks(words))
        return found

    def chosen(self, situation: Situation | None) -> Any:
        if situation is None:
            return None
        found = self._known.get(situation)
        if found is None:
            found = self._keep(situation, self._put_together(situation))
        return found

    def _keep(self, key: Hashable, value: Any) -> Any:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = value
        return value

    def _put_together(self, situation: Situation) -> Any:
        index = self.index
        marks = (index.place_of_mark(mark) for mark in related(situation))
        support = [
            (need, ranking.kind_worth(place))
            for place, key in enumerate(situation.support)
            if (need := index.place_of(NEED, key)) is not None
        ]
        return self.made.Chosen(
            self.masks(NEED, situation.keys),
            self.masks(NEED, situation.forms),
            _routes(index, [f"{ROUTE}:{key}" for key in situation.keys]),
            np.array([need for need, _worth in support], np.int64),
            np.array([worth for _need, worth in support], np.float64),
            kinds=bool(situation.support or situation.forms),
            urgent=situation.urgent,
            marks=[mark for mark in marks if mark is not None],
        )

    def asked(self, question: Question, situation: Situation | None) -> Any:
        """The question in numbers; where it is asked from is added by who knows the areas."""
        asked = self.made.Asked()
        asked.chosen = self.chosen(situation)
        asked.today = question.at.toordinal()
        asked.open_now = question.open_now
        asked.no_papers, asked.free = question.no_papers, question.free
        if question.words:
            asked.words, asked.every_word = True, question.every_word
        if question.speaks is not None:
            asked.language, asked.kin = True, self._kin(question.speaks)
            if len(self.index) >= _MANY or (question.words and question.place is None):
                asked.heard = self._heard(question.speaks)
        if question.channels:
            asked.always = asking.DAY_AND_NIGHT in question.channels
            wanted = asking.ways(question.channels)
            asked.channels = bool(wanted)
            asked.offered = self.masks("channel", sorted(wanted))
        self._of_groups(asked, asking.groups_said(question))
        return asked

    def counted(self, kind: str, rows: Rows, places: NDArray[np.int64]) -> dict[str, int]:
        """Of each value that any of the rows at these places has, how many have it."""
        index, values = self.index, self.index.marked(kind)
        if kind == NEED:
            having = index.columns.need_start, index.columns.need
            found: dict[str, int] = self.made.counted_needs(*having, rows, places, values)
        else:
            found = self.made.counted(index.bits(kind), rows, places, values)
        return found

    def _kin(self, wanted: str) -> Any:
        key = "kin", wanted
        found = self._known.get(key)
        if found is None:
            listed = self.index.marked("speaks")
            kin = [tag for tag in listed if asking.is_kin(tag, wanted)]
            found = self._keep(key, self.masks("speaks", kin))
        return found

    def _heard(self, wanted: str) -> Any:
        """Of each row a bit: somebody there talks with her; the map knows that nobody can."""
        key = "heard", wanted
        found = self._known.get(key)
        if found is None:
            spoken = self.index.bits("speaks")
            talks = (spoken & np.asarray(self._kin(wanted).words)).any(axis=1)
            cannot = spoken.any(axis=1) & ~talks
            cannot &= self.index.columns.interpreter == KNOWN.index("no")
            both = tuple(np.packbits(each, bitorder="little") for each in (talks, cannot))
            found = self._keep(key, both)
        return found

    def _of_groups(self, asked: Any, said: frozenset[str]) -> None:
        limited = self.index.marked("only")
        if limited:
            outside = (g for g in limited if not asking.is_outside(frozenset({g}), said))
            asked.only, asked.maybe = True, self.masks("only", tuple(outside))
            asked.members = self.masks("only", sorted(said.intersection(limited)))
        if said:
            asked.groups = True
            asked.said = [self.masks("for", (group,)) for group in sorted(said)]
            age = asking.age_said(said)
            if age is not None:
                asked.age, (asked.youngest, asked.oldest) = True, age


def related(situation: Situation) -> list[str]:
    """Marks, of which every service has one that may fit what was chosen."""
    needs = dict.fromkeys((*situation.keys, *situation.support, *situation.forms))
    marks = [f"{ROUTE}:{key}" for key in situation.keys]
    marks += [f"{NEED}:{key}" for key in needs]
    if situation.urgent:
        marks.append(f"{EMERGENCY}:")
    return marks


def _routes(index: Index, marks: Sequence[str]) -> tuple[Rows, NDArray[np.float64]]:
    """The rows of all routes, each once and in order, and what its best place is worth."""
    if not marks:
        return np.zeros(0, np.int32), np.zeros(0)
    rows = np.concatenate([index.having(mark) for mark in marks])
    places = np.concatenate([index.places_on(mark) for mark in marks]).tolist()
    worths = np.array([ranking.route_worth(place) for place in places], np.float64)
    order = np.lexsort((-worths, rows))
    each, first = np.unique(rows[order], return_index=True)
    return each, worths[order][first]


def of(index: Index) -> Machine | None:
    """The kernel for an index; None where there is none."""
    if MADE is None:
        return None
    machine: Machine | None = index.machine
    if machine is None:
        machine = index.machine = Machine(index, MADE)
    return machine
