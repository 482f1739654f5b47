"""What the index finds in a neighbourhood is what the scan of everything finds there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.places.queries import kilometres
from samen.search.engine import columns, strips, wording
from samen.search.engine.columns import Index
from samen.search.engine.counting import counted
from samen.search.engine.scan import CLOSED, OPEN, Areas, Found, States, scan
from samen.search.queries.hours import read_hours, write_hours
from samen.search.rules import ground, ranking
from samen.search.rules.asking import Question, Situation
from samen.search.tests import make
from samen.search.tests.make import ARNHEM, Row, Spot
from samen.search.tests.test_scan import AREAS, PARTNER, maps, questions, situations

patient = settings(deadline=None, max_examples=100)

# Where a circle on the map is no circle in degrees, and ordinary places beside each other.
CORNERS = (
    (90.0, 0.0),
    (89.95, -170.0),
    (-90.0, 12.0),
    (-89.2, 180.0),
    (0.0, 180.0),
    (0.0, -180.0),
    (51.9, 179.99),
    (51.9, -179.99),
    (51.98, 5.911),
    (51.8425, 5.8528),
    (0.0, 0.0),
)

# Words that begin others, and that are others but for one letter.
WRITTEN = ("hulp", "hulpverlening", "opvangen", "opvanghuis", "arts")
SAID = ("hulp", "hulpverlening", "opvang", "artz")

WOMEN = frozenset({"women", "lgbt"})

anywhere = some.tuples(some.floats(-90, 90), some.floats(-180, 180)) | some.sampled_from(CORNERS)


@some.composite
def nearby(draw: some.DrawFn) -> tuple[float, float]:
    latitude, longitude = draw(some.sampled_from(CORNERS))
    north, east = draw(some.floats(-0.3, 0.3)), draw(some.floats(-0.4, 0.4))
    return min(max(latitude + north, -90.0), 90.0), (longitude + east + 180) % 360 - 180


points = anywhere | nearby()
reaches = some.none() | some.sampled_from([0, 1, 5, 25, 50, 300, 5000, 30000])


@some.composite
def worlds(draw: some.DrawFn) -> list[Row]:
    """Services in any number of towns, of which no town needs to be in their municipality."""
    towns = some.lists(points, max_size=3).map(tuple)
    return [replace(row, towns=draw(towns)) for row in draw(maps)]


@some.composite
def centres(draw: some.DrawFn) -> Mapping[str, tuple[float, float]]:
    return draw(some.dictionaries(some.sampled_from(AREAS), points))


@some.composite
def asked(draw: some.DrawFn) -> Question:
    point = draw(some.none() | points)
    spot = Spot(*point, draw(some.sampled_from(["", *AREAS]))) if point else None
    return replace(draw(questions), place=spot, within=draw(reaches))


def state(place: int) -> int:
    return place % 4


def states(index: Index) -> States:
    return States.one_by_one(len(index.hours), state)


def told(found: Found, index: Index) -> list[list[tuple[int, float, float | None, int]]]:
    """Number, score, distance and reasons of what is ready and what is to be confirmed."""
    verdict = found.verdict
    return [
        [
            (
                int(index.columns.number[verdict.row(place)]),
                verdict.score_at(place),
                None if isnan(distance) else distance,
                reasons,
            )
            for place in places
            for distance, reasons in [verdict.told_at(place)]
        ]
        for places in (found.ready, found.review)
    ]


def both(
    services: Sequence[Row],
    question: Question,
    situation: Situation | None,
    middles: Mapping[str, tuple[float, float]],
) -> tuple[Any, Any]:
    return both_of(columns.build(services, write=write_hours), question, situation, middles)


def both_of(
    index: Index,
    question: Question,
    situation: Situation | None,
    middles: Mapping[str, tuple[float, float]],
) -> tuple[Any, Any]:
    areas = Areas(index, middles)
    sought = wording.seek(question.words, [wording.Asked.whole(index)])[0]
    more: Any = {"areas": areas, "states": states(index), "sought": sought}
    found = strips.find(index, question, situation, **more)
    plainly = strips.plainly(index, question, situation, **more)
    everything = scan(index, question, situation, centres=middles, state=state)
    assert told(plainly, index) == told(found, index)
    only_counted = strips.find(index, question, situation, counting=True, **more)
    for one in (found, only_counted):
        assert counted(plainly.verdict, plainly.ready) == counted(one.verdict, one.ready)
    return told(found, index), told(everything, index)


@patient
@given(worlds(), asked(), situations, centres())
def test_the_index_says_what_the_scan_says(
    services: list[Row],
    question: Question,
    situation: Situation | None,
    middles: Mapping[str, tuple[float, float]],
) -> None:
    found, everything = both(services, question, situation, middles)

    assert found == everything


@pytest.mark.parametrize("place", [None, ARNHEM], ids=["anywhere", "arnhem"])
@pytest.mark.parametrize("urgent", [True, False], ids=["urgent", "not urgent"])
@pytest.mark.parametrize("advised", [True, False], ids=["advised", "not advised"])
def test_of_what_was_chosen_alone_nothing_is_left_out(
    place: Spot | None, *, urgent: bool, advised: bool
) -> None:
    """Neither a first step nor an emergency number, though they do not help with it themselves."""
    chosen, there = "sit.partner_violence", ((ARNHEM.latitude, ARNHEM.longitude),)
    services = [
        Row(number=1, needs=(chosen,), towns=there),
        Row(number=2, route={chosen: 0} if advised else {}, towns=there),
        Row(number=3, emergency=True, national=True),
        Row(number=4, needs=("sup.legal",), national=True),
    ]

    asked = make.question(place=place)
    found, everything = both(services, asked, Situation((chosen,), urgent=urgent), {})

    assert found == everything
    [ready, _review] = everything
    assert {number for number, *_ in ready} == {1, *[2] * advised, *[3] * urgent}


def test_kinds_of_help_count_together_but_not_without_end() -> None:
    """And the form of violence alone is enough to be among the answers."""
    kinds = tuple(f"sup.{number}" for number in range(8))
    services = [
        Row(number=1, needs=kinds, national=True),
        Row(number=2, needs=kinds[:1], national=True),
        Row(number=3, needs=("form.physical",), national=True),
        Row(number=4, needs=("sup.other",), national=True),
    ]
    situation = Situation(("sit.threats",), kinds, ("form.physical",))

    found, everything = both(services, make.question(), situation, {})

    assert found == everything
    worth = {number: score for number, score, *_ in everything[0]}
    assert set(worth) == {1, 2, 3}
    assert worth[1] - worth[2] == ranking.KIND_MOST - ranking.kind_worth(0)


@pytest.mark.parametrize(
    ("first", "second"),
    [((51.98, 5.9), (51.98, 6.0)), ((51.98, 5.9), (51.9801, 5.9)), ((0.0, 0.0), (0.0, 0.1))],
    ids=["on one latitude", "on one longitude", "where both begin"],
)
def test_neighbours_have_a_way_each(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    spots = (first, first, second)
    services = [Row(number=number, towns=(spot,)) for number, spot in enumerate(spots, 1)]
    here = Spot(first[0] + 0.05, first[1])

    found, everything = both(services, make.question(place=here), None, {})

    assert found == everything
    assert sorted(number for number, *_ in found[0]) == [1, 2, 3]
    assert len({distance for _, _, distance, _ in found[0]}) == 2


@patient
@given(maps, questions, some.integers(1, 4))
def test_the_few_best_are_found_without_asking_what_the_others_are_worth(
    services: list[Row], question: Question, most: int
) -> None:
    """Of words that are said anywhere the kernel leaves out what cannot be among them."""
    anywhere = replace(question, place=None, open_now=False, words=question.words or SAID)
    index = columns.build(services, write=write_hours)
    areas = Areas(index, {})

    found = strips.find(index, anywhere, None, areas=areas, states=states(index))
    everything = scan(index, anywhere, None, centres={}, state=state)

    for some_found, all_found in (
        (found.ready, everything.ready),
        (found.review, everything.review),
    ):
        best = [
            (found.verdict.row(place), found.verdict.score_at(place))
            for place in some_found.first(most)[:most]
        ]
        assert best == [
            (everything.verdict.row(place), everything.verdict.score_at(place))
            for place in all_found.first(most)[:most]
        ]


@pytest.mark.parametrize(
    ("asks", "has"),
    [
        ({"speaks": "ar"}, {"languages": ("ar",)}),
        ({"groups": WOMEN}, {"groups": tuple(WOMEN)}),
        ({"groups": WOMEN}, {"only": ("women",)}),
        ({"no_papers": True}, {"without_documents": "yes"}),
        ({"free": True}, {"cost": "free"}),
        ({"channels": frozenset({"phone"})}, {"channels": ("phone",)}),
        ({}, {"verified": "person"}),
        ({}, {"assured_on": make.NOON.date()}),
        ({}, {"hours": make.ALWAYS}),
    ],
)
def test_who_says_little_but_has_what_is_asked_for_is_the_best(
    asks: dict[str, Any], has: dict[str, Any]
) -> None:
    """Whatever may speak for a service is reckoned with before it is left out unasked."""
    everybody: dict[str, Any] = {
        "languages": ("nl",),
        "groups": tuple(WOMEN),
        "verified": "person",
        "assured_on": make.NOON.date(),
        "hours": make.ALWAYS,
    }
    lacks = {name: getattr(Row(), name) for name in has} | {"texts": (("nl", "what", "hulp hulp"),)}
    little = {"texts": (("nl", "what", "hulp"),)}
    services = [Row(1, **(everybody | lacks)), Row(2, **(everybody | little | has))]
    index = columns.build(services, write=write_hours)
    hours = [read_hours(each) for each in index.hours]
    now = States.one_by_one(
        len(hours), lambda place: OPEN if hours[place] == make.ALWAYS else CLOSED
    )
    question = make.question(words=("hulp",), **asks)

    found = strips.find(index, question, None, areas=Areas(index, {}), states=now)

    assert found.ready.first(1) == [1]


@patient
@given(
    written=some.lists(some.lists(some.sampled_from(WRITTEN), max_size=5), max_size=20),
    said=some.lists(some.sampled_from(SAID), min_size=1, unique=True),
    every=some.booleans(),
    gone=some.sets(some.integers(0, 19)),
)
def test_words_that_are_said_anywhere_weigh_what_they_weigh_by_numpy(
    *, written: list[list[str]], said: list[str], every: bool, gone: set[int]
) -> None:
    """Also those that begin a word, those with one letter wrong, and rows that are gone."""
    services = [
        Row(number, texts=(("nl", "what", " ".join(words)),))
        for number, words in enumerate(written, 1)
    ]
    index = columns.build(services, write=write_hours)
    question = make.question(words=tuple(said), every_word=every)
    flags = np.isin(np.arange(len(index)), list(gone))
    sought = wording.seek(question.words, [strips.asked(index, flags)])[0]
    more: Any = {"areas": Areas(index, {}), "states": states(index), "gone": flags}

    found = strips.find(index, question, None, sought=sought, **more)

    assert told(found, index) == told(
        strips.plainly(index, question, None, sought=sought, **more), index
    )


@patient
@given(points, points, some.floats(0, 400))
def test_what_is_within_the_distance_lies_in_a_stretch(
    centre: tuple[float, float], point: tuple[float, float], within: float
) -> None:
    found = ground.stretches(*centre, within)
    home = ground.home(*point)

    ends = [end for stretch in found for end in stretch]
    assert ends == sorted(ends)
    if kilometres(*centre, *point) <= within:
        assert any(start <= home < end for start, end in found)


@pytest.mark.parametrize("corner", CORNERS)
def test_somebody_at_the_edge_of_the_map_finds_the_neighbours(corner: tuple[float, float]) -> None:
    latitude, longitude = corner
    beside = (latitude, (longitude + 0.05 + 180) % 360 - 180)
    services = [Row(1, towns=(beside,)), Row(2, towns=((20.0, 20.0),))]
    found, everything = both(services, make.question(place=Spot(*corner)), None, {})

    assert found == everything
    assert [each[0] for each in found[0]] == [1]


def test_a_place_looks_at_its_neighbourhood_only() -> None:
    """One of each: near, in a second town, of the municipality, national, unknown; many far."""
    near, far = make.ARNHEM, make.UTRECHT
    towns = ((far.latitude, far.longitude), (near.latitude, near.longitude))
    services = [
        Row(1, needs=("sup.legal",), towns=towns[1:]),
        Row(2, needs=("sup.legal",), towns=towns),
        Row(3, needs=("sup.legal",), municipalities=("arnhem",)),
        Row(4, needs=("sup.legal",), national=True, towns=towns[:1]),
        Row(5, needs=("sup.legal",)),
        *(Row(number, needs=("sup.legal",), towns=towns[:1]) for number in range(6, 500)),
    ]
    index = columns.build(services, write=write_hours)
    question = make.question(place=near)

    for situation in (PARTNER, None):
        rows = strips.candidates(index, question, situation, Areas(index, make.CENTRES))
        assert rows is not None
        assert sorted(index.columns.number[rows].tolist()) == [1, 2, 3, 4, 5]


def test_nobody_asks_everywhere_without_reading_everything() -> None:
    index = columns.build([Row(1), Row(2, needs=("sup.legal",))], write=write_hours)
    areas = Areas(index, {})

    assert strips.candidates(index, make.question(), None, areas) is None
    rows = strips.candidates(index, make.question(), PARTNER, areas)
    assert rows is not None
    assert index.columns.number[rows].tolist() == [2]
