"""Every published service as an HSDS document, and nothing in it that may not be known."""

import json
from datetime import time
from typing import Any

import pytest

from samen.directory import actions as directory
from samen.directory import queries as services
from samen.directory.models import (
    HoursException,
    Location,
    OpeningHours,
    Service,
    ServiceDocument,
)
from samen.directory.tests import make
from samen.exchange import actions, queries
from samen.exchange.tests.schemas import Hsds, hsds
from samen.foundation.actor import job
from samen.needs.tests import make as needs

MARKER = "ZEBRAPAD-77"
EVERYTHING = 10_000

__all__ = ["hsds"]  # a fixture

pytestmark = pytest.mark.django_db


def document(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(queries.documents([service.id])[service.id])
    return found


def test_unconfirmed_hidden_and_secret_things_enter_no_document() -> None:
    shown = make.service(notes=MARKER, sources=[MARKER])
    make.phone(shown, MARKER, confirmed=False)
    make.confidential_location(shown)
    hidden = make.service(name=MARKER, publish=Service.Publish.HIDDEN)
    unverified = make.service(
        name=MARKER, publish=Service.Publish.HIDDEN, verified=Service.Verified.UNVERIFIED
    )
    make.answers(shown, needs.need("gbvims.rape", staff_only=True))
    actions.keep_documents(most=EVERYTHING)

    said = document(shown)
    assert said["address_withheld"] is True
    assert "service_at_locations" not in said
    assert "attributes" not in said
    assert queries.documents([hidden.id, unverified.id]) == {}
    everything = b"".join(bytes(b) for b in ServiceDocument.objects.values_list("body", flat=True))
    assert MARKER.encode() not in everything


def test_a_place_that_becomes_secret_leaves_with_the_change_itself() -> None:
    service = make.service()
    make.location(service, street=MARKER)
    actions.keep_documents(most=EVERYTHING)
    assert MARKER in json.dumps(document(service))
    version, facts = directory.service_facts(service.id)
    [place] = facts["location"]["locations"]
    secret = dict.fromkeys(place, "") | {"type": "confidential", "confirmed": False}

    directory.change_service(
        service_id=service.id,
        changes={"location": {"locations": [secret]}},
        version=version,
        why="",
        by=job("test"),
        at=make.NOON,
    )

    assert Location.objects.get().type == Location.Type.CONFIDENTIAL
    assert not ServiceDocument.objects.exists()
    actions.keep_documents(most=EVERYTHING)
    assert MARKER.encode() not in bytes(ServiceDocument.objects.get().body)


def test_a_document_of_before_a_change_is_never_kept_after_it() -> None:
    """Somebody was making it while another wrote."""
    service = make.service(name="Oud")
    before = services.services_without_document(made_by="x", most=1)
    body = queries.to_keep([service.id])
    make.change(service, publish={"publish": "hidden"})

    kept = directory.keep_documents(bodies=body, stamps=dict(before), made_by="x")

    assert kept == 0
    assert not ServiceDocument.objects.exists()


def test_a_withdrawn_service_is_gone_at_once() -> None:
    service = make.service()
    actions.keep_documents(most=EVERYTHING)
    make.change(service, publish={"publish": "hidden"})

    assert queries.documents([service.id]) == {}
    assert not ServiceDocument.objects.exists()


def test_an_organisation_that_changes_changes_the_documents_of_its_services() -> None:
    service = make.service()
    actions.keep_documents(most=EVERYTHING)
    directory.change_organization(
        organization_id=service.organization_id,
        changes={"name": {"name": "Nieuwe naam"}},
        version=0,
        why="",
        by=job("test"),
        at=make.NOON,
    )

    said = document(service)
    assert said["organization"]["name"] == "Nieuwe naam"
    assert said["last_modified"] == "2026-11-22T12:00:00.000Z"


def test_a_week_with_an_exception_is_written_as_schedules(hsds: Hsds) -> None:
    service = make.service(hours="weekly", hours_confirmed=True)
    for day in (0, 1):
        OpeningHours.objects.create(service=service, weekday=day, opens=time(9), closes=time(17))
    OpeningHours.objects.create(service=service, weekday=4, opens=time(0), closes=time(0))
    HoursException.objects.create(service=service, date=make.NOON.date())

    said = document(service)

    assert not hsds.errors(said)
    weeks = [(s.get("byday"), s.get("opens_at"), s.get("closes_at")) for s in said["schedules"]]
    assert weeks == [("FR", "00:00", "23:59"), ("MO,TU", "09:00", "17:00"), (None, None, None)]
    assert said["schedules"][2]["valid_from"] == "2026-11-22"


def test_an_address_is_whole_and_a_town_alone_is_none(hsds: Hsds) -> None:
    service = make.service()
    make.location(service)

    said = document(service)

    assert not hsds.errors(said)
    [there] = said["service_at_locations"]
    assert there["location"]["addresses"][0]["address_1"] == "Domplein 1"
    assert "niet bevestigd" in there["location"]["description"].lower()


def test_what_is_kept_is_read_with_one_query(django_assert_num_queries: Any) -> None:
    service = make.service()
    actions.keep_documents(most=EVERYTHING)

    with django_assert_num_queries(1):
        assert queries.documents([service.id])
