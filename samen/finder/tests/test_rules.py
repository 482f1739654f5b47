import string
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.finder import rules
from samen.finder.rules import Asked, BadValue, asked_by

numbers = st.integers(min_value=1, max_value=10_000_000)
asked = st.builds(
    Asked,
    need=st.none() | numbers,
    also=st.lists(numbers, max_size=5, unique=True).map(tuple),
    place=st.text(string.ascii_lowercase + "-", max_size=12),
    within=st.none() | st.integers(1, 300),
    speaks=st.sampled_from(("", "ar", "fa-AF", "zh-Hans")),
    open=st.booleans(),
    groups=st.sets(st.sampled_from(rules.GROUPS)).map(
        lambda found: tuple(code for code in rules.GROUPS if code in found)
    ),
    no_papers=st.booleans(),
    free=st.booleans(),
    ways=st.sets(st.sampled_from(rules.WAYS)).map(
        lambda found: tuple(code for code in rules.WAYS if code in found)
    ),
    numbers=st.lists(numbers, max_size=20, unique=True).map(tuple),
    page=st.integers(1, 99),
)


@given(asked)
def test_an_address_says_what_was_asked_and_nothing_else(wish: Asked) -> None:
    said = wish if wish.place else replace(wish, within=None)  # a distance from nowhere

    assert asked_by(parse_qs(wish.query())) == said
    assert asked_by({name: [value] for name, value in wish.pairs()}) == said


@given(asked)
def test_what_was_asked_has_one_address_only(wish: Asked) -> None:
    query = wish.query()

    assert asked_by(parse_qs("&".join(reversed(query.split("&"))))).query() == query


def test_unknown_names_are_dropped_and_empty_ones_mean_nothing() -> None:
    assert asked_by({"utm": ["x"], "place": [""], "need": ["3"]}) == Asked(need=3)


@pytest.mark.parametrize(
    "values",
    [
        {"need": ["x"]}, {"need": ["0"]}, {"need": ["-1"]}, {"need": ["٣"]}, {"need": ["1", "2"]},
        {"need": ["9" * 400]}, {"open": ["2"]}, {"papers": ["1"]}, {"cost": ["free"]},
        {"for": ["everybody"]}, {"how": ["fax"]}, {"page": ["0"]},
        {"place": ["x"], "within": ["301"]},
        {"i": [",".join(map(str, range(1, 40)))]},
    ],
)  # fmt: skip
def test_a_known_name_with_a_value_that_means_nothing_is_refused(
    values: dict[str, list[str]],
) -> None:
    with pytest.raises(BadValue):
        asked_by(values)


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=20), max_size=3), max_size=6))
def test_any_address_is_read_or_refused(values: dict[str, list[str]]) -> None:
    try:
        asked_by(values)
    except BadValue:
        return


def test_every_situation_stands_in_one_chapter_and_has_a_pictogram() -> None:
    listed = [f"sit.{key}" for _chapter, keys in rules.CHAPTERS for key in keys]

    assert len(listed) == len(set(listed))
    assert set(listed) == set(rules.PICTURES)
    assert {key for key, _picture in rules.FIRST} <= set(listed)
