"""Refusals with a reason, said in the language of the reader."""

import json

import pytest
from django.utils import translation

from samen.directory.actions import Refused
from samen.foundation.http import spoken
from samen.foundation.sentences import Spoken, kept, told
from samen.stewardship.rules.spreadsheet import BadCell, changes_in


def test_a_refusal_says_in_english_what_stands_in_it() -> None:
    assert str(Spoken("Not %(what)s.", what="this")) == "Not this."
    assert str(Spoken()) == ""
    assert str(Spoken("100% sure")) == "100% sure"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This phone number cannot be dialled: 12."),
        ("nl", "Dit telefoonnummer kan niet worden gebeld: 12."),
    ],
)
def test_it_is_said_in_the_language_of_the_page(language: str, sentence: str) -> None:
    refused = Refused("This phone number cannot be dialled: %(number)s.", number="12")

    with translation.override(language):
        assert spoken(refused) == sentence


def test_a_refusal_within_a_refusal_is_translated_too() -> None:
    now = {"ages": {"minimum_age": None, "maximum_age": None}}
    with pytest.raises(BadCell) as caught:
        changes_in({"minimum_age": "oud"}, now)

    with translation.override("nl"):
        assert spoken(caught.value) == "minimum_age: “oud” is geen leeftijd."


def test_what_has_no_sentence_says_nothing() -> None:
    with translation.override("nl"):
        assert spoken(Refused()) == ""


def test_a_refusal_that_was_kept_is_told_in_the_language_of_who_reads_it_later() -> None:
    within = Refused("This does not exist: %(name)s.", name="x")
    refused = Refused(
        "Its %(column)s does not fit: %(value)s. %(why)s", column="url", value=7, why=within
    )

    later = told(json.loads(json.dumps(kept(refused))))

    assert str(later) == str(refused)
    with translation.override("nl"):
        assert spoken(later) == "Dit past niet bij url: 7. Dit bestaat niet: x."


def test_a_plain_sentence_that_was_kept_before_stays_as_it_is() -> None:
    with translation.override("nl"):
        assert spoken(told("100% of it is odd.")) == "100% of it is odd."
        assert spoken(told("")) == ""
