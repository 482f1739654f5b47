"""Whether people are understood: real questions in every language, on a page of another one."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from samen.foundation.languages import PUBLISHED
from samen.search.engine.understanding import Understanding
from samen.search.rules import hurt, letters
from samen.search.tests import make

LEAST = 0.95
OTHER_PAGE = dict(zip(PUBLISHED, (*PUBLISHED[3:], *PUBLISHED[:3]), strict=True))

Asked = dict[str, Any]


@cache
def understanding() -> Understanding:
    return Understanding(make.taxonomy(), make.meanings(*PUBLISHED))


def questions(language: str) -> list[Asked]:
    path = make.QUERIES / f"{language}.yaml"
    known: list[Asked] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return known


def keys(text: str, page: str) -> list[str]:
    found = understanding().needs_of(letters.words(text), language=page)
    return [meant.key for meant in found]


def share(asked: list[Asked], page: str, *, first: int) -> float:
    """How many of the questions have the right situation among the first ones."""
    right = sum(not set(keys(each["q"], page)[:first]).isdisjoint(each["need"]) for each in asked)
    return right / len(asked)


@pytest.mark.parametrize("language", PUBLISHED)
def test_the_right_situation_is_among_the_first_three(
    language: str, record_property: Callable[[str, object], None]
) -> None:
    asked, page = questions(language), OTHER_PAGE[language]

    in_three, at_once = share(asked, page, first=3), share(asked, page, first=1)

    record_property(
        "recall",
        f"{language} on a page in {page}: {in_three:6.1%} in the first three, "
        f"{at_once:6.1%} first, of {len(asked)}",
    )
    assert in_three >= LEAST


HURT_AND_NO_PAPERS = {
    "ar": "زوجي يضربني وليس عندي أوراق",
    "en": "I have no papers and my husband beats me",
    "es": "mi marido me pega y no tengo papeles",
    "fa": "شوهرم مرا می‌زند و مدارک ندارم",
    "fr": "mon mari me frappe et je n'ai pas de papiers",
    "nl": "mijn man slaat mij en ik heb geen papieren",
    "so": "ninkaygu wuu i garaacaa warqado ma haysto",
    "ti": "ሰብኣየይ ይወቕዓኒ ወረቐት የብለይን",
    "tr": "kocam beni dövüyor ve kağıdım yok",
    "uk": "чоловік б'є мене і в мене немає документів",
}


@pytest.mark.parametrize("language", PUBLISHED)
def test_who_is_hurt_is_helped_with_that_before_her_papers(language: str) -> None:
    first, *others = keys(HURT_AND_NO_PAPERS[language], language)

    assert first == "sit.partner_violence"
    assert "sit.no_papers" in others


@pytest.mark.parametrize(
    "text",
    [
        "I have no papers and need a doctor",
        "je n'ai pas de papiers",
        "ik sta op een wachtlijst en moest verhuizen",
        "I am from Ukraine and need help",
        "no tengo papeles y estoy enferma",
    ],
)
def test_who_lacks_papers_is_not_said_to_be_hurt(text: str) -> None:
    assert keys(text, "en")[0] not in hurt.HURT


def test_talk_about_other_things_is_mostly_not_taken_for_a_situation() -> None:
    lines = (make.QUERIES / "nothing.txt").read_text(encoding="utf-8").splitlines()
    talk = [line for line in lines if not line.startswith("#")]

    taken = [line for line in talk if keys(line, "en")]

    assert len(taken) <= len(talk) / 2


# What a thing is called, however many words that takes: the morning-after pill.
NAMES_OF_THINGS = {"pilule du lendemain", "pastilla del dia despues", "ertesi gun hapi"}


def test_nobody_wrote_the_questions_into_the_words() -> None:
    """A word or a name may be in both. A sentence in both would be learned by heart."""
    asked = {
        " ".join(letters.words(each["q"])) for language in PUBLISHED for each in questions(language)
    }
    known = {
        " ".join(letters.words(entry))
        for language in PUBLISHED
        for entries in make.table(language).values()
        for entry in entries
    }

    learned = {entry for entry in asked & known if len(entry.split()) > 2}
    assert learned <= NAMES_OF_THINGS


@pytest.mark.parametrize("text", ["", " ", "?!", "\u200b", "12", "a" * 10_000, "نن" * 4_000])
def test_any_text_has_an_answer(text: str) -> None:
    assert len(keys(text, "nl")) <= 6


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    long = "mijn man slaat mij " * 60

    assert keys(long, "nl") == keys(long + "nachtmerries " * 500, "nl")


def test_the_same_words_have_the_same_answer() -> None:
    asked = letters.words("mijn man slaat mij en ik heb geen papieren")
    again = Understanding(make.taxonomy(), make.meanings(*PUBLISHED))

    assert again.needs_of(asked, language="ar") == understanding().needs_of(asked, language="ar")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mijn man slaat mij", "MIJN MAN SLAAT MIJ!!"),
        ("زوجي يضربني", "زوجى يضربنى"),  # another ya
        ("شوهرم مرا می‌زند", "شوهرم مرا میزند"),  # with and without a joiner
        ("чоловік мене б'є", "чоловік мене бʼє"),  # another apostrophe
        ("eşim beni dövüyor", "esim beni dovuyor"),
        ("ሰብኣየይ ይወቕዓኒ", "ሰብአየይ ይወቅዓኒ"),
        ("mi marido me pegó", "mi marido me pego"),
    ],
)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert keys(one, "en")[0] == keys(other, "en")[0] == "sit.partner_violence"


def test_a_phrase_of_one_language_answers_a_question_in_another() -> None:
    """A word of the same meaning is enough: the phrase stands in Turkish alone."""
    texts = {"tr": make.Words("Kocam beni dövüyor", ())}
    one = make.Concept("sit.here", "sit", texts=texts)
    another = make.Concept("sit.there", "sit", texts={"tr": make.Words("Uyuyamıyorum", ())})

    known = Understanding([one, another], make.meanings("tr", "es", "ar"))

    for words in ("mi marido me golpea", "زوجي يضربني"):
        assert known.needs_of(letters.words(words), language="nl")[0].key == "sit.here"


def test_what_was_typed_is_not_handed_back() -> None:
    found = understanding().needs_of(letters.words("mijn man slaad mei zo haard"), language="nl")

    assert found
    assert all("slaad" not in meant.matched for meant in found)


def test_a_new_situation_is_found_by_its_own_words() -> None:
    known = [
        *make.taxonomy(),
        make.Concept("sit.new", "sit", texts={"nl": make.Words("Mijn zeppelin is weg", ())}),
    ]

    found = Understanding(known, make.meanings("nl", "en")).needs_of(["zeppelin"], language="nl")

    assert found[0].key == "sit.new"


def test_without_situations_nothing_is_meant() -> None:
    assert Understanding([], make.meanings("nl")).needs_of(["hulp"], language="nl") == []
