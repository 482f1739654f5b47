"""What a letter says, and that nobody who sees it on a screen learns anything from it."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from samen.foundation.languages import LANGUAGES, PUBLISHED
from samen.post import queries, rules
from samen.post.tests.make import VALUES
from scripts import messages
from tests.test_neutral import TELLING

ROOM = Path(__file__).parents[1]
_TELLING = re.compile(TELLING, re.IGNORECASE)
EVERY = [(template, language) for template in sorted(rules.TEMPLATES) for language in PUBLISHED]


def read(template: str, language: str = "en", **values: str | date) -> queries.Wording:
    said = {name: str(value) for name, value in {**VALUES[template], **values}.items()}
    return queries.wording(template=template, language=language, values=said)


def test_every_wording_has_its_file_and_every_file_its_values() -> None:
    files = {path.stem for path in (ROOM / "templates" / "post").iterdir()}

    assert files == set(rules.TEMPLATES) == set(VALUES)


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_letter_and_its_sender_say_nothing_to_somebody_who_looks_on(
    template: str, language: str
) -> None:
    letter = read(template, language)

    assert not _TELLING.search(letter.subject), letter.subject
    assert not _TELLING.search(letter.body), letter.body
    assert not _TELLING.search(settings.DEFAULT_FROM_EMAIL)


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_subject_is_one_short_line_without_a_value(template: str, language: str) -> None:
    [subject, *_body] = (ROOM / "templates" / "post" / f"{template}.txt").read_text().splitlines()

    assert re.fullmatch(r'\{% load i18n %\}\{% translate "[^"{}%]+" %\}', subject)
    assert 0 < len(read(template, language).subject) <= 60


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_letter_is_plain_text_without_anything_to_fetch(template: str, language: str) -> None:
    body = read(template, language).body

    assert not re.search(r"<\w|&amp;|&#|%\(|\{[{%]|\n\n\n", body), body
    assert body.count("://") == ("link" in rules.TEMPLATES[template])


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_link_stands_alone_on_its_line(template: str, language: str) -> None:
    """So that no sign of the sentence becomes part of it, in either direction."""
    if link := VALUES[template].get("link"):
        assert str(link) in read(template, language).body.splitlines()


@pytest.mark.parametrize("template", sorted(rules.TEMPLATES))
def test_a_letter_is_in_dutch_for_who_reads_dutch(template: str) -> None:
    english, dutch = read(template, "en"), read(template, "nl")

    assert english.subject != dutch.subject
    common = set(english.body.splitlines()) & set(dutch.body.splitlines())
    assert common <= {"", *"\n".join(map(str, VALUES[template].values())).splitlines()}


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"nl"}))
def test_every_other_language_gets_a_whole_english_letter(language: str) -> None:
    assert read("invitation", language) == read("invitation", "en")


def test_the_dutch_catalogue_is_whole() -> None:
    catalogue = messages.read(ROOM / "locale" / "nl" / "LC_MESSAGES" / "django.po")
    known = messages.keys(catalogue)
    wanted = messages.keys(messages.gathered(ROOM)) if shutil.which("xgettext") else known

    assert wanted
    assert list(messages.check_catalogue(catalogue, "nl", wanted)) == []


def test_a_name_is_written_as_it_is() -> None:
    assert "Bloem & Zee <b>" in read("confirm_listing", organization="Bloem & Zee <b>").body


def test_an_arabic_name_stays_whole_in_a_dutch_line() -> None:
    assert "\u2068دار السلام\u2069" in read("confirm_listing", "nl", organization="دار السلام").body


def test_a_date_is_written_as_its_reader_writes_it() -> None:
    assert "1 december 2026" in read("confirm_listing", "nl").body
    assert "December 1, 2026" in read("confirm_listing", "en").body


def test_the_text_of_the_logbook_arrives_line_by_line() -> None:
    assert "\n1207 5d41402a\n1208 7d793037\n" in read("logbook_head").body
