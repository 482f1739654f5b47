"""What a question costs: the index against the scan of everything, in one run, side by side.

The services are made up, always the same: forty Dutch cities by population, one in ten outside
them, one in twenty for the whole country, three hundred needs of which few are common. Read the
ratios; the times depend on the day.
"""

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from samen.search.engine import columns, scan, strips
from samen.search.engine.columns import Index
from samen.search.engine.scan import Areas, Found
from samen.search.rules.asking import Question, Situation

SEED = 20261122
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SIZES, MILLION = (10_000, 100_000), 1_000_000
COUNTRY = 100_000  # services; more of them are more countries, side by side
QUESTIONS, ROUNDS = 60, 3

# Latitude, longitude and thousands of people.
CITIES = (
    (52.374, 4.890, 883), (51.922, 4.479, 656), (52.080, 4.310, 553), (52.091, 5.122, 362),
    (51.441, 5.478, 239), (53.219, 6.567, 235), (51.556, 5.091, 224), (52.371, 5.222, 218),
    (51.589, 4.776, 185), (51.843, 5.853, 179), (52.212, 5.970, 165), (51.980, 5.911, 164),
    (52.387, 4.646, 162), (52.155, 5.388, 158), (52.218, 6.896, 160), (52.308, 4.972, 159),
    (52.439, 4.826, 156), (51.697, 5.304, 156), (52.516, 6.083, 130), (52.061, 4.493, 126),
    (52.160, 4.497, 125), (53.201, 5.799, 124), (50.851, 5.691, 121), (51.813, 4.674, 119),
    (52.028, 5.555, 119), (52.632, 4.749, 110), (52.302, 4.690, 157), (52.012, 4.357, 104),
    (52.255, 6.160, 101), (52.266, 6.793, 82), (51.480, 5.656, 93), (51.532, 4.465, 77),
    (51.370, 6.172, 102), (50.888, 5.980, 87), (52.350, 5.265, 75), (52.992, 6.564, 69),
    (51.966, 6.288, 58), (51.499, 3.610, 49), (52.510, 5.475, 82), (52.786, 6.897, 107),
)  # fmt: skip
NEEDS = tuple(f"need.{number:03}" for number in range(300))
TAGS = tuple(f"t{number:02}" for number in range(24))
GROUPS = ("grp.women", "grp.men", "grp.minor", "grp.undocumented", "grp.asylum_seeker")
CHANNELS = ("phone", "chat", "whatsapp", "email", "walkin", "visit")
KNOWN = ("", "yes", "partly", "no")
SCHEDULES = 600
_FEW = tuple(1 / (place + 1) for place in range(len(NEEDS)))


@dataclass(frozen=True, slots=True)
class Hours:
    """One of the schedules; what it says of a moment is made up too."""

    number: int
    state: str = "weekly"
    urgent_always: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    latitude: float
    longitude: float
    municipality_slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A service with what the index is made from."""

    number: int
    publish: str
    needs: tuple[str, ...]
    national: bool
    municipalities: tuple[str, ...]
    towns: tuple[tuple[float, float], ...]
    languages: tuple[str, ...]
    interpreter: str
    groups: tuple[str, ...]
    only: tuple[str, ...]
    without_documents: str
    cost: str
    channels: tuple[str, ...]
    hours: Hours
    emergency: bool = False
    route: Mapping[str, int] = field(default_factory=dict)
    minimum_age: int | None = None
    maximum_age: int | None = None
    verified: str = "seed"
    assured_on: date | None = None
    checked_on: date | None = None
    texts: tuple[tuple[str, str, str], ...] = ()

    @property
    def id(self) -> UUID:
        return UUID(int=self.number)


def services(size: int) -> Iterator[Row]:
    chance = random.Random(SEED)  # noqa: S311 a map for measuring, no secret
    weights = [people for *_point, people in CITIES]
    for number in range(1, size + 1):
        [place] = chance.choices(range(len(CITIES)), weights)
        yield _service(chance, number, place, (number - 1) // COUNTRY)


def _service(chance: random.Random, number: int, place: int, country: int) -> Row:
    national, rural = _happens(chance, 0.05), _happens(chance, 0.1)
    latitude, longitude, _people = CITIES[place]
    spread = 0.4 if rural else 0.04
    town = (
        _shifted(latitude, country) + chance.gauss(0, spread),
        longitude + chance.gauss(0, spread * 1.6),
    )
    return Row(
        number=number,
        publish="review" if _happens(chance, 0.1) else "ready",
        needs=tuple(dict.fromkeys(chance.choices(NEEDS, _FEW, k=chance.randint(1, 3)))),
        national=national,
        municipalities=() if national or rural else (_slug(place, country),),
        towns=() if _happens(chance, 0.1) else (town,),
        languages=tuple(dict.fromkeys(chance.choices(TAGS, k=chance.randint(0, 3)))),
        interpreter=chance.choice(KNOWN),
        groups=tuple(group for group in GROUPS if _happens(chance, 0.15)),
        only=(chance.choice(GROUPS),) if _happens(chance, 0.1) else (),
        without_documents=chance.choice(KNOWN),
        cost=chance.choice(("", "free", "local", "paid")),
        channels=tuple(channel for channel in CHANNELS if _happens(chance, 0.4)),
        hours=Hours(chance.randrange(SCHEDULES)),
    )


def _happens(chance: random.Random, share: float) -> bool:
    return chance.random() < share


def _shifted(latitude: float, country: int) -> float:
    return latitude - 5 * country


def _slug(place: int, country: int) -> str:
    return f"{country}-{place}"


def questions(*, facets: bool) -> Iterator[tuple[Question, Situation | None]]:
    """Near a city: with a need and half of them more wishes, or for everything there is."""
    chance = random.Random(SEED + facets)  # noqa: S311 questions for measuring
    weights = [people for *_point, people in CITIES]
    for number in range(QUESTIONS):
        [place] = chance.choices(range(len(CITIES)), weights)
        spot = Spot(CITIES[place][0], CITIES[place][1], _slug(place, 0))
        asked = Question(place=spot, at=NOW, speaks=chance.choice(TAGS))
        if not facets:
            yield asked, None
            continue
        [need] = chance.choices(NEEDS, _FEW)
        if number % 2:
            asked = replace(asked, open_now=True, no_papers=True)
        yield replace(asked, need=need), Situation((need,))


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Per size the milliseconds of a question, the index as a share of the scan, and growth."""
    found: dict[str, Any] = {"sizes": {str(size): _measured(size) for size in sizes}}
    first, last = (found["sizes"][str(size)] for size in (sizes[0], sizes[-1]))
    found["growth"] = {
        kind: round(last[kind]["index_ms"] / first[kind]["index_ms"], 2)
        for kind in ("facets", "counts")
    }
    return found


