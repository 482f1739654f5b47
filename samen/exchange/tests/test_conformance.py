"""Everything that is published, held against the standard, against our own stricter schemas, and
against what must never be in it."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from frictionless import Package
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from samen.directory import actions as directory
from samen.directory import queries as services
from samen.directory.models import (
    HoursException,
    Location,
    OpeningHours,
    Service,
    ServiceAtLocation,
    ServiceText,
)
from samen.directory.tests import make
from samen.exchange import actions
from samen.exchange.api.turns import buckets
from samen.exchange.rules import tables
from samen.exchange.rules.shapes import PATCHED, SHAPES
from samen.exchange.tests.asking import BASE, LISTS, STRICT, Ask, ask, check, connection_kept
from samen.exchange.tests.schemas import EXAMPLES, HSDS, SCHEMA, Hsds, hsds, read
from samen.exchange.tests.test_downloads import official
from samen.foundation.actor import job
from samen.needs.tests import make as needs
from samen.places.tests import make as places
from tests.bare import bare

__all__ = ["ask", "hsds"]  # fixtures

pytestmark = pytest.mark.django_db

MARKER, INSIDE = "ZEBRAPAD", "OLIFANTHOF"
OFFICIAL = {
    "base.json": "/",
    "service_full.json": "/services/{id}",
    "service_list.json": "/services",
    "organization_full.json": "/organizations/{id}",
    "organization_list.json": "/organizations",
    "service_at_location_full.json": "/service_at_locations/{id}",
    "service_at_location_list.json": "/service_at_locations",
    "taxonomy.json": "/taxonomies/{id}",
    "taxonomy_list.json": "/taxonomies",
    "taxonomy_term.json": "/taxonomy_terms/{id}",
    "taxonomy_term_list.json": "/taxonomy_terms",
}


# --- the checks check ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_examples_are_valid_by_what_we_are_checked_with(hsds: Hsds, name: str) -> None:
    assert not hsds.errors(read(EXAMPLES / name), OFFICIAL[name])


def test_a_feed_known_to_be_wrong_is_found_wrong(hsds: Hsds) -> None:
    mocks = HSDS / "oruk-mocks"
    assert not hsds.errors(read(next(mocks.rglob("*Default/service_list.json"))), "/services")
    assert hsds.errors(read(next(mocks.rglob("*Fail/service_list.json"))), "/services")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("assured_date", "not a date"),
        ("last_modified", "2026-11-22T12:00:00Z"),
        ("description", None),
        ("description", ""),
        ("phones", []),
        ("languages", [{"id": "3f7b145d-84af-42d7-8fae-eaca714b02b2", "code": "xx"}]),
        ("unheard_of", 1),
    ],
)
def test_p3_our_own_schema_sees_what_the_standard_lets_pass(
    ask: Ask, field: str, value: Any
) -> None:
    record = ask.get(f"services/{make.service().id}")
    check("services", record)

    assert list(STRICT["services"].iter_errors(record | {field: value}))


# --- P7, P9: the OpenAPI file and the profile ---------------------------------------------------


@pytest.mark.parametrize("standard", ["3.2", "3.3"])
def test_p7_our_openapi_file_is_valid_and_says_all_that_can_go_wrong(
    ask: Ask, hsds: Hsds, standard: str
) -> None:
    said = ask.get("openapi.json", base=f"/api/hsds/{standard}")

    OpenAPIV31SpecValidator(said).validate()
    operations = [
        (path, way, said["paths"][path][way])
        for path in said["paths"]
        for way in said["paths"][path]
    ]
    ids = [operation["operationId"] for _path, _way, operation in operations]
    # Ours: the feed of changes, and what is read beforehand.
    assert len(set(ids)) == len(ids) == 22
    for path, way, operation in operations:
        official = hsds.paths.get(path, {}).get(way, {"tags": ["samen"]})
        assert operation["tags"] == official["tags"]
        answers = operation["responses"].keys()
        assert "429" in answers
        assert "400" in answers
        assert ("{" in path) == ("404" in answers)
        assert ("{id}" in path) == ("410" in answers)
        assert (way == "post") == ("422" in answers)
        assert (way == "post") == ("requestBody" in operation)
    assert said["info"]["license"]["identifier"] == "CC-BY-4.0"


def test_p9_the_profile_only_adds_and_what_it_adds_is_optional(ask: Ask, hsds: Hsds) -> None:
    assert hsds.paths
    index = ask.get("profile/")
    assert set(index["patches"]) == {*PATCHED, "openapi", "datapackage"}
    for name in PATCHED:
        patch = ask.get(f"profile/{name}.json")
        official = read(SCHEMA / f"{name}.json")
        patched = merged(official, patch)
        Draft202012Validator.check_schema(patched)
        assert set(patch) == {"properties"}
        assert not patch["properties"].keys() & official["properties"].keys()
        assert patched.get("required") == official.get("required")
    ask.get("profile/nothing.json", expect=404)


def test_p9_the_official_openapi_file_and_our_patch_are_our_file(ask: Ask, hsds: Hsds) -> None:
    """So the profile says all that is ours: `lang`, the feed of changes, what can go wrong."""
    assert hsds.paths
    said, patch = ask.get("openapi.json"), ask.get("profile/openapi.json")
    official = read(SCHEMA / "openapi.json")

    patched = merged(official, patch)

    assert patched == said
    assert official.keys() <= said.keys()
    OpenAPIV31SpecValidator(patched).validate()
    lang = {"$ref": "#/components/parameters/lang"}
    shared = hsds.paths.keys() - {"/"}
    assert shared == {path for path in said["paths"] if lang in _parameters(said, path)}
    assert {"/changes"} < said["paths"].keys() - hsds.paths.keys()


def _parameters(said: Any, path: str) -> list[Any]:
    return [each for way in said["paths"][path].values() for each in way.get("parameters", [])]


def test_p9_the_data_package_of_the_profile_is_that_of_the_files(ask: Ask) -> None:
    patch, compiled = ask.get("profile/datapackage.json"), ask.get("schema/datapackage.json")

    assert merged(official(), patch) == compiled
    assert Package.validate_descriptor(compiled).valid
    edition = tables.Edition(make.NOON, 1, "Samen", "x", "https://example.org", "CC-BY-4.0")
    in_the_files = tables.descriptor(edition)
    assert compiled["resources"] == in_the_files["resources"]
    assert in_the_files.keys() - compiled.keys() == {"version", "created"}


def merged(target: Any, patch: Any) -> Any:
    """JSON Merge Patch, RFC 7386, as it is written there."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


