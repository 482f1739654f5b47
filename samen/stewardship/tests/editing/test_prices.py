"""Prices that a source said are read as words wherever two states of an entry are compared."""

from typing import Any

from django.utils.translation import override

from samen.directory.actions import blank_facts
from samen.stewardship.desk.differences import fact_in_words, in_words
from samen.stewardship.rules.duplicates import chosen

INTAKE = {"option": "Intake", "currency": "EUR", "amount": "12.50", "details": "per keer"}
GIFT = {"option": "", "currency": "", "amount": None, "details": "Een gift"}


def facts(*costs: dict[str, Any]) -> dict[str, Any]:
    return {"cost_options": {"cost_options": list(costs)}}


def test_a_price_is_told_before_and_after() -> None:
    [told] = in_words(facts(), facts(INTAKE, GIFT), blank=blank_facts())

    assert (told.label, told.before) == ("Prices", "–")
    assert told.after == "Intake: EUR 12.50 (per keer); (Een gift)"
    assert in_words(facts(GIFT), facts(GIFT), blank=blank_facts()) == []
    with override("nl"):
        assert fact_in_words("cost_options") == "Prijzen"


def test_of_two_entries_that_become_one_both_prices_can_stay() -> None:
    joined = chosen(facts(GIFT), facts(INTAKE, GIFT), {"cost_options": "both"})

    assert joined == facts(GIFT, INTAKE)
