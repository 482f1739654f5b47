"""The map for systems of health care: every resource valid, every question answered or refused."""

from collections.abc import Iterator
from datetime import time
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.test import Client
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.healthcareservice import HealthcareService
from fhir.resources.R4B.location import Location as PlaceResource
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.organization import Organization as OrganizationResource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samen.directory.actions.changing import leave_a_line
from samen.directory.models import HoursException, OpeningHours, Organization, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.exchange.rules.asking_fhir import asked_by
from samen.exchange.rules.fhir import PARAMETERS
from samen.foundation.actor import job
from samen.needs.tests import make as needs

FHIR = "/api/fhir"
MARKER = "ZEBRAPAD-77"
# fhir.resources has R4B in place of R4; these resources are the same in both.
MODELS: dict[str, Any] = {
    "HealthcareService": HealthcareService,
    "Organization": OrganizationResource,
    "Location": PlaceResource,
    "Bundle": Bundle,
    "CapabilityStatement": CapabilityStatement,
    "OperationOutcome": OperationOutcome,
}

pytestmark = pytest.mark.django_db


def checked(said: dict[str, Any]) -> dict[str, Any]:
    MODELS[said["resourceType"]].model_validate(said)
    for entry in said.get("entry", ()):
        checked(entry["resource"])
    return said


def asked(client: Client, path: str, *, expect: Any = 200, **words: Any) -> dict[str, Any]:
    answer = client.get(f"{FHIR}/{path}", words)
    assert answer.status_code == expect, answer.content
    assert answer.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return checked(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in page.get("entry", ())]


def noted(service: Service) -> Service:
    leave_a_line("service", service.id, "created", by=job("test"), at=NOON)
    return service


@pytest.fixture
def service() -> Service:
    made = make.service(
        name="Opvang", hours="weekly", hours_confirmed=True, website="https://example.org/"
    )
    make.location(made)
    make.phone(made)
    make.answers(made, needs.need("sup.shelter"))
    OpeningHours.objects.create(service=made, weekday=0, opens=time(9), closes=time(17))
    HoursException.objects.create(service=made, date=NOON.date())
    return noted(made)


def test_a_service_is_a_healthcare_service(client: Client, service: Service) -> None:
    said = asked(client, f"HealthcareService/{service.id}")

    assert said["name"] == "Opvang"
    assert said["providedBy"]["reference"] == f"Organization/{service.organization_id}"
    assert said["availableTime"] == [
        {
            "daysOfWeek": ["mon"],
            "availableStartTime": "09:00:00",
            "availableEndTime": "17:00:00",
        }
    ]
    assert said["notAvailable"][0]["during"] == {"start": "2026-11-22", "end": "2026-11-22"}
    assert said["telecom"][0] == {"system": "phone", "value": "0800-2000"}
    assert said["type"][0]["coding"][0]["code"] == "sup.shelter"
    assert said["meta"]["lastUpdated"] == "2026-11-22T12:00:00.000Z"


def test_every_reference_leads_to_a_resource(client: Client, service: Service) -> None:
    said = asked(client, f"HealthcareService/{service.id}")
    for reference in (said["providedBy"], *said["location"]):
        found = asked(client, reference["reference"])
        assert found["name"]
    place = asked(client, said["location"][0]["reference"])
    assert place["address"]["line"] == ["Domplein 1"]
    assert place["managingOrganization"]["reference"] == said["providedBy"]["reference"]


def test_a_secret_place_is_no_location(client: Client) -> None:
    secret = make.service(name="Blijf")
    hidden_place = make.confidential_location(secret)
    noted(secret)
    said = asked(client, f"HealthcareService/{secret.id}")

    assert "location" not in said
    assert "Het adres is geheim." in said["extraDetails"]
    assert asked(client, "Location")["total"] == 0
    asked(client, f"Location/{hidden_place.id}", expect=404)


def test_what_is_hidden_is_nowhere(client: Client) -> None:
    hidden = noted(make.service(name=MARKER, publish=Service.Publish.HIDDEN))
    Organization.objects.update(name=MARKER)
    place = make.location(hidden, street=MARKER)

    for path in (
        f"HealthcareService/{hidden.id}",
        f"Organization/{hidden.organization_id}",
        f"Location/{place.id}",
    ):
        assert MARKER not in str(asked(client, path, expect=404))
    for kind in ("HealthcareService", "Organization", "Location"):
        assert asked(client, kind)["total"] == 0


