"""One spelling for what people type, whatever they type."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from samen.search.rules import letters
from samen.search.rules.letters import LONGEST, MOST, normalise, words

# Any code point at all: halves of surrogates, controls and unassigned ones too.
anything = some.text(some.characters(exclude_categories=()), max_size=300)


@settings(deadline=None, max_examples=400)
@given(anything)
@example("\ud800")
@example("ﷺ" * 2_000)  # one character that becomes eighteen
@example("İıŞşß\u0345ǰ")
@example("\u200dй\u0306")
@example("کي‌ە")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once
    assert len(once) <= LONGEST


@settings(deadline=None, max_examples=400)
@given(anything)
def test_words_are_words(text: str) -> None:
    found = words(text)

    assert len(found) <= MOST
    assert all(word and word == normalise(word) and " " not in word for word in found)


@settings(deadline=None)
@given(anything)
def test_words_of_words_are_the_same_words(text: str) -> None:
    found = words(text)

    assert words(" ".join(found)) == found


@pytest.mark.parametrize("text", ["a" * 20_000, "a " * 20_000, "我" * 20_000, "\u0301" * 20_000])
def test_a_long_text_is_read_for_a_while(text: str) -> None:
    assert len(normalise(text)) <= LONGEST
    assert len(words(text)) <= MOST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAFÉ", "cafe"),
        ("ﬁn", "fin"),
        ("İstanbul ISTANBUL ılık", "istanbul istanbul ilik"),
        ("Straße", "strasse"),
        ("أإآٱا", "ااااا"),
        ("على علي", "علي علي"),
        ("کتاب", "كتاب"),
        ("مدرسة", "مدرسه"),
        ("مسؤول", "مسوول"),
        ("رئيس", "رييس"),
        ("كـــتاب", "كتاب"),
        ("كَتَبَ", "كتب"),
        ("می‌خواهم", "ميخواهم"),
        ("ёлка", "елка"),
        ("їжак", "іжак"),
        ("ґанок", "ганок"),
        ("ሐሓ ኀኃ", "ሃሃ ሃሃ"),
        ("ሠላም", "ሰላም"),
        ("አዐ", "ኣኣ"),
        ("ፀሐይ", "ጸሃይ"),
        ("ይወቕዓኒ", "ይወቅኣኒ"),
        ("١٢٣ ۴۵۶ १२", "123 456 12"),
        ("ｆｕｌｌ", "full"),
        ("a\u00adb\u200bc", "abc"),
        ("een\x00twee\ttwee", "een twee twee"),
    ],
)
def test_ways_of_writing_become_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) == other


def test_letters_that_differ_stay_different() -> None:
    assert normalise("мій") != normalise("мии")
    assert normalise("گل") != normalise("كل")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("l'honneur, j'ai peur", ["l", "honneur", "j", "ai", "peur"]),
        ("qu’est-ce que", ["qu", "est", "ce", "que"]),
        ("I don't; she's", ["i", "dont", "she"]),
        ("foto's", ["foto"]),
        ("Hollanda'ya", ["hollanda"]),
        ("la'aan", ["laaan"]),
        ("б'є бʼє", ["бє", "бє"]),
        ("我要睡觉", ["我要", "要睡", "睡觉"]),
        ("3andi 7abes", ["3andi", "7abes"]),
        ("...", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_the_limits_are_those_of_the_promise() -> None:
    assert (letters.LONGEST, letters.MOST) == (5_000, 200)
