"""Whoever asks much, or a lot, costs what everybody costs."""

import gc
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from hypothesis import given

from samen.directory.models import Change
from samen.directory.tests import make as services
from samen.search import queries
from samen.search.engine import columns, shelf, strips, wording
from samen.search.engine.columns import Columns, Index
from samen.search.engine.counting import counted
from samen.search.engine.scan import Areas, Found, Verdict, judge
from samen.search.queries.hours import write_hours
from samen.search.rules import wording as rules
from samen.search.rules.asking import Question, Situation
from samen.search.tests import make
from samen.search.tests.make import Row, Spot
from samen.search.tests.test_scan import maps, patient, questions, situations
from samen.search.tests.test_strips import states

pytestmark = pytest.mark.usefixtures("folder_of_its_own")

SIZE = 10_000
NEEDS = tuple(f"sup.{number}" for number in range(20))
TAGS = ("nl", "ar", "fa", "ti", "so", "uk")
WORDS = tuple(f"{one}{other}" for one in ("huis", "hulp", "zorg", "raad") for other in range(400))


def told(found: Found, index: Index) -> list[int]:
    numbers = index.columns.number
    return [int(numbers[found.verdict.row(place)]) for place in (*found.ready, *found.review)]


# --- a country and a continent ------------------------------------------------------------------


def country(size: int, *, south: float = 0.0, first: int = 1) -> Iterator[Row]:
    """Twenty towns, half a degree apart, and one service in a thousand for everybody."""
    chance = random.Random(size)  # noqa: S311 a map for a test, no secret
    for number in range(first, first + size):
        town = chance.randrange(20)
        yield Row(
            number,
            needs=tuple({*chance.choices(NEEDS, k=2)}),
            national=chance.random() < 0.001,
            towns=((52.0 - south + chance.gauss(0, 0.03), town / 2 + chance.gauss(0, 0.05)),),
            languages=tuple({*chance.choices(TAGS, k=chance.randrange(3))}),
            cost=chance.choice(["", "free", "paid"]),
            hours=chance.choice([make.ALWAYS, make.OFFICE, make.EVENING, make.UNKNOWN]),
            texts=(
                ("nl", "name", " ".join(chance.choices(WORDS, k=3))),
                ("nl", "what", " ".join(chance.choices(WORDS, k=chance.randrange(10, 40)))),
            ),
        )


