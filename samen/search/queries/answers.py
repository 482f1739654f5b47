"""From a question to services, each with the reasons for its place in the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from math import isnan
from uuid import UUID

from samen.directory.queries import Opening
from samen.foundation.languages import LANGUAGES
from samen.needs import queries as needs
from samen.needs.queries import NeedShown, Taxonomy
from samen.search.engine import strips
from samen.search.engine.scan import Found, Verdict
from samen.search.queries.index import Part, keeper
from samen.search.rules.asking import BIT, REASONS, Question, Reason, Situation

_WINDOW, _FORM, _SITUATION = "window", "form", "sit"


@dataclass(frozen=True, slots=True)
class Hit:
    service: UUID
    number: int
    score: float
    reasons: tuple[Reason, ...]
    # Kilometres from the centre of the town asked for. None when unknown, for a service for the
    # whole country, and always for a confidential place.
    distance: float | None
    opening: Opening


@dataclass(frozen=True, slots=True)
class Answer:
    """Services, the best first; those still to be confirmed apart."""

    ready: tuple[Hit, ...]
    review: tuple[Hit, ...]
    total: int


def search(question: Question) -> Answer:
    """Every service that may help, and none that the map knows to be for others or elsewhere."""
    held = keeper.current()
    situation = _situation(needs.taxonomy(held.revision), question.need)
    found = [(part, _found(part, question, situation)) for part in held.parts]
    ready = _merged(_hits(part, each, each.ready, question) for part, each in found)
    review = _merged(_hits(part, each, each.review, question) for part, each in found)
    return Answer(ready, review, len(ready) + len(review))


def _found(part: Part, question: Question, situation: Situation | None) -> Found:
    return strips.find(
        part.index,
        question,
        situation,
        areas=part.areas,
        states=part.states(question.at),
        gone=part.gone,
    )


def _merged(lists: Iterable[list[Hit]]) -> tuple[Hit, ...]:
    """As one list, in the order that each is in."""
    return tuple(merge(*lists, key=lambda hit: (-hit.score, hit.number)))


def _hits(part: Part, found: Found, places: list[int], question: Question) -> list[Hit]:
    return [_hit(place, found.verdict, part, question) for place in places]


def index_answers() -> bool:
    """Whether a question would be answered now. Raises the database's own error if it fails."""
    return keeper.current().revision >= 0


def is_a_language(tag: str) -> bool:
    """Whether somebody can be asked to speak it."""
    return tag in LANGUAGES


def _hit(place: int, verdict: Verdict, part: Part, question: Question) -> Hit:
    columns, row = part.index.columns, verdict.row(place)
    distance = float(verdict.distance[place])
    return Hit(
        service=part.index.uuid(row),
        number=int(columns.number[row]),
        score=float(verdict.score[place]),
        reasons=_reasons(int(verdict.reasons[place])),
        distance=None if isnan(distance) else distance,
        opening=part.opening(int(columns.hours[row]), question.at),
    )


@lru_cache(maxsize=1024)
def _reasons(bits: int) -> tuple[Reason, ...]:
    return tuple(reason for reason in REASONS if bits & BIT[reason])


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
