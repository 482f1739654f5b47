"""Rows of a map and questions about it. Say only what the test is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from samen.directory.queries import Hours, Stretch
from samen.search.engine.meanings import Meanings, read
from samen.search.rules.asking import Question

ROOT = Path(__file__).parents[3]
QUERIES = ROOT / "tests" / "queries"
WORDS = ROOT / "samen" / "search" / "words"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday

ALWAYS = Hours("always")
UNKNOWN = Hours("")
OFFICE = Hours("weekly", tuple(Stretch(day, time(9), time(17)) for day in range(5)))
EVENING = Hours("weekly", tuple(Stretch(day, time(19), time(22)) for day in range(7)))
EVENING_OR_URGENT = Hours("weekly", EVENING.week, urgent_always=True)


@dataclass(frozen=True, slots=True)
class Row:
    """A service of which nothing is known but what is said."""

    number: int = 1
    publish: str = "ready"
    emergency: bool = False
    needs: tuple[str, ...] = ()
    route: Mapping[str, int] = field(default_factory=dict)
    national: bool = False
    municipalities: tuple[str, ...] = ()
    towns: tuple[tuple[float, float], ...] = ()
    languages: tuple[str, ...] = ()
    interpreter: str = ""
    groups: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without_documents: str = ""
    cost: str = ""
    channels: tuple[str, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    hours: Hours = UNKNOWN
    verified: str = "seed"
    assured_on: date | None = None
    checked_on: date | None = None
    texts: tuple[tuple[str, str, str], ...] = ()

    @property
    def id(self) -> UUID:
        return UUID(int=self.number)


@dataclass(frozen=True, slots=True)
class Spot:
    latitude: float
    longitude: float
    municipality_slug: str = ""


ARNHEM = Spot(51.98, 5.911, "arnhem")
NIJMEGEN = Spot(51.8425, 5.8528, "nijmegen")  # 16 km from Arnhem
UTRECHT = Spot(52.0908, 5.1222, "utrecht")  # 55 km
CENTRES = {
    "arnhem": (ARNHEM.latitude, ARNHEM.longitude),
    "nijmegen": (NIJMEGEN.latitude, NIJMEGEN.longitude),
    "utrecht": (UTRECHT.latitude, UTRECHT.longitude),
}


def question(**asked: Any) -> Question:
    return Question(**({"at": NOON} | asked))


@dataclass(frozen=True, slots=True)
class Words:
    label: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    key: str
    kind: str
    forms: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    texts: Mapping[str, Words] = field(default_factory=dict)


def taxonomy() -> list[Concept]:
    """The needs as they ship, without a database."""
    content = yaml.safe_load((ROOT / "content" / "needs.yaml").read_text(encoding="utf-8"))
    return [
        Concept(
            key=need["id"],
            kind=need["kind"],
            forms=tuple(need.get("forms", ())),
            support=tuple(need.get("support", ())),
            texts={
                language: Words(label, tuple(need.get("say", {}).get(language, ())))
                for language, label in need["label"].items()
            },
        )
        for need in content["concepts"]
    ]


def table(name: str) -> dict[str, list[str]]:
    return read((WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines())


def meanings(*languages: str) -> Meanings:
    return Meanings(table("meanings"), {tag: table(tag) for tag in languages}, table("signs"))
