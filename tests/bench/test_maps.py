"""The maps of the bench are the same on every machine, and spelled as the search spells."""

from hashlib import blake2b
from itertools import islice

import numpy as np
import pytest

from bench import maps
from samen.search.rules import letters


@pytest.fixture(scope="module")
def village() -> maps.Map:
    return maps.make(1_000)


def test_the_same_map_is_drawn_every_time(village: maps.Map) -> None:
    stamp = blake2b(digest_size=8)
    for row in village.rows():
        stamp.update(repr(row).encode())

    # Another number here is another map: results of before cannot be held against it.
    assert stamp.hexdigest() == "8da06e7dd9345f74"


def test_the_same_questions_are_asked_every_time(village: maps.Map) -> None:
    for kind in maps.KINDS:
        assert maps.questions(village, kind, many=5) == maps.questions(village, kind, many=5)


def test_words_are_written_as_the_search_keeps_them(village: maps.Map) -> None:
    words = village.vocabulary.tolist()

    assert len(set(words)) == len(maps.SCRIPTS) * maps.WORDS
    assert all(letters.words(word) == [word] for word in words[:: len(words) // 500])


def test_a_continent_is_several_countries_and_few_things_are_common() -> None:
    countries = maps.make(3 * maps.COUNTRY)
    strips = np.floor(countries.latitude / 5) * 1000 + np.floor(countries.longitude / 5)
    common = np.bincount(countries.need[:, 0], minlength=maps.NEEDS) / len(countries)

    assert len(np.unique(strips)) > 6
    assert 0.05 < common[0] < 0.25
    assert common[-1] < 0.005


def test_what_is_asked_in_words_is_said_somewhere(village: maps.Map) -> None:
    texts = [set(f"{name} {body}".split()) for name, body in village.texts()]
    for asked in islice(maps.questions(village, maps.TEXT, many=10), 10):
        assert any(set(asked.question.words) <= said for said in texts)
