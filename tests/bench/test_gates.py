"""The gates that need nobody else, at 10,000 services and with room for a busy machine.

As counts, or as times of two engines that take turns within one run. The page holds the rest
(`make bench`); a heaviest page, bytes of a service and the growth from a country to a continent
are in test_weight and in the tests of the search.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench import maps, rounds
from bench.engines import Engine, own, sqlite
from bench.maps import FACETS, KINDS
from samen.search.engine import strips

SIZE, MANY, ROUNDS = 10_000, 20, 7


@pytest.fixture(scope="module")
def town() -> maps.Map:
    return maps.make(SIZE)


@pytest.fixture(scope="module")
def ours(town: maps.Map, tmp_path_factory: pytest.TempPathFactory) -> Iterator[own.Own]:
    with own.opened(town, tmp_path_factory.mktemp("bench")) as engine:
        yield engine


def times(town: maps.Map, kind: str, *engines: Engine) -> dict[str, float]:
    """Of each engine how many times the time of the index it takes."""
    asked = maps.questions(town, kind, many=MANY)
    asks = {each.name: lambda one, each=each: each.ask(kind, one) for each in engines}
    return rounds.ratios(rounds.hot(asks, asked, rounds=ROUNDS), "SAMEN")


def test_gate_1_a_place_and_a_need_cost_less_than_the_scan(town: maps.Map, ours: own.Own) -> None:
    judged = [
        strips.find(
            ours.index,
            asked.question,
            asked.situation,
            areas=ours.areas,
            states=ours.openings.states(asked.question.at),
        ).verdict.size
        for asked in maps.questions(town, FACETS, many=MANY)
    ]

    assert sum(judged) / len(judged) <= SIZE / 12
    assert times(town, FACETS, ours, own.scanned(ours))["scan"] >= 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_gate_14_every_answer_is_that_of_the_scan(town: maps.Map, ours: own.Own, kind: str) -> None:
    scan = own.scanned(ours)
    for asked in maps.questions(town, kind, many=MANY):
        assert ours.ask(kind, asked) == scan.ask(kind, asked)


def test_gate_15_an_index_is_opened_and_not_read(ours: own.Own) -> None:
    assert ours.open_ms < ours.build_s * 1000 / 20


def test_gate_16_few_services_are_not_the_slow_ones(
    town: maps.Map, ours: own.Own, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with ExitStack() as stack:
        peer = stack.enter_context(sqlite.opened(town, tmp_path_factory.mktemp("sqlite")))
        found = times(town, FACETS, ours, own.scanned(ours), peer)

    assert 1 / min(found.values()) <= 2 * 2.5
