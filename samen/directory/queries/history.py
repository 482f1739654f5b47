"""What colleagues ask of one record: its facts, and what it said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.directory.models import History
from samen.directory.rules import Piece, word_difference

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FactDifference:
    fact: str
    before: Mapping[str, Any] | None  # None: it is not known any more, or was not there
    after: Mapping[str, Any] | None
    words: tuple[Piece, ...] = ()  # of a text, word by word


@dataclass(frozen=True, slots=True)
class Version:
    version: int
    at: datetime
    by: UUID | None
    why: str
    differences: tuple[FactDifference, ...]


def history_of(kind: str, record: UUID, *, most: int = 200) -> list[Version]:
    """The versions of a record, the newest first. One query."""
    rows = list(History.objects.filter(kind=kind, record=record)[: most + 1])
    older: Sequence[History | None] = [*rows[1:], None]
    versions = [
        Version(row.version, row.at, row.by, row.why, _since(before, row))
        for row, before in zip(rows, older, strict=False)  # of no rows there is none before
    ]
    return versions[:most]


def facts_of_version(kind: str, record: UUID, version: int) -> Facts | None:
    row = History.objects.filter(kind=kind, record=record, version=version).first()
    return row.facts if row else None


def differences(before: Facts, after: Facts) -> tuple[FactDifference, ...]:
    """What differs, in the order of the names of the facts."""
    return tuple(
        _difference(fact, before.get(fact), after.get(fact))
        for fact in sorted({*before, *after})
        if before.get(fact) != after.get(fact)
    )


def _since(before: History | None, row: History) -> tuple[FactDifference, ...]:
    if before is None:
        return ()
    told = {*row.changed}
    found = differences(before.facts, row.facts)
    return tuple(difference for difference in found if difference.fact in told)


def _difference(
    fact: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> FactDifference:
    if "." not in fact and fact != "notes":
        return FactDifference(fact, before, after)
    part = "notes" if fact == "notes" else "body"
    pieces = word_difference((before or {}).get(part, ""), (after or {}).get(part, ""))
    return FactDifference(fact, before, after, tuple(pieces))
