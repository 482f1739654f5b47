from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from samen.directory.models import Organization, Service, ServiceArea
from samen.directory.queries import text_hash
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.foundation.paging import NoSuchPage
from samen.places.tests import make as places
from samen.stewardship.actions.suggesting import suggest_change
from samen.stewardship.actions.withdrawing import withdraw_service
from samen.stewardship.queries.listing import Asked, lines
from samen.stewardship.queries.waiting import (
    suggestions,
    to_translate,
    today,
    withdrawals,
)
from samen.stewardship.rules.scope import Scope

pytestmark = pytest.mark.django_db

EVERYWHERE = Scope(municipalities=None)
UTRECHT = Scope(municipalities=frozenset({"utrecht"}))
ANNA = Actor(ActorKind.COLLEAGUE, uuid4())


def in_area(slug: str = "", **columns: Any) -> Service:
    service = make.service(**columns)
    municipality = places.municipality(slug, slug.title()) if slug else None
    ServiceArea.objects.create(service=service, municipality=municipality)
    return service


def numbers(asked: Asked, scope: Scope) -> list[int]:
    return [line.number for line in lines(asked, scope=scope).items]


def test_a_steward_keeps_what_is_in_her_municipality_and_nothing_else() -> None:
    hers, _national, _other = in_area("utrecht"), in_area(), in_area("amsterdam")

    assert numbers(Asked(), UTRECHT) == [hers.number]
    assert len(numbers(Asked(), EVERYWHERE)) == 3
    assert numbers(Asked(), Scope()) == []


def test_a_contact_keeps_her_own_organization_only() -> None:
    make.service()
    other = Organization.objects.create(key="anders", name="Anders")
    hers = make.service(organization=other)

    assert numbers(Asked(), Scope(organizations=frozenset({other.id}))) == [hers.number]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(words="opvang"), "Opvang Noord"),
        (Asked(area="amsterdam"), "Opvang Noord"),
        (Asked(area="nl"), "Landelijke lijn"),
        (Asked(state="hidden"), "Verborgen"),
    ],
)
def test_the_list_is_narrowed(asked: Asked, found: str) -> None:
    in_area("amsterdam", name="Opvang Noord")
    in_area("", name="Landelijke lijn")
    in_area("utrecht", name="Verborgen", publish="hidden")

    assert [line.name for line in lines(asked, scope=EVERYWHERE).items] == [found]


def test_what_waits_is_found_in_the_list_and_on_the_home_page() -> None:
    service = in_area("utrecht")
    suggest_change(
        service_id=service.id,
        changes={"website": {"website": "https://example.org"}},
        version=0,
        why="",
        by=ANNA,
        at=NOON,
    )
    away = in_area("utrecht")
    withdraw_service(service_id=away.id, why="Danger", by=ANNA, at=NOON)

    assert numbers(Asked(state="waiting"), UTRECHT) == [service.number]
    assert numbers(Asked(state="withdrawn"), UTRECHT) == [away.number]
    assert [s.service_id for s in suggestions(UTRECHT)] == [service.id]
    assert [w.service_id for w in withdrawals(UTRECHT)] == [away.id]
    assert suggestions(Scope()) == []
    assert withdrawals(Scope()) == []
    seen = today(UTRECHT, languages=frozenset({"ar"}))
    assert (seen.suggestions, seen.withdrawn, seen.untranslated) == (1, 1, 1)
    assert seen.by_municipality == (("Utrecht", 1),)


def test_a_page_behind_the_last_does_not_exist() -> None:
    with pytest.raises(NoSuchPage):
        lines(Asked(page=2), scope=EVERYWHERE)


def test_the_list_asks_the_same_questions_for_one_as_for_sixty(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    in_area("utrecht")
    with django_assert_num_queries(3):
        lines(Asked(), scope=UTRECHT)
    for _ in range(60):
        in_area("utrecht")
    with django_assert_num_queries(3):
        lines(Asked(), scope=UTRECHT)


def test_a_text_is_to_be_translated_while_it_is_missing_a_machines_or_old() -> None:
    states = {}
    for wanted, made_from in (("machine", "Eén."), ("old", "Iets anders."), ("", "Drie.")):
        service = make.service(what={"machine": "Eén.", "": "Drie."}.get(wanted, "Twee."))
        text = make.text(service, body="نص", language="ar", made_from=text_hash(made_from))
        if not wanted:
            text.state = "human"
            text.save()
        states[service.number] = wanted
    missing = make.service()

    found = {item.number: item.state for item in to_translate("ar", scope=EVERYWHERE)}

    assert found == {n: s for n, s in states.items() if s} | {missing.number: "missing"}
    assert to_translate("nl", scope=EVERYWHERE) == []
