"""A form says what the map says, and gives back what was typed as facts."""

from typing import Any

import pytest

from samen.directory import actions as directory
from samen.directory.tests import make
from samen.places.tests import make as places
from samen.stewardship.desk.sections import SECTIONS, copied_to_other_days
from samen.stewardship.tests.editing.make import filled


@pytest.fixture
def facts() -> dict[str, dict[str, Any]]:
    return directory.service_facts(make.service().id)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("section", "typed", "field"),
    [
        ("reach", {"number_0": "bel mij"}, "number_0"),
        ("reach", {"website": "no site"}, "website"),
        ("place", {"type": "physical", "town": "Nergenshuizen"}, "town"),
        ("place", {"type": "confidential", "street": "Hier 1"}, "type"),
        ("hours", {"hours": "weekly"}, "hours"),
        ("hours", {"hours": "weekly", "opens_0_0": "09:00"}, "closes_0_0"),
        ("hours", {"hours": "weekly", "opens_0_0": "negen", "closes_0_0": "17:00"}, "opens_0_0"),
        ("hours", {"from_0": "10:00", "to_0": "12:00"}, "date_0"),
        ("hours", {"closed_from": "2026-12-24", "closed_until": "2026-12-20"}, "closed_until"),
        ("words", {"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    facts: dict[str, Any], section: str, typed: dict[str, str], field: str
) -> None:
    form = filled(section, facts, **typed)

    assert not form.is_valid()
    assert field in form.errors


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_says_which_facts_it_is_about(facts: dict[str, Any], section: str) -> None:
    form = filled(section, facts)
    assert form.is_valid(), form.errors
    given = {fact for fact in form.facts(facts) if "." not in fact}

    assert given == set(SECTIONS[section].about)


@pytest.mark.django_db
def test_the_hours_of_a_day_are_copied_to_the_other_working_days(facts: dict[str, Any]) -> None:
    typed = copied_to_other_days(
        {"hours": "weekly", "opens_0_0": "09:00", "closes_0_0": "17:00"}, 0
    )

    form = filled("hours", facts, **typed)

    assert form.is_valid()
    assert form.facts(facts)["hours"]["week"] == [[d, "09:00", "17:00"] for d in range(5)]


@pytest.mark.django_db
def test_a_temporary_closure_has_an_end(facts: dict[str, Any]) -> None:
    form = filled("hours", facts, closed_from="2026-12-24", closed_until="2027-01-03")

    assert form.is_valid()
    hours = form.facts(facts)["hours"]
    assert (hours["closed_from"], hours["closed_until"]) == ("2026-12-24", "2027-01-03")


@pytest.mark.django_db
def test_an_address_stands_at_a_town_of_the_gazetteer(facts: dict[str, Any]) -> None:
    places.place("utrecht")

    form = filled("place", facts, type="physical", street="Domplein 1", town="Utrecht")

    assert form.is_valid()
    assert form.facts(facts)["location"]["locations"][0]["place"] == "utrecht"