@pytest.fixture(scope="module")
def village() -> Index:
    return columns.build(country(SIZE // 10), write=write_hours)


@pytest.fixture(scope="module")
def continent() -> Index:
    """Ten such countries side by side."""
    rows = (
        row
        for each in range(10)
        for row in country(SIZE // 10, south=4.0 * each, first=1 + each * SIZE // 10)
    )
    return columns.build(rows, write=write_hours)


def asked(*, words: bool) -> list[tuple[Question, Situation | None]]:
    chance = random.Random(words)  # noqa: S311 questions for a test
    spots = [Spot(52.0, town / 2) for town in range(20)]
    return [
        (
            make.question(
                place=spot,
                within=25,
                speaks=chance.choice(TAGS),
                free=bool(place % 2),
                words=tuple(chance.choices(WORDS, k=2)) if words else (),
            ),
            None if words else Situation((chance.choice(NEEDS),)),
        )
        for place, spot in enumerate(spots)
    ]


def by_index(
    index: Index, question: Question, situation: Situation | None, *, counting: bool = False
) -> Found:
    areas = Areas(index, {})
    return strips.find(
        index, question, situation, areas=areas, states=states(index), counting=counting
    )


def judged(index: Index, *, words: bool) -> list[int]:
    return [by_index(index, *each).verdict.size for each in asked(words=words)]


@pytest.mark.parametrize("words", [False, True], ids=["needs", "words"])
def test_a_search_looks_at_as_much_on_a_continent_as_in_a_country(
    village: Index, continent: Index, *, words: bool
) -> None:
    """Only what is for everybody is more there: a thousandth of all."""
    here, there = judged(village, words=words), judged(continent, words=words)

    assert sum(there) <= 1.5 * sum(here)
    assert max(there) <= SIZE / 50


@pytest.mark.parametrize("words", [False, True], ids=["needs", "words"])
def test_the_first_ten_and_the_counts_are_those_of_the_scan(
    continent: Index, *, words: bool
) -> None:
    areas = Areas(continent, {})
    for question, situation in asked(words=words):
        fast = by_index(continent, question, situation)
        slow = judge(Verdict(continent), question, situation, areas=areas, states=states(continent))

        assert fast.ready[:10] == [place_in(fast, slow, place) for place in slow.ready[:10]]
        assert told(fast, continent) == told(slow, continent)
        only_counted = by_index(continent, question, situation, counting=True)
        for one in (fast, only_counted):
            assert counted(one.verdict, one.ready) == counted(slow.verdict, slow.ready)


def place_in(fast: Found, slow: Found, place: int) -> int:
    """Where the row of one verdict is in the other."""
    assert fast.verdict.rows is not None
    return int(fast.verdict.rows.searchsorted(slow.verdict.row(place)))


def test_a_service_takes_few_bytes(continent: Index) -> None:
    assert bytes_of(continent) / len(continent) <= 700


@pytest.mark.skipif(sys.platform != "linux", reason="the system counts what is read")
def test_a_large_index_is_opened_like_a_small_one(
    village: Index, continent: Index, tmp_path: Path
) -> None:
    """Where somebody has read it whole: the rest comes from the disk when it is asked for.

    Of each file its first eight thousand bytes are read, so of a small one all of it.
    """
    small, large = (opened_by_reading(each, tmp_path) for each in (village, continent))
    longer = bytes_of(continent) - bytes_of(village)

    assert small > 0
    assert large - small < longer / 30


def opened_by_reading(index: Index, root: Path) -> int:
    """How many bytes of its files."""
    folder = root / f"{len(index)}-abc"
    shelf.save(index, folder)
    later = time_ns() + 10**10  # it is a while until others trust what one has read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "time_ns", lambda: later)
        shelf.read(folder)
    before = bytes_read()
    opened = shelf.read(folder)
    assert len(opened) == len(index)
    return bytes_read() - before


def bytes_of(index: Index) -> int:
    return sum(getattr(index.columns, name).nbytes for name in Columns.names())


def bytes_read() -> int:
    """By this process, of whatever file."""
    return int(Path("/proc/self/io").read_text().split()[1])


# --- counts -------------------------------------------------------------------------------------

KINDS: dict[str, Any] = {
    "need": lambda row: row.needs,
    "speaks": lambda row: row.languages,
    "for": lambda row: row.groups,
    "only": lambda row: row.only,
    "channel": lambda row: row.channels,
}


@patient
@given(maps, questions, situations)
def test_counts_are_counted_one_by_one(
    services: list[Row], question: Question, situation: Situation | None
) -> None:
    index = columns.build(services, write=write_hours)
    found = by_index(index, question, situation)
    by_number = {row.number: row for row in services}
    ready = [
        by_number[int(index.columns.number[found.verdict.row(place)])] for place in found.ready
    ]

    counts = counted(found.verdict, found.ready)

    for kind, values in KINDS.items():
        assert counts[kind] == Counter(value for row in ready for value in set(values(row)))


# --- much ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db
def test_ten_thousand_different_questions_leave_nothing_behind() -> None:
    made = services.service()
    Change.objects.create(at=make.NOON, kind="service", record=made.id, verb="created")
    plain = make.question()

    def ask(first: int, last: int) -> None:
        for number in range(first, last):
            spot = Spot(52 + number / 1e6, 5.0)
            queries.search(
                replace(plain, words=(f"w{number}",), place=spot if number % 2 else None)
            )

    ask(0, 2_000)  # what is kept for all is kept by now
    gc.collect()
    before = sys.getallocatedblocks()
    ask(2_000, 12_000)
    gc.collect()

    assert sys.getallocatedblocks() - before < 1_000  # one for ten questions would be too many


def test_of_five_thousand_words_a_few_are_looked_up(village: Index) -> None:
    words = tuple(f"huis{number}" for number in range(5_000))
    [sought] = wording.seek(words, [wording.Asked.whole(village)])

    assert len(sought) == rules.MOST
    assert by_index(village, make.question(words=words), None).ready


@pytest.mark.django_db
def test_five_thousand_words_are_understood_like_the_first() -> None:
    made = services.service()
    Change.objects.create(at=make.NOON, kind="service", record=made.id, verb="created")

    many = queries.understand("hulp " * 5_000, language="nl")

    assert many == queries.understand("hulp " * 200, language="nl")
