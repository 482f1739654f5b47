"""From a question to services, each with the reasons for its place in the list."""

from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from uuid import UUID

from samen.directory.queries import Opening
from samen.foundation.languages import LANGUAGES
from samen.needs import queries as needs
from samen.needs.queries import NeedShown, Taxonomy
from samen.search.engine.scan import Verdict, scan
from samen.search.queries.index import Held, keeper
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
    found = scan(
        held.index,
        question,
        _situation(needs.taxonomy(held.revision), question.need),
        centres=held.centres,
        state=lambda place: held.state(place, question.at),
    )
    ready = tuple(_hit(row, found.verdict, held, question) for row in found.ready)
    review = tuple(_hit(row, found.verdict, held, question) for row in found.review)
    return Answer(ready, review, len(ready) + len(review))


def index_answers() -> bool:
    """Whether a question would be answered now. Raises the database's own error if it fails."""
    return keeper.current().revision >= 0


def is_a_language(tag: str) -> bool:
    """Whether somebody can be asked to speak it."""
    return tag in LANGUAGES


def _hit(row: int, verdict: Verdict, held: Held, question: Question) -> Hit:
    columns = held.index.columns
    distance = float(verdict.distance[row])
    return Hit(
        service=held.index.uuid(row),
        number=int(columns.number[row]),
        score=float(verdict.score[row]),
        reasons=_reasons(int(verdict.reasons[row])),
        distance=None if isnan(distance) else distance,
        opening=held.opening(int(columns.hours[row]), question.at),
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