def test_what_was_shown_once_is_gone(client: Client, service: Service) -> None:
    place = asked(client, "Location")["entry"][0]["resource"]["id"]
    Service.objects.filter(pk=service.pk).update(publish=Service.Publish.HIDDEN)
    leave_a_line("service", service.id, "withdrawn", by=job("test"), at=NOON)

    for path in (
        f"HealthcareService/{service.id}",
        f"Organization/{service.organization_id}",
        f"Location/{place}",
    ):
        assert asked(client, path, expect=410)["issue"][0]["code"] == "deleted"


def test_search_by_name_and_by_id(client: Client, service: Service) -> None:
    other = noted(make.service(name="Nachtopvang"))
    path = "HealthcareService"

    assert ids(asked(client, path, name="opv")) == [str(service.id)]
    assert set(ids(asked(client, path, **{"name:contains": "opvang"}))) == {
        str(service.id),
        str(other.id),
    }
    assert ids(asked(client, path, **{"name:exact": "opvang"})) == []
    assert ids(asked(client, path, **{"name:exact": "Opvang"})) == [str(service.id)]
    assert ids(asked(client, path, name="opv", _id=str(other.id))) == []
    assert set(ids(asked(client, path, _id=f"{other.id},{service.id},nobody"))) == {
        str(service.id),
        str(other.id),
    }
    assert ids(asked(client, "Organization", name="veilig")) == [str(service.organization_id)]
    by_owner = asked(client, path, organization=f"Organization/{service.organization_id}")
    assert by_owner["total"] == 2
    assert asked(client, path, location=str(uuid4()))["total"] == 0
    place = asked(client, "Location")["entry"][0]["resource"]["id"]
    assert ids(asked(client, path, location=place)) == [str(service.id)]
    assert asked(client, path, active="false")["total"] == 0


@pytest.mark.parametrize(
    ("said", "is_there"),
    [
        ("2026-11-22", True),
        ("2026", True),
        ("2026-12", False),
        ("ge2026-11-22T12:00:00Z", True),
        ("gt2026-11-22T12:00:00Z", False),
        ("gt2026-11-22", False),
        ("lt2026-11-22T12:00:00Z", False),
        ("le2026-11-22T13:00:00+01:00", True),
        ("ne2026-11-22", False),
        ("eq2026-11-22T12:00", True),
    ],
)
@pytest.mark.usefixtures("service")
def test_search_by_the_moment_of_the_last_change(
    client: Client, said: str, *, is_there: bool
) -> None:
    for kind in ("HealthcareService", "Organization", "Location"):
        assert bool(asked(client, kind, _lastUpdated=said)["total"]) == is_there, kind


@pytest.mark.usefixtures("service")
def test_the_pages_are_linked_and_together_are_all(client: Client) -> None:
    everything = {str(noted(make.service()).id) for _ in range(6)}
    page = asked(client, "HealthcareService", _count=2)
    seen = ids(page)
    while following := [link["url"] for link in page["link"] if link["relation"] == "next"]:
        url = urlsplit(following[0])
        page = checked(client.get(f"{url.path}?{url.query}").json())
        seen += ids(page)

    assert page["total"] == 7
    assert len(seen) == len(set(seen)) == 7
    assert everything < set(seen)
    assert asked(client, "HealthcareService", _count=0).get("entry") is None
    assert asked(client, "HealthcareService", _summary="count")["total"] == 7


def test_a_question_can_be_sent_without_standing_in_an_address(
    client: Client, service: Service
) -> None:
    answer = client.post(f"{FHIR}/HealthcareService/_search", {"name": "opv"})

    assert answer.status_code == 200
    assert ids(checked(answer.json())) == [str(service.id)]
    assert not answer.cookies


def test_the_server_says_what_it_can(client: Client) -> None:
    said = asked(client, "metadata")

    assert said["fhirVersion"] == "4.0.1"
    assert [each["type"] for each in said["rest"][0]["resource"]] == [
        "HealthcareService",
        "Organization",
        "Location",
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient", 404),
        ("Patient/1", 404),
        ("HealthcareService/1", 404),
        ("Location/7d9f5b1e-0000-4000-8000-000000000000", 404),
        ("Location?_count=much", 400),
        ("Location?_lastUpdated=yesterday", 400),
        ("Location?_lastUpdated=2026-13-40", 400),
        ("Location?_lastUpdated=9999", 400),
        ("Location?_format=xml", 400),
        ("Location?_after=x", 400),
        ("Location?name=%00", 400),
    ],
)
def test_what_is_wrong_is_said_as_an_outcome(client: Client, path: str, status: int) -> None:
    answer = client.get(f"{FHIR}/{path}")

    assert answer.status_code == status
    assert checked(answer.json())["resourceType"] == "OperationOutcome"
    assert not answer.cookies


