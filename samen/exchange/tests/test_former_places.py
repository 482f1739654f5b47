"""A place keeps its ids as long as it is there, and says for ever that it is not any more; unless
it became secret, and then nothing says that it ever was.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samen.directory import actions as directory
from samen.directory.models import FormerPlace, Location, Service, ServiceAtLocation
from samen.directory.tests import make
from samen.exchange.api.turns import buckets
from samen.exchange.tests.asking import Ask, ask
from samen.foundation.actor import job

__all__ = ["ask"]  # a fixture

pytestmark = pytest.mark.django_db

ANNA = job("test")
SAID = "2026-11-22T12:05:00.000Z"
LATER = make.NOON + timedelta(minutes=5)
STREETS = ("Domplein 1", "Neude 2", "Vredenburg 3")
SECRET = {
    **dict.fromkeys(("name", "street", "postal_code", "town", "place"), ""),
    "type": "confidential",
    "confirmed": False,
}

Place = Mapping[str, Any]


def place(street: str = STREETS[0], *, town: str = "Utrecht", kind: str = "physical") -> Place:
    return SECRET | {"type": kind, "street": street, "town": town, "confirmed": True}


def move(service: Service, *places: Place, at: datetime = LATER) -> None:
    version, _facts = directory.service_facts(service.id)
    directory.change_service(
        service_id=service.id,
        changes={"location": {"locations": list(places)}},
        version=version,
        why="",
        by=ANNA,
        at=at,
    )


def there(service: Service) -> dict[str, tuple[str, Place]]:
    """Ids of the links, each with that of its place and with what the place says."""
    links = ServiceAtLocation.objects.filter(service=service).select_related("location")
    return {str(link.pk): (str(link.location_id), _said(link.location)) for link in links}


def _said(location: Location) -> Place:
    columns = {name: getattr(location, name) for name in SECRET if name != "place"}
    return {**columns, "place": ""}


def in_health_care(location: str, *, expect: int) -> Any:
    answer = Client().get(f"/api/fhir/Location/{location}")
    assert answer.status_code == expect, answer.content
    return answer.json()


def test_p6_a_second_place_leaves_the_first_one_its_ids() -> None:
    service = make.service()
    move(service, place())
    before = there(service)

    move(service, place(STREETS[1]), place())

    assert len(there(service)) == 2
    assert before.items() <= there(service).items()
    assert not FormerPlace.objects.exists()


def test_p6_of_several_places_one_that_is_corrected_keeps_its_ids() -> None:
    service = make.service()
    move(service, *(place(street) for street in STREETS))
    before = there(service)

    move(service, place(STREETS[2]), place(STREETS[1], town="Ede"), place())

    assert {link: location for link, (location, _said) in before.items()} == {
        link: location for link, (location, _said) in there(service).items()
    }
    [changed] = [link for link, known in there(service).items() if before[link] != known]
    assert before[changed][1]["street"] == STREETS[1]


def test_p6_a_place_that_was_taken_away_is_gone_since_a_moment(ask: Ask) -> None:
    service = make.service()
    move(service, place(), place(STREETS[1]), at=make.NOON)
    before = there(service)

    move(service, place())

    [link] = before.keys() - there(service).keys()
    assert ask.get(f"service_at_locations/{link}", expect=410)["since"] == SAID
    said = in_health_care(before[link][0], expect=410)
    assert said["issue"][0]["code"] == "deleted"
    assert SAID in said["issue"][0]["diagnostics"]
    assert STREETS[1] not in str(said)
    [stays] = there(service)
    ask.get(f"service_at_locations/{stays}")
    in_health_care(there(service)[stays][0], expect=200)


def test_p6_a_place_of_a_merged_service_says_which_one_stands_for_it(ask: Ask) -> None:
    service, heir = make.service(), make.service()
    move(service, place(), place(STREETS[1]))
    move(service, place())
    ids = [*there(service), *map(str, FormerPlace.objects.values_list("link", flat=True))]

    directory.merge_service(
        service_id=service.id,
        into=heir.id,
        version=directory.service_facts(service.id)[0],
        why="",
        by=ANNA,
        at=LATER,
    )

    assert len(ids) == 2
    for link in ids:
        assert ask.get(f"service_at_locations/{link}", expect=410)["merged_into"] == str(heir.id)


def test_p6_a_place_that_nobody_ever_saw_was_never_here(ask: Ask) -> None:
    service = make.service(publish=Service.Publish.HIDDEN)
    move(service, place())
    [(link, (location, _place))] = there(service).items()
    move(service)

    assert not FormerPlace.objects.exists()
    ask.get(f"service_at_locations/{link}", expect=404)
    in_health_care(location, expect=404)


def test_s1_a_place_that_became_secret_keeps_no_id_and_neither_does_any_before_it(
    ask: Ask,
) -> None:
    service = make.service()
    move(service, place(), place(STREETS[1]), place(STREETS[2]))
    before = there(service)
    move(service, place(), place(STREETS[1]))
    assert FormerPlace.objects.count() == 1

    move(service, SECRET, place(STREETS[1]))

    assert not FormerPlace.objects.exists()
    [stays] = before.keys() & there(service).keys()
    assert before[stays][1]["street"] == STREETS[1]
    [hidden] = there(service).keys() - before.keys()
    for link in before.keys() | {hidden}:
        expect = 200 if link == stays else 404
        ask.get(f"service_at_locations/{link}", expect=expect)
        in_health_care({**there(service), **before}[link][0], expect=expect)
    # Nothing is remembered as long as there is a secret one, whichever goes.
    move(service, SECRET)
    assert not FormerPlace.objects.exists()
    ask.get(f"service_at_locations/{stays}", expect=404)


def test_s1_where_one_becomes_secret_no_other_takes_its_id() -> None:
    """The one that stays is corrected in the same breath, so that nobody can say which is which."""
    service = make.service()
    move(service, place(), place(STREETS[1]))
    before = there(service)

    move(service, SECRET, place(STREETS[1], town="Ede"))

    assert not before.keys() & there(service).keys()
    locations = {location for location, _place in before.values()}
    assert not locations & {location for location, _place in there(service).values()}
    assert not Location.objects.filter(pk__in=locations).exists()


def test_s1_what_was_secret_is_not_remembered_either(ask: Ask) -> None:
    service = make.service()
    move(service, SECRET)
    [(hidden, (location, _place))] = there(service).items()
    move(service, place())

    assert not FormerPlace.objects.exists()
    ask.get(f"service_at_locations/{hidden}", expect=404)
    in_health_care(location, expect=404)
    changed_to = list(there(service))
    hide = directory.service_facts(service.id)
    directory.change_service(
        service_id=service.id,
        changes={"publish": hide[1]["publish"] | {"publish": "hidden"}},
        version=hide[0],
        why="",
        by=ANNA,
        at=LATER,
        verb="withdrawn",
    )
    ask.get(f"service_at_locations/{changed_to[0]}", expect=410)
    ask.get(f"service_at_locations/{uuid4()}", expect=404)


def test_the_secret_place_of_an_entry_that_was_withdrawn_was_never_here(ask: Ask) -> None:
    service = make.service()
    move(service, SECRET)
    Service.objects.filter(pk=service.pk).update(publish="hidden")

    ask.get(f"services/{service.id}", expect=410)
    ask.get(f"service_at_locations/{next(iter(there(service)))}", expect=404)


def test_a_place_that_is_withheld_is_not_remembered(ask: Ask) -> None:
    service = make.service()
    move(service, place(), place(STREETS[1]))
    ids = list(there(service))
    move(service, place())

    directory.withhold_fact(service_id=service.id, fact="location", why="", by=ANNA, at=LATER)

    assert not FormerPlace.objects.exists()
    for link in ids:
        ask.get(f"service_at_locations/{link}", expect=404)


PLACES = st.lists(
    st.builds(
        place,
        st.sampled_from(STREETS),
        town=st.sampled_from(["Utrecht", "Ede"]),
        kind=st.sampled_from(["physical", "physical", "virtual"]),
    ),
    max_size=3,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PLACES, min_size=2, max_size=4))
def test_p6_whatever_is_edited_ids_are_those_of_the_same_places_and_no_id_comes_back(
    ask: Ask, edits: Sequence[Sequence[Place]]
) -> None:
    service, gone = make.service(), dict[str, str]()
    for places in edits:
        buckets.cache_clear()
        before = there(service)
        move(service, *places)
        after = there(service)
        kept = before.keys() & after.keys()
        # As many of each as were there and still are.
        same = _counted(before.values()) & _counted(after.values())
        assert same <= _counted(after[link] for link in kept)
        # Of each sort as many as there can be.
        sorts = _sorts(before.values()) & _sorts(after.values())
        assert _sorts(after[link] for link in kept) == sorts
        assert all(before[link][0] == after[link][0] for link in kept)
        gone |= {link: before[link][0] for link in before.keys() - kept}
        assert not gone.keys() & after.keys()
        for link, location in gone.items():
            assert ask.get(f"service_at_locations/{link}", expect=410)["since"] == SAID
            in_health_care(location, expect=410)
        for link, (location, _place) in after.items():
            assert ask.get(f"service_at_locations/{link}")["location_id"] == location
            in_health_care(location, expect=200)


def _counted(known: Any) -> Counter[str]:
    return Counter(str(sorted(said.items())) for _location, said in known)


def _sorts(known: Any) -> Counter[str]:
    return Counter(said["type"] for _location, said in known)