def test_p9_the_compiled_schemas_stand_by_themselves(ask: Ask) -> None:
    service = ask.get(f"services/{make.service().id}")
    registry: Registry[Any] = Registry()
    for name in SHAPES:
        schema = ask.get(f"schema/{name}.json")
        Draft202012Validator.check_schema(schema)
        assert schema["$id"].endswith(f"/api/hsds/3.2/schema/{name}.json")
        resource = Resource.from_contents(schema, default_specification=DRAFT202012)
        registry = registry.with_resource(schema["$id"], resource)
        if name == "service":
            assert not list(Draft202012Validator(schema).iter_errors(service))
    ask.get("schema/nothing.json", expect=404)


def test_the_guide_is_for_people(client: Client) -> None:
    answer = client.get(f"{BASE}/guide")

    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert b"curl" in answer.content


# --- P12: hours ---------------------------------------------------------------------------------


def test_p12_hours_come_as_each_version_has_them(ask: Ask, hsds: Hsds) -> None:
    service = make.service(hours="weekly", hours_confirmed=True)
    for day in (0, 1):
        OpeningHours.objects.create(service=service, weekday=day, opens=time(9), closes=time(17))
    HoursException.objects.create(service=service, date=make.NOON.date())
    path = f"services/{service.id}"

    older, newer = ask.get(path), ask.get(path, base="/api/hsds/3.3")

    assert not hsds.errors(older)
    assert not hsds.errors(newer)
    assert "operating_hours" not in older
    assert not {"schedules", "events"} & newer.keys()
    usual, unusual = newer["operating_hours"]
    assert (usual["group"], unusual["group"]) == ("usual", "exceptions")
    assert (usual["byday"], usual["opens_at"], usual["closes_at"]) == ("MO,TU", "09:00", "17:00")
    assert unusual["valid_from"] == unusual["valid_to"] == "2026-11-22"
    assert older["schedules"] == [
        {name: value for name, value in row.items() if name != "group"}
        for row in newer["operating_hours"]
    ]
    for said in (older, newer):
        check("services", said)


# --- S1, S2, S3, S4: what must never be in it ---------------------------------------------------


def everything(ask: Ask) -> Iterator[str]:
    for standard in ("3.2", "3.3"):
        buckets.cache_clear()
        base = f"/api/hsds/{standard}"
        for kind in LISTS:
            asked: list[dict[str, Any]] = [{}, {"lang": "ar"}]
            if not kind.startswith("taxonom"):
                asked += [{"full": "true"}, {"full": "true", "lang": "en"}]
            for said in asked:
                page = ask.get(kind, base=base, **said)
                yield json.dumps([page, ask.lines(kind, base=base, **said)], ensure_ascii=False)
                for record in page["contents"]:
                    one = ask.get(f"{kind}/{record['id']}", base=base)
                    yield json.dumps(one, ensure_ascii=False)
        whole = ask.get("organizations", base=base, full_service="true")
        yield json.dumps([whole, ask.get("services", base=base, minimal="true")])


