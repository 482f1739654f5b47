"""Words written otherwise: with other endings, by ear, in Latin letters, with a slip."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.foundation.languages import PUBLISHED
from samen.search.engine.vocabulary import Vocabulary
from samen.search.rules import endings, sounds
from samen.search.rules.letters import words
from samen.search.tests import make


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nl", "slaat", "slaan"),
        ("nl", "bedreigingen", "bedreiging"),
        ("en", "beating", "beats"),
        ("en", "threatened", "threaten"),
        ("fr", "menacée", "menacer"),
        ("es", "golpeando", "golpea"),
        ("tr", "kocamdan", "koca"),
        ("tr", "evlendirmek", "evlendiriyor"),
        ("so", "saygaygu", "saygayga"),
        ("uk", "насильства", "насильство"),
        ("ar", "بيضربني", "ضرب"),
        ("ar", "والاغتصاب", "اغتصاب"),
        ("fa", "می‌شکند", "شکند"),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, one: str, other: str) -> None:
    first, second = words(one)[0], words(other)[0]

    assert set(endings.stems(first, language)) & set(endings.stems(second, language))


@pytest.mark.parametrize(
    ("language", "spelled", "typed"),
    [
        ("en", "night", "nait"),
        ("en", "sleep", "slip"),
        ("nl", "mijn", "main"),
        ("nl", "buik", "boik"),
        ("so", "xanuun", "hanun"),
        ("es", "violaron", "biolaron"),
    ],
)
def test_a_word_by_ear_sounds_like_the_word(language: str, spelled: str, typed: str) -> None:
    heard = {sounds.ear(typed, language), *sounds.ears_as_typed(typed)}

    assert sounds.ear(spelled, language) in heard


@pytest.mark.parametrize(
    ("language", "native", "typed"),
    [
        ("fa", "شوهرم", "shoharam"),
        ("fa", "تجاوز", "tajavoz"),
        ("ar", "زوجي", "zawji"),
        ("ar", "قتل", "2atel"),
        ("ar", "حبسني", "7abasni"),
        ("ar", "خوف", "5of"),
    ],
)
def test_latin_letters_have_the_bones_of_the_native_word(
    language: str, native: str, typed: str
) -> None:
    assert sounds.bones(words(native)[0], language) in sounds.bones_as_typed(typed, language)


@pytest.mark.parametrize(
    ("word", "language", "typed"),
    [
        ("suicide", "en", "suiside"),  # a slip
        ("zwanger", "nl", "zwangger"),
        ("verkrachting", "nl", "verkrachtig"),
        ("nareis", "nl", "nareisprocedure"),  # a compound
        ("zelfmoordpreventie", "nl", "zelfmoord"),  # unfinished
        ("اغتصاب", "ar", "الاغتصات"),
        ("шантажує", "uk", "shantazhuye"),
        ("ተደፊረ", "ti", "tedefire"),
        ("ይወቕዓኒ", "ti", "yweqani"),
    ],
)
def test_a_word_is_found_however_it_was_written(word: str, language: str, typed: str) -> None:
    known = words(word)[0]
    vocabulary = Vocabulary([(known, language), ("anders", "nl"), ("اخر", "ar"), ("інше", "uk")])

    found = vocabulary.find(words(typed))[0]

    assert max(found, key=lambda term: found[term]) == vocabulary.number[known]


def test_the_word_itself_counts_most() -> None:
    vocabulary = Vocabulary([("hit", "en"), ("hits", "en"), ("hat", "en")])

    found = vocabulary.find(["hit"])[0]

    assert found[vocabulary.number["hit"]] == 1.0
    assert all(worth <= 0.5 for term, worth in found.items() if term != vocabulary.number["hit"])


@settings(deadline=None)
@given(some.lists(some.text(max_size=30), max_size=5))
def test_any_word_may_be_looked_up(texts: list[str]) -> None:
    vocabulary = Vocabulary([("hulp", "nl"), ("مساعدة", "ar")])
    asked = [word for text in texts for word in words(text)]

    found = vocabulary.find(asked)

    assert len(found) == len(asked)
    assert all(0 < worth <= 1 for each in found for worth in each.values())


@pytest.mark.parametrize("language", PUBLISHED)
def test_every_language_has_a_word_for_every_meaning(language: str) -> None:
    every = make.table("meanings")
    known = make.table(language)

    assert known.keys() == every.keys()
    assert all(known.values())


def test_every_sign_is_said_in_meanings() -> None:
    every = make.table("meanings")
    said = {
        name for signs in make.table("signs").values() for sign in signs for name in sign.split()
    }

    assert said <= every.keys()


def test_every_situation_has_signs() -> None:
    situations = {concept.key for concept in make.taxonomy() if concept.kind == "sit"}

    assert make.table("signs").keys() == situations


def test_broader_meanings_end_somewhere() -> None:
    every = make.table("meanings")
    for name in every:
        seen = [name]
        while every[seen[-1]]:
            seen.append(every[seen[-1]][0])
            assert len(seen) <= len(every)
