"""Every sentence a visitor can read is there in every language, and the check of that works."""

import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import messages

ROOT = Path(__file__).parents[1]
PLACES = ("%(count)s place", "%(count)s places")


def test_the_visitor_rooms_are_translated_whole() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/messages.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("original", "translation", "tag"),
    [
        ("Call %(name)s now.", "Bel %(name)s nu.", "nl"),
        ("Call <b>%(name)s</b>", "اتصل <b>%(name)s</b>", "ar"),
        (PLACES, ("Een plek", "%(count)s plekken"), "nl"),
        ("Samen", "Samen", "ti"),
        ("In %(town)s", "In %(town)s", "nl"),
        ("112", "112", "uk"),
    ],
)
def test_a_sound_translation_passes(
    original: str | tuple[str, str], translation: str | tuple[str, ...], tag: str
) -> None:
    assert list(messages.check_message(Message(original, translation), tag)) == []


@pytest.mark.parametrize(
    ("original", "translation", "tag", "problem"),
    [
        ("Leave", "", "nl", "not translated"),
        (PLACES, ("Een plek", ""), "nl", "not translated"),
        ("Call %(name)s", "Bel %(naam)s", "nl", "other placeholders"),
        ("Call {name}", "Bel", "nl", "other placeholders"),
        (PLACES, ("Een plek", "Plekken"), "nl", "other placeholders"),
        (PLACES, ("Een plek", "%(number)s plekken"), "nl", "other placeholders"),
        ("<b>Now</b>", "<i>Nu</i>", "nl", "other tags"),
        ("Call us now", "Call us now", "nl", "still in English"),
        ("Leave", "Verlaat", "ar", "not a letter"),
        ("Call %s", "Bel %s", "nl", "without a name"),
    ],
)
def test_a_fault_in_a_translation_is_found(
    original: str | tuple[str, str], translation: str | tuple[str, ...], tag: str, problem: str
) -> None:
    assert problem in "".join(messages.check_message(Message(original, translation), tag))


def test_a_guess_is_not_a_translation() -> None:
    guess = Message("Leave", "Verlaat", flags=["fuzzy"])

    assert "fuzzy" in "".join(messages.check_message(guess, "nl"))


def test_catalogues_hold_what_the_sources_say_and_nothing_else() -> None:
    catalogue = Catalog(locale="nl")
    catalogue.add("Old", "Oud")

    problems = "".join(messages.check_catalogue(catalogue, "nl", {(None, "New")}))

    assert "not in the catalogue: 'New'" in problems
    assert "no longer used: 'Old'" in problems


def test_what_is_compiled_is_what_was_written() -> None:
    for written in ROOT.glob("samen/*/locale/*/LC_MESSAGES/django.po"):
        with written.with_suffix(".mo").open("rb") as file:
            compiled = GNUTranslations(file)
        for message in messages.read(written):
            if isinstance(message.id, str) and message.id and message.string:
                found = (
                    compiled.pgettext(message.context, message.id)
                    if message.context
                    else compiled.gettext(message.id)
                )
                assert found == message.string, written
