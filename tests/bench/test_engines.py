"""Whoever the search is held against answers the same questions, and the page says what differs."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench import maps, searching
from bench.engines import Engine, loop, own, sqlite, tantivy_numpy
from bench.engines.ranking import Ranking, first
from bench.maps import ANY_WORD, COUNTS, FACETS, KINDS, TEXT, Map

SIZE, MANY = 1_000, 12


@pytest.fixture(scope="module")
def village() -> Map:
    return maps.make(SIZE)


@pytest.fixture(scope="module")
def engines(village: Map, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    folder = tmp_path_factory.mktemp("bench")
    with ExitStack() as stack:
        ours = stack.enter_context(own.opened(village, folder))
        peer = stack.enter_context(tantivy_numpy.opened(village, folder))
        every: list[Engine] = [
            ours,
            own.by_numpy(ours),
            own.scanned(ours),
            stack.enter_context(loop.opened(ours, folder)),
            stack.enter_context(sqlite.opened(village, folder)),
            peer,
            peer.counting(),
        ]
        yield {each.name: each for each in every}


def agreement(engines: dict[str, Engine], village: Map, name: str, kind: str) -> dict[str, float]:
    asked = maps.questions(village, kind, many=MANY)
    exact, given = ([engines[each].ask(kind, one) for one in asked] for each in ("scan", name))
    assert any(answer.total for answer in exact)
    found: dict[str, float] = searching.agreement(kind, exact, given)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_index_answers_as_the_scan_does(
    engines: dict[str, Engine], village: Map, kind: str
) -> None:
    found = agreement(engines, village, "SAMEN", kind)

    assert not any(value for key, value in found.items() if key.startswith("other_"))


def test_who_counts_as_well_finds_the_same_ten(engines: dict[str, Engine], village: Map) -> None:
    for asked in maps.questions(village, ANY_WORD, many=MANY):
        scan, plain, counting = (
            engines[name].ask(ANY_WORD, asked)
            for name in ("scan", "tantivy + numpy", "tantivy, counting")
        )
        assert plain.total is None
        assert counting.numbers == plain.numbers
        assert counting.total is not None
        assert scan.total is not None
        assert counting.total >= scan.total > 0


@pytest.mark.parametrize("name", ["SAMEN by numpy", "loop in C", "SQLite", "tantivy + numpy"])
def test_a_peer_finds_the_same_first_ten(
    engines: dict[str, Engine], village: Map, name: str
) -> None:
    found = agreement(engines, village, name, FACETS)

    assert found["other_first_ten"] == found["other_totals"] == 0


@pytest.mark.parametrize(
    ("name", "kind"), [("SQLite", TEXT), ("SQLite", ANY_WORD), ("tantivy + numpy", TEXT)]
)
def test_a_peer_finds_as_many_for_words(
    engines: dict[str, Engine], village: Map, name: str, kind: str
) -> None:
    found = agreement(engines, village, name, kind)

    assert found["other_totals"] == 0
    assert kind in engines[name].differs or found["other_first_ten"] == 0


def test_a_peer_counts_the_same(engines: dict[str, Engine], village: Map) -> None:
    assert agreement(engines, village, "SQLite", COUNTS) == {"other_counts": 0}


def test_a_difference_is_seen(engines: dict[str, Engine], village: Map) -> None:
    """The check itself: what is asked of one need is not the answer for another."""
    asked = maps.questions(village, FACETS, many=MANY)
    exact = [engines["scan"].ask(FACETS, one) for one in asked]
    found = searching.agreement(FACETS, exact, exact[1:] + exact[:1])

    assert found["other_first_ten"] > 0
    assert found["shared_of_first_ten"] < 1


def test_the_order_written_twice_is_one_order(engines: dict[str, Engine], village: Map) -> None:
    """The scan, and the few lines of numpy that rank what a peer found."""
    ranking = Ranking(village)
    for asked in maps.questions(village, FACETS, many=MANY):
        rows = (village.need == asked.need).any(axis=1).nonzero()[0]
        rows, _kept, worth = ranking.kept(rows, asked)

        assert first(rows, worth) == engines["scan"].ask(FACETS, asked).numbers