def _measured(size: int) -> dict[str, Any]:
    began = time.perf_counter()
    index = columns.build(services(size), write=lambda hours: f"{hours.number:03}")
    row: dict[str, Any] = {"build_s": round(time.perf_counter() - began, 1)}
    parts = [getattr(index.columns, name) for name in columns.Columns.names()]
    row["bytes_a_service"] = round(sum(part.nbytes for part in parts) / size)
    middles = {
        _slug(place, country): (_shifted(latitude, country), longitude)
        for country in range(math.ceil(size / COUNTRY))
        for place, (latitude, longitude, _people) in enumerate(CITIES)
    }
    row["facets"] = _compared(index, Areas(index, middles), facets=True)
    row["counts"] = _compared(index, Areas(index, middles), facets=False)
    return row


def _compared(index: Index, areas: Areas, *, facets: bool) -> dict[str, float]:
    states = (np.arange(len(index.hours)) * 7 % 4).astype(np.int8)
    rounds: dict[str, list[float]] = {"index": [], "scan": []}
    ratios, rows = [], []

    def by_index(question: Question, situation: Situation | None) -> Found:
        return strips.find(
            index, question, situation, areas=areas, states=lambda places: states[places]
        )

    def by_scan(question: Question, situation: Situation | None) -> Found:
        return scan.judge(
            scan.Verdict(index),
            question,
            situation,
            areas=areas,
            states=lambda places: states[places],
        )

    for question, situation in questions(facets=facets):
        one, other = by_index(question, situation), by_scan(question, situation)
        _must_agree(one, other, index)
        rows.append(one.verdict.size)
        # Turn by turn, so that a busy moment of the machine is shared.
        times = [
            (_timed(by_index, question, situation), _timed(by_scan, question, situation))
            for _ in range(ROUNDS)
        ]
        fast, slow = (min(column) for column in zip(*times, strict=True))
        rounds["index"].append(fast)
        rounds["scan"].append(slow)
        ratios.append(slow / fast)
    return {
        "index_ms": round(statistics.median(rounds["index"]) * 1000, 3),
        "scan_ms": round(statistics.median(rounds["scan"]) * 1000, 3),
        "times_faster": round(statistics.median(ratios), 1),
        "rows_judged": statistics.median(rows),
    }


def _timed(find: Callable[..., Found], question: Question, situation: Situation | None) -> float:
    began = time.perf_counter()
    find(question, situation)
    return time.perf_counter() - began


def _must_agree(one: Found, other: Found, index: Index) -> None:
    numbers = index.columns.number
    told = [
        [int(numbers[found.verdict.row(place)]) for place in (*found.ready, *found.review)]
        for found in (one, other)
    ]
    if told[0] != told[1]:
        message = "the index and the scan do not agree"
        raise AssertionError(message)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, nargs="+", default=list(SIZES), help="how many services")
    parser.add_argument("--million", action="store_true", help="also a million of them")
    asked = parser.parse_args()
    sizes = (*asked.n, MILLION) if asked.million else tuple(asked.n)
    print(json.dumps(measure(sizes), indent=1))


if __name__ == "__main__":
    main()
