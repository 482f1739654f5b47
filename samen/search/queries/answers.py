"""From a question to services, each with the reasons for its place in the list."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import isnan
from typing import NamedTuple, overload

import numpy as np

from samen.directory.queries import Opening
from samen.foundation.languages import LANGUAGES
from samen.needs import queries as needs
from samen.needs.queries import NeedShown, Taxonomy
from samen.search.engine import strips, wording
from samen.search.engine.counting import counted
from samen.search.engine.scan import Found, Judged, Ranked
from samen.search.queries.index import Held, Part, keeper
from samen.search.rules.asking import BIT, REASONS, Question, Reason, Situation

_WINDOW, _FORM, _SITUATION = "window", "form", "sit"


class Hit(NamedTuple):
    number: int
    score: float
    reasons: tuple[Reason, ...]
    # Kilometres from the centre of the town asked for. None when unknown, for a service for the
    # whole country, and always for a confidential place.
    distance: float | None
    opening: Opening


class Hits(Sequence[Hit]):
    """Services, the best first. Only those that are looked at are put in order and made."""

    def __init__(self, lists: Sequence[tuple[Part, Judged, Ranked]], question: Question) -> None:
        self._lists, self._question = lists, question

    def __len__(self) -> int:
        return sum(len(ranked) for _part, _verdict, ranked in self._lists)

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> list[Hit]: ...
    def __getitem__(self, place: int | slice) -> Hit | list[Hit]:
        if isinstance(place, int):
            return self[slice(range(len(self))[place], None)][0] if place < 0 else self._at(place)
        start, stop, step = place.indices(len(self))
        if step < 1:
            return list(self)[place]
        return [self._hit(*each) for each in self._best(stop)[start:stop:step]]

    def __iter__(self) -> Iterator[Hit]:
        return (self._hit(*each) for each in self._best(len(self)))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Hits) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # lists have none either

    def openings(self) -> list[Opening]:
        """What can be said of the hours of all of them, of every kind of hours once."""
        return [
            part.opening(hours, self._question.at)
            for part, verdict, ranked in self._lists
            for hours in np.unique(verdict.of("hours")[ranked.places]).tolist()
        ]

    def _at(self, place: int) -> Hit:
        found = self[place : place + 1]
        if not found:
            raise IndexError
        return found[0]

    def _best(self, most: int) -> list[tuple[Part, Judged, int]]:
        found = [
            (-verdict.score_at(place), int(number), part, verdict, place)
            for part, verdict, ranked in self._lists
            for place, number in _numbered(verdict, ranked[:most])
        ]
        found.sort(key=lambda each: each[:2])
        return [each[2:] for each in islice(found, most)]

    def _hit(self, part: Part, verdict: Judged, place: int) -> Hit:
        columns, row = part.index.columns, verdict.row(place)
        distance, reasons = verdict.told_at(place)
        return Hit(
            number=int(columns.number[row]),
            score=verdict.score_at(place),
            reasons=_reasons(reasons),
            distance=None if isnan(distance) else distance,
            opening=part.opening(int(columns.hours[row]), self._question.at),
        )


def _numbered(verdict: Judged, places: list[int]) -> Iterator[tuple[int, int]]:
    return zip(places, verdict.numbers(places), strict=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """Services, the best first; those still to be confirmed apart."""

    ready: Hits
    review: Hits
    total: int
    # The revision of the map it is true to. None for the short time in which an older index
    # answers, because needs or places have changed and the new one is still being built.
    as_of: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    ready: int
    # By kind (need, speaks, for, only, channel) of each value how many have it.
    having: Mapping[str, Mapping[str, int]]


def search(question: Question) -> Answer:
    """Every service that may help, and none that the map knows to be for others or elsewhere."""
    held = keeper.current()
    found = _found(held, question)
    ready = Hits([(part, each.verdict, each.ready) for part, each in found], question)
    review = Hits([(part, each.verdict, each.review) for part, each in found], question)
    return Answer(ready, review, len(ready) + len(review), _as_of(held))


def as_of() -> int | None:
    """What `Answer.as_of` is now, for who asks for nothing but words."""
    return _as_of(keeper.current())


def _as_of(held: Held) -> int | None:
    return held.revision if held.whole else None


def counts(question: Question) -> Counts:
    """The numbers beside the filters: how many that are ready have what."""
    together: dict[str, Counter[str]] = {}
    ready = 0
    for _part, found in _found(keeper.current(), question, counting=True):
        ready += len(found.ready)
        for kind, numbers in counted(found.verdict, found.ready).items():
            together.setdefault(kind, Counter()).update(numbers)
    return Counts(ready, together)


def _found(held: Held, question: Question, *, counting: bool = False) -> list[tuple[Part, Found]]:
    situation = _situation(needs.taxonomy(held.ground), question.need)
    sought = wording.seek(question.words, [part.asked for part in held.parts])
    return [
        (
            part,
            strips.find(
                part.index,
                question,
                situation,
                areas=part.areas,
                states=part.states(question.at),
                gone=part.gone,
                sought=words,
                counting=counting,
            ),
        )
        for part, words in zip(held.parts, sought, strict=True)
    ]


def index_answers() -> bool:
    """Whether a question would be answered now. Raises the database's own error if it fails."""
    return keeper.current().revision >= 0


def is_a_language(tag: str) -> bool:
    """Whether somebody can be asked to speak it."""
    return tag in LANGUAGES


@lru_cache(maxsize=1024)
def _reasons(bits: int) -> tuple[Reason, ...]:
    return tuple(reason for reason in REASONS if bits & BIT[reason])


@lru_cache(maxsize=512)
def _situation(taxonomy: Taxonomy, key: str | None) -> Situation | None:
    """What was chosen, as the services know it: a window or a form stands for its situations."""
    if key is None:
        return None
    need = taxonomy.by_key(key)
    if need is None:
        return Situation((key,))
    if need.kind == _SITUATION:
        return Situation((key,), need.support, need.forms, urgent=need.urgency == "now")
    meant = [sit for sit in taxonomy.situations() if key in _asked_of(sit, need.kind)]
    support = tuple(dict.fromkeys(kind for sit in meant for kind in sit.support))
    urgent = need.kind == _WINDOW and need.hours is not None
    return Situation((key, *(sit.key for sit in meant)), support, urgent=urgent)


def _asked_of(situation: NeedShown, kind: str) -> tuple[str, ...]:
    return {_WINDOW: situation.windows, _FORM: situation.forms}.get(kind, ())
