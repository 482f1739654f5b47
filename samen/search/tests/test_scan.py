"""The order of answers: as the rules say it, for any map and any question."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.directory.queries import OpeningState, opening
from samen.search.engine import columns, scan
from samen.search.engine.columns import Index
from samen.search.queries.hours import read_hours, write_hours
from samen.search.rules.asking import BIT, REASONS, Question, Reason, Situation
from samen.search.tests import make, naive
from samen.search.tests.make import NOON, Row

NEEDS = ("sit.partner_violence", "sit.threats", "sup.shelter", "sup.legal", "form.physical")
GROUPS = ("grp.women", "grp.men", "grp.professional", "grp.undocumented", "grp.minor")
CHAT, ALL_WEEK = frozenset({"chat"}), frozenset({"day-and-night"})
CHANNELS = ("phone", "chat", "whatsapp", "visit", "walkin")
TAGS = ("nl", "ar", "fa", "fa-AF", "kmr", "ku")
AREAS = ("arnhem", "nijmegen", "utrecht", "nobody-knows-where")
# Beginnings, slips, a number, names, a script without spaces, and words of no weight.
TEXTS = (
    "juridische hulp voor vrouwen",
    "juridisch loket",
    "hulp hulp hulp na geweld, telefoon 0800",
    "huis van de vrouw",
    "مساعدة قانونية للنساء",
    "法律援助 女性",
    "de het een",
)
SAID = (
    "juridische",
    "jur",
    "hulp",
    "hulo",
    "vrouw",
    "vruow",
    "0801",
    "法",
    "律援",
    "de",
    "?",
    "zz",
)
TOWNS = [(spot.latitude, spot.longitude) for spot in (make.ARNHEM, make.NIJMEGEN, make.UTRECHT)]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
PARTNER = Situation(("sit.partner_violence",), ("sup.shelter", "sup.legal"), ("form.physical",))


# The first example pays for what is made once; a shared machine is slow at times.
patient = settings(deadline=None)


def several(values: Sequence[str]) -> some.SearchStrategy[tuple[str, ...]]:
    return some.lists(some.sampled_from(values), unique=True, max_size=3).map(tuple)


def maybe(strategy: some.SearchStrategy[int]) -> some.SearchStrategy[int | None]:
    return some.none() | strategy


days = some.dates(date(2024, 1, 1), date(2026, 12, 31))
known = some.sampled_from(["", "yes", "partly", "no"])
rows = some.builds(
    Row,
    publish=some.sampled_from(["ready", "review"]),
    emergency=some.booleans(),
    needs=several(NEEDS),
    route=some.dictionaries(some.sampled_from(NEEDS), some.integers(0, 9), max_size=2),
    national=some.booleans(),
    municipalities=several(AREAS),
    towns=some.lists(some.sampled_from(TOWNS), unique=True, max_size=2).map(tuple),
    languages=several(TAGS),
    interpreter=known,
    groups=several(GROUPS),
    only=several(GROUPS),
    without_documents=known,
    cost=some.sampled_from(["", "free", "local", "donation", "paid"]),
    channels=several(CHANNELS),
    minimum_age=maybe(some.integers(0, 30)),
    maximum_age=maybe(some.integers(10, 99)),
    hours=some.sampled_from(
        [make.ALWAYS, make.UNKNOWN, make.OFFICE, make.EVENING, make.EVENING_OR_URGENT]
    ),
    verified=some.sampled_from(["person", "seed", "page"]),
    assured_on=some.none() | days,
    checked_on=some.none() | days,
    texts=some.lists(
        some.tuples(some.just("nl"), some.sampled_from(["name", "what"]), some.sampled_from(TEXTS)),
        max_size=3,
    ).map(tuple),
)
maps = some.lists(rows, max_size=12).map(
    lambda drawn: [replace(row, number=number) for number, row in enumerate(drawn, 1)]
)
questions = some.builds(
    make.question,
    need=some.none() | some.sampled_from(["sit.partner_violence", "sit.professional_case"]),
    words=some.just(()) | some.lists(some.sampled_from(SAID), min_size=1, max_size=3).map(tuple),
    every_word=some.booleans(),
    place=some.none() | some.sampled_from([make.ARNHEM, make.NIJMEGEN, make.UTRECHT]),
    within=some.none() | some.sampled_from([0, 5, 25, 300]),
    speaks=some.none() | some.sampled_from(TAGS),
    open_now=some.booleans(),
    groups=several(GROUPS).map(frozenset),
    no_papers=some.booleans(),
    free=some.booleans(),
    channels=several((*CHANNELS, "day-and-night")).map(frozenset),
    at=some.integers(0, 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
)
situations = some.none() | some.builds(
    Situation,
    some.lists(some.sampled_from(NEEDS), min_size=1, max_size=2, unique=True).map(tuple),
    some.just(()) | several(NEEDS),
    some.just(()) | several(NEEDS),
    some.booleans(),
)


def scanned(
    services: Sequence[Row], question: Question, situation: Situation | None = None
) -> tuple[scan.Found, Index]:
    index = columns.build(services, write=write_hours)

    def state(place: int) -> int:
        now = opening(read_hours(index.hours[place]), question.at)
        if now.state is OpeningState.OPEN:
            return scan.OPEN
        if now.urgent:
            return scan.URGENT_ONLY
        return scan.UNKNOWN if now.state is OpeningState.UNKNOWN else scan.CLOSED

    return scan.scan(index, question, situation, centres=make.CENTRES, state=state), index


def numbers(found: scan.Found, index: Index) -> list[int]:
    return [int(index.columns.number[row]) for row in found.ready]


def why(row: Row, question: Question, situation: Situation | None = None) -> set[Reason]:
    """The reasons of the only service there is; an empty set when it is left out."""
    found, _ = scanned([row], question, situation)
    bits = found.verdict.told_at(0)[1]
    kept = found.ready or found.review
    return {reason for reason in REASONS if bits & BIT[reason]} if kept else set()


def order(
    services: Sequence[Row], question: Question, situation: Situation | None = None
) -> list[int]:
    return numbers(*scanned(services, question, situation))


@patient
@given(maps, questions, situations)
def test_the_scan_says_what_the_rules_say(
    services: list[Row], question: Question, situation: Situation | None
) -> None:
    found, index = scanned(services, question, situation)
    ready, review = naive.answer(services, question, situation, make.CENTRES)

    for scanned_rows, judged in ((found.ready, ready), (found.review, review)):
        assert [int(index.columns.number[row]) for row in scanned_rows] == [
            each.row.number for each in judged
        ]
        for row, each in zip(scanned_rows, judged, strict=True):
            distance, bits = found.verdict.told_at(row)
            assert found.verdict.score_at(row) == pytest.approx(each.score)
            assert {reason for reason in REASONS if bits & BIT[reason]} == each.reasons
            assert distance == pytest.approx(each.distance, nan_ok=True) or each.distance is None


@patient
@given(questions)
def test_what_is_not_known_excludes_nobody(question: Question) -> None:
    """A service of which the map knows nothing stands on every list but that of a word."""
    assert order([Row()], replace(question, words=())) == [1]


@patient
@given(rows, questions)
def test_a_confidential_place_never_has_a_distance(row: Row, question: Question) -> None:
    """It has no town, so there is nothing to measure from."""
    found, _ = scanned([replace(row, towns=())], question)

    assert isnan(found.verdict.told_at(0)[0])


@patient
@given(rows, questions)
def test_no_filter_hides_an_emergency_number(row: Row, question: Question) -> None:
    """Of who names a subject, in words or as a need, the answer is about that subject."""
    asked = replace(question, words=())
    assert order([replace(row, emergency=True, publish="ready")], asked) == [1]


@patient
@given(maps, questions, situations, some.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_map_is_read(
    services: list[Row], question: Question, situation: Situation | None, chance: object
) -> None:
    shuffled = list(services)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random in disguise

    assert order(shuffled, question, situation) == order(services, question, situation)


def test_the_programmes_first_suggestion_comes_first() -> None:
    services = [
        Row(1, needs=("sit.partner_violence",)),
        Row(2, route={"sit.partner_violence": 1}),
        Row(3, route={"sit.partner_violence": 0}),
        Row(4, needs=("sup.shelter",)),
        Row(5),
    ]

    assert order(services, make.question(need="sit.partner_violence"), PARTNER) == [3, 2, 1, 4]


def test_of_two_alike_the_lower_number_comes_first() -> None:
    assert order([Row(9), Row(2), Row(5)], make.question()) == [2, 5, 9]


def test_emergency_comes_first_when_it_cannot_wait() -> None:
    services = [Row(1, route={"sit.danger_now": 0}), Row(2, emergency=True)]
    now = Situation(("sit.danger_now",), urgent=True)

    assert order(services, make.question(), now) == [2, 1]
    assert Reason.EMERGENCY in why(services[1], make.question(), now)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row(municipalities=("arnhem",)), Reason.NEAR),
        (Row(towns=(TOWNS[1],)), Reason.NEAR),  # in Nijmegen, within 25 km
        (Row(municipalities=("nijmegen",)), Reason.AROUND),
        (Row(national=True), Reason.EVERYWHERE),
        (Row(), Reason.ASK_PLACE),
        (Row(municipalities=("nobody-knows-where",)), Reason.ASK_PLACE),
    ],
)
def test_what_may_be_in_reach_is_kept(row: Row, reason: Reason) -> None:
    assert reason in why(row, make.question(place=make.ARNHEM))


@pytest.mark.parametrize("row", [Row(municipalities=("utrecht",)), Row(towns=(TOWNS[2],))])
def test_what_is_known_to_be_elsewhere_is_left_out(row: Row) -> None:
    assert not why(row, make.question(place=make.ARNHEM))
    assert why(row, make.question(place=make.ARNHEM, within=60))


def test_the_way_is_measured_from_town_to_town() -> None:
    found, _ = scanned([Row(towns=(TOWNS[2], TOWNS[1]))], make.question(place=make.ARNHEM))

    assert found.verdict.told_at(0)[0] == pytest.approx(15.8, abs=0.2)


def test_a_service_of_the_whole_country_has_no_distance() -> None:
    found, _ = scanned([Row(national=True, towns=(TOWNS[0],))], make.question(place=make.ARNHEM))

    assert isnan(found.verdict.told_at(0)[0])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row(languages=("ar",)), Reason.SPEAKS),
        (Row(languages=("nl",), interpreter="yes"), Reason.INTERPRETER),
        (Row(languages=("nl",)), Reason.ASK_LANGUAGES),
        (Row(interpreter="no"), Reason.ASK_LANGUAGES),
        (Row(), Reason.ASK_LANGUAGES),
    ],
)
def test_a_language_nobody_is_sure_about_is_a_question_to_ask(row: Row, reason: Reason) -> None:
    assert reason in why(row, make.question(speaks="ar"))


def test_only_a_known_no_excludes_for_language() -> None:
    assert not why(Row(languages=("nl",), interpreter="no"), make.question(speaks="ar"))


@pytest.mark.parametrize(("listed", "asked"), [("fa-AF", "fa"), ("ku", "kmr"), ("kmr", "ku")])
def test_kin_languages_are_one_language(listed: str, asked: str) -> None:
    assert Reason.SPEAKS in why(Row(languages=(listed,)), make.question(speaks=asked))


@pytest.mark.parametrize(("listed", "asked"), [("ckb", "kmr"), ("ar", "fa")])
def test_neighbours_are_not_kin(listed: str, asked: str) -> None:
    assert Reason.SPEAKS not in why(Row(languages=(listed,)), make.question(speaks=asked))


@pytest.mark.parametrize(
    ("only", "groups", "reason"),
    [
        ("grp.professional", (), None),
        ("grp.professional", ("grp.professional",), Reason.FOR_YOU),
        ("grp.women", ("grp.men",), None),
        ("grp.women", ("grp.women", "grp.men"), Reason.FOR_YOU),
        ("grp.women", (), Reason.ASK_GROUP),
        ("grp.ukraine", ("grp.asylum_seeker",), Reason.ASK_GROUP),
    ],
)
def test_a_service_for_some_excludes_only_who_is_surely_outside(
    only: str, groups: tuple[str, ...], reason: Reason | None
) -> None:
    reasons = why(Row(only=(only,)), make.question(groups=frozenset(groups)))

    assert reason in reasons if reason else not reasons


def test_a_professional_says_so_by_what_is_chosen() -> None:
    asked = make.question(need="sit.professional_case")

    assert Reason.FOR_YOU in why(Row(only=("grp.professional",)), asked)


@pytest.mark.parametrize(
    ("filters", "fits", "unknown", "known_otherwise"),
    [
        ({"no_papers": True}, Row(without_documents="yes"), Row(), Row(without_documents="no")),
        ({"free": True}, Row(cost="free"), Row(), Row(cost="paid")),
        ({"channels": CHAT}, Row(channels=("whatsapp",)), Row(), Row(channels=("visit",))),
        ({"open_now": True}, Row(hours=make.OFFICE), Row(), Row(hours=make.EVENING)),
        ({"channels": ALL_WEEK}, Row(hours=make.ALWAYS), Row(), Row(hours=make.OFFICE)),
        ({"groups": frozenset({"grp.minor"})}, Row(maximum_age=17), Row(), Row(minimum_age=18)),
    ],
)  # fmt: skip
def test_a_filter_excludes_what_is_known_to_be_otherwise(
    filters: dict[str, object], fits: Row, unknown: Row, known_otherwise: Row
) -> None:
    services = [
        replace(unknown, number=1),
        replace(fits, number=2),
        replace(known_otherwise, number=3),
    ]

    shown = order(services, make.question(**filters))

    assert 3 not in shown
    assert {1, 2} <= set(shown)


def test_somebody_who_answers_for_what_cannot_wait_is_there() -> None:
    assert Reason.URGENT_ONLY in why(
        Row(hours=make.EVENING_OR_URGENT), make.question(open_now=True)
    )


def test_open_comes_before_unknown_and_unknown_before_closed() -> None:
    services = [Row(1, hours=make.EVENING), Row(2), Row(3, hours=make.OFFICE)]

    assert order(services, make.question()) == [3, 2, 1]


def test_a_near_helper_comes_before_one_for_the_whole_country() -> None:
    services = [
        Row(1, national=True, channels=("visit",)),
        Row(2, municipalities=("arnhem",), channels=("visit",)),
    ]

    assert order(services, make.question(place=make.ARNHEM)) == [2, 1]


def test_what_was_confirmed_lately_comes_first() -> None:
    today = NOON.date()
    services = [
        Row(1, checked_on=today - timedelta(days=700)),
        Row(2, checked_on=today - timedelta(days=300)),
        Row(3, checked_on=today),
        Row(4, verified="person", assured_on=today),
    ]

    assert order(services, make.question()) == [4, 3, 2, 1]


def test_entries_to_be_confirmed_stand_apart_and_only_when_they_fit() -> None:
    services = [
        Row(1, publish="review", needs=("sit.partner_violence",)),
        Row(2, publish="review", needs=("sup.legal",)),
        Row(3, publish="review", needs=("sup.legal",), municipalities=("arnhem",)),
    ]

    found, index = scanned(services, make.question(place=make.ARNHEM), PARTNER)

    assert not found.ready
    assert sorted(int(index.columns.number[row]) for row in found.review) == [1, 3]


def test_an_empty_map_has_no_answers() -> None:
    assert order([], make.question(place=make.ARNHEM, speaks="ar"), PARTNER) == []