@pytest.mark.parametrize("method", ["put", "post", "patch", "delete"])
def test_nobody_writes_here(client: Client, method: str, service: Service) -> None:
    answer = getattr(client, method)(f"{FHIR}/HealthcareService/{service.id}")

    assert answer.status_code == 405
    assert checked(answer.json())["resourceType"] == "OperationOutcome"
    assert Service.objects.get(pk=service.pk).name == "Opvang"


def test_who_has_it_already_is_told_so(client: Client, service: Service) -> None:
    first = client.get(f"{FHIR}/HealthcareService/{service.id}")
    again = client.get(
        f"{FHIR}/HealthcareService/{service.id}", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304


CODES = "http://terminology.hl7.org/CodeSystem"


def right_and_wrong(service: Service) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """For each parameter of each sort: values that the one resource there is has, and others."""
    place = str(service.at_locations.get().location_id)
    owner, number = str(service.organization_id), str(service.number)
    numbers, terms = f"{site.SITE}/nl/i/", f"{site.SITE}/api/hsds/3.2/taxonomies"
    nobody = str(uuid4())
    moment = (["2026-11-22", "ge2026"], ["lt2026-11-22", "2025"])
    active = (["true", "false,true", "http://hl7.org/fhir/special-values|true"], ["false", "yes"])
    owners = [owner, f"Organization/{owner}", f"{site.SITE}/api/fhir/Organization/{owner}"]
    ours = (owners, [nobody, f"Location/{owner}", f"https://other.example/Organization/{owner}"])
    never: tuple[list[str], list[str]] = ([], ["", "x", owner, f"Organization/{owner}"])
    return {
        ("HealthcareService", "_id"): ([str(service.id)], [nobody, "1"]),
        ("HealthcareService", "_lastUpdated"): moment,
        ("HealthcareService", "active"): active,
        ("HealthcareService", "identifier"): (
            [number, f"{numbers}|{number}", f"{numbers}|", f"x,{number}"],
            ["0", f"|{number}", f"https://x.example|{number}", "x", "https://x.example|"],
        ),
        ("HealthcareService", "location"): ([place, f"Location/{place}"], [nobody, owner]),
        ("HealthcareService", "name"): (["opv", "x,Opvang"], ["vang", "x\\,Opvang"]),
        ("HealthcareService", "organization"): ours,
        ("HealthcareService", "service-type"): (
            ["sup.shelter", f"{terms}|sup.shelter", f"{terms}|", "x,sup.shelter"],
            ["sup", "|sup.shelter", f"{CODES}|sup.shelter", f"{CODES}|", "gbvims.rape"],
        ),
        ("Organization", "_id"): ([owner], [nobody]),
        ("Organization", "_lastUpdated"): moment,
        ("Organization", "active"): active,
        ("Organization", "identifier"): never,
        ("Organization", "name"): (["veilig"], ["thuis"]),
        ("Organization", "partof"): never,
        ("Organization", "type"): (["other", f"{CODES}/organization-type|other"], ["prov"]),
        ("Location", "_id"): ([place], [nobody]),
        ("Location", "_lastUpdated"): moment,
        ("Location", "identifier"): never,
        # It has no name of its own, and goes by that of the organisation.
        ("Location", "name"): (["veilig"], ["domplein"]),
        ("Location", "organization"): ours,
        ("Location", "partof"): never,
        ("Location", "status"): (["active", "suspended,active"], ["inactive", "|active"]),
        ("Location", "type"): (["COMM", f"{CODES}/v3-RoleCode|"], ["comm", "HOSP"]),
    }


def test_the_statement_says_what_can_be_searched_and_nothing_else(
    client: Client, service: Service
) -> None:
    make.answers(service, needs.need("gbvims.rape", staff_only=True))
    said = asked(client, "metadata")["rest"][0]["resource"]
    stated = {(sort["type"], each["name"]) for sort in said for each in sort["searchParam"]}
    values = right_and_wrong(service)
    assert stated == values.keys()
    strict = {"Prefer": "handling=strict"}
    for (kind, name), (right, wrong) in values.items():
        for value in right:
            assert asked(client, kind, **{name: value})["total"] == 1, (kind, name, value)
            # With AND, also within one parameter.
            for other in (each for each in wrong if each):
                assert asked(client, kind, **{name: [value, other]})["total"] == 0
        for value in (each for each in wrong if each):
            assert asked(client, kind, **{name: value})["total"] == 0, (kind, name, value)
    for kind in kinds():
        for name in {name for _kind, name in stated}:
            answer = client.get(f"{FHIR}/{kind}", {name: "2026"}, headers=strict)
            assert answer.status_code == (200 if (kind, name) in stated else 400), (kind, name)


def test_parameters_narrow_what_the_others_leave(client: Client, service: Service) -> None:
    other = noted(make.service(name="Opvang twee"))
    path, term = "HealthcareService", {"service-type": "sup.shelter"}

    assert asked(client, path, name="opvang")["total"] == 2
    assert ids(asked(client, path, name="opvang", **term)) == [str(service.id)]
    assert asked(client, path, identifier=other.number, **term)["total"] == 0
    posted = client.post(f"{FHIR}/{path}/_search?service-type=sup.shelter", {"name": "opvang"})
    assert ids(checked(posted.json())) == [str(service.id)]
    twice = client.post(f"{FHIR}/{path}/_search?name=opvang", {"name": "opvang twee"})
    assert ids(checked(twice.json())) == [str(other.id)]


def test_a_secret_place_is_found_by_nothing(client: Client) -> None:
    hidden = make.confidential_location(noted(make.service()))

    assert asked(client, "HealthcareService", location=str(hidden.pk))["total"] == 0


def test_what_is_asked_to_come_along_comes_once_and_does_not_count(
    client: Client, service: Service
) -> None:
    other = noted(make.service())
    said = asked(client, "metadata")["rest"][0]["resource"]
    stated = {sort["type"]: sort["searchInclude"] for sort in said}
    assert stated["Organization"] == ["Organization:partof"]

    page = asked(client, "HealthcareService", _include=stated["HealthcareService"])
    found = [(each["search"]["mode"], each["resource"]["resourceType"]) for each in page["entry"]]
    assert page["total"] == 2
    assert set(ids(page)[:2]) == {str(service.id), str(other.id)}
    assert found[2:] == [("include", "Location"), ("include", "Organization")]
    places = asked(client, "Location", _include=stated["Location"])
    assert ids(places)[1:] == [str(service.organization_id)]
    assert len(ids(asked(client, "Organization", _include="Organization:partof"))) == 1
    strict = {"Prefer": "handling=strict"}
    answer = client.get(f"{FHIR}/Location", {"_include": "Location:endpoint"}, headers=strict)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{}", "application/json", 415),
        ("name=x", "application/x-www-form-urlencoded", 200),
        ("x", "multipart/form-data; boundary=", 400),
        ("name=" + "x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_body_is_a_form(client: Client, body: str, kind: str, status: int) -> None:
    answer = client.post(f"{FHIR}/Location/_search", body, content_type=kind)

    assert answer.status_code == status


NAMES = sorted(
    {
        *("name:contains", "name:exact", "_count", "_after", "_format", "_include", "_summary"),
        *(name for known in PARAMETERS.values() for name in known),
    }
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["HealthcareService", "Organization", "Location"]),
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=3),
)
def test_whatever_is_asked_is_answered_or_refused(
    client: Client, kind: str, words: dict[str, str]
) -> None:
    answer = client.get(f"{FHIR}/{kind}", words)

    assert answer.status_code in (200, 400), words
    checked(answer.json())


def test_a_page_costs_the_same_whatever_is_on_it(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make.location(noted(make.service()))
    for kind in kinds():
        asked(client, kind)
        with django_assert_max_num_queries(25):
            assert asked(client, kind)["total"]


def kinds() -> Iterator[str]:
    yield from ("HealthcareService", "Organization", "Location")


def test_what_was_understood_is_in_the_link(client: Client) -> None:
    page = asked(client, "Location", name="x", _unknown="y")
    [self_link] = [link["url"] for link in page["link"] if link["relation"] == "self"]

    assert self_link.endswith("/api/fhir/Location?name=x")
    assert asked_by("Location", {"_count": ["999999"]}, site="https://samen.example").count == 200


def test_who_asks_strictly_is_told_of_what_is_not_known(client: Client) -> None:
    strict = {"Prefer": "return=minimal; handling=strict"}

    answer = client.get("/api/fhir/Location", {"birthdate": "1990"}, headers=strict)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "`birthdate`" in answer.json()["issue"][0]["diagnostics"]
    known = {"name": "x", "_count": "1", "_format": "json"}
    assert client.get("/api/fhir/Location", known, headers=strict).status_code == 200