def test_s1_nothing_of_a_confidential_place_is_in_any_answer(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town = places.place("utrecht")
    service = make.service(notes=INSIDE, sources=[INSIDE])
    make.phone(service, "0800-9876543", confirmed=False)
    there = make.location(service, street=f"{MARKER} 7", place=town)
    Location.objects.filter(pk=there.pk).update(name=MARKER, postal_code="9876 ZZ")
    make.text(service, body="مأوى", language="ar")
    make.answers(service, needs.need("sup.shelter"))
    make.service(name=INSIDE, publish=Service.Publish.HIDDEN)
    actions.keep_documents(most=100)
    assert any(MARKER in said for said in everything(ask))  # while it is an open place
    assert ask.ids("service_at_locations", postcode="9876", proximity=1000)
    [link] = ask.ids("service_at_locations")
    become_secret(service)

    assert ServiceAtLocation.objects.filter(service=service).exists()
    said = list(everything(ask))
    for text in said:
        assert MARKER not in text
        assert INSIDE not in text
        assert "9876" not in bare(text)  # neither the postcode nor the number
        assert str(there.pk) not in text
    assert ask.ids("service_at_locations") == []
    ask.get(f"service_at_locations/{link}", expect=404)
    assert ask.get(f"services/{service.id}")["address_withheld"] is True
    # S2: nor can it be found by where it is.
    refused = ask.get("service_at_locations", postcode="9876", proximity=1000, expect=400)
    assert "No place on this map" in refused["detail"]
    assert ask.ids("services", search=MARKER) == []
    assert MARKER not in caplog.text


def become_secret(service: Service) -> None:
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


def test_s2_a_hidden_place_is_at_no_distance_from_anywhere(ask: Ask) -> None:
    """Two services for the whole country, one with an open place and one with a secret one."""
    town = places.place("utrecht")
    shown, hidden = make.service(), make.service()
    place = make.location(shown, place=town)
    Location.objects.filter(pk=place.pk).update(postal_code="3512 JE")
    make.confidential_location(hidden)

    for metres in (0, 1000, 500_000):
        page = ask.get("service_at_locations", postcode="3512", proximity=metres)
        assert [each["service_id"] for each in page["contents"]] == [str(shown.id)]


@pytest.mark.parametrize("way", ["get", "post"])
def test_s3_nothing_that_was_asked_is_in_a_log_or_in_an_answer(
    ask: Ask, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    caplog.set_level(logging.DEBUG)
    word = "zebrapadachtig"
    asked: list[tuple[str, dict[str, str], int]] = [
        ("services", {"search": word}, 200),
        ("services", {"page": word}, 400),
        ("services", {"organization_id": word}, 400),
        ("service_at_locations", {"postcode": word}, 400),
    ]
    for kind, said, expect in asked:
        if way == "get":
            found = ask.get(kind, expect=expect, **dict[str, Any](said))
        else:
            found = ask.post(kind, said, expect=expect)
        assert word not in json.dumps(found)
        assert word not in str(ask.answer.headers)
    logged = [
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    ]
    assert word not in " ".join(logged)


def test_s4_no_name_of_a_person_and_no_way_to_one(ask: Ask) -> None:
    make.service(assured_on=make.NOON.date(), assurer="steward", verified="person")

    said = "".join(everything(ask))

    assert "2026-11-22" in said
    for name in ("assurer_email", "updated_by", "contacts", "metadata", "keeper", "steward"):
        assert name not in said


# --- the live application, asked as nobody thinks of --------------------------------------------


@pytest.mark.usefixtures("db")
def test_the_live_application_answers_what_its_file_says_and_never_breaks() -> None:
    """Schemathesis, with the seed that makes the same questions each time."""
    service = make.service(what="Een veilig huis.", cost="free")
    make.text(service, body="بيت آمن.", language="ar", field=ServiceText.Field.WHAT)
    make.answers(service, needs.need("sup.shelter"))
    make.location(service)
    with connection_kept():
        schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", WSGIHandler())
    asked: Counter[str] = Counter()
    for found in schema.get_all_operations():
        with connection_kept():
            asking(found, asked)()
    every = {
        f"{way.upper()} {path}" for path, ways in schema.raw_schema["paths"].items() for way in ways
    }
    # The one that it has read to know the others.
    assert every - asked.keys() == {"GET /openapi.json"}
    assert sum(asked.values()) > 80


def asking(found: Any, asked: Counter[str]) -> Any:
    operation = found.ok()
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]

    @seed(20261122)
    @settings(
        max_examples=8,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask_it(case: Any) -> None:
        asked[operation.label] += 1
        buckets.cache_clear()
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    return ask_it


def test_documents_and_journal_agree(ask: Ask) -> None:
    """What a list says of a service is what its record says."""
    service = make.service()
    assert services.stamps([service.id])
    [listed] = ask.get("services")["contents"]
    whole = ask.get(f"services/{service.id}")
    assert {name: whole[name] for name in listed if name != "organization"} == {
        name: value for name, value in listed.items() if name != "organization"
    }
