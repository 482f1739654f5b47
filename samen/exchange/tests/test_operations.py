"""The sixteen operations of HSDS 3.2.3, each parameter, and what is answered when it cannot be."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samen.directory import actions as directory
from samen.directory.models import (
    Change,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from samen.directory.tests import make
from samen.exchange import actions
from samen.exchange.api.limits import Buckets
from samen.exchange.queries import meant
from samen.exchange.rules import Term, taxonomy_id, taxonomy_kinds, term_id, without_children
from samen.exchange.rules.operations import OF_ONE, PARAMETERS
from samen.exchange.tests.asking import BASE, LISTS, Ask, ask
from samen.exchange.tests.schemas import Hsds, hsds
from samen.foundation.actor import job
from samen.needs.tests import make as needs
from samen.places.models import Place
from samen.places.tests import make as places
from samen.search.engine import shelf
from samen.search.queries.index import root

__all__ = ["ask", "hsds"]  # fixtures

pytestmark = pytest.mark.django_db

EVERYTHING = 10_000
# Ours, beside those of the official file.
OWN = {"lang"}


def changed(service: Service, *, minutes: int = 0, name: str = "") -> Service:
    """As an edit does, so that its document has a moment."""
    service.refresh_from_db()
    at = make.NOON + timedelta(minutes=minutes)
    make.change(service, at=at, name={"name": name or f"Nieuwe naam {minutes}"})
    return service


def hide(service: Service, verb: str = "withdrawn") -> None:
    make.change(service, verb=verb, publish={"publish": "hidden"})


# --- P1, P4: everything of the official file --------------------------------------------------


def test_p4_every_parameter_of_the_official_file_is_known_and_no_other(hsds: Hsds) -> None:
    for path, ways in hsds.paths.items():
        kind = path.strip("/").partition("/")[0]
        ours = (OF_ONE if "{id}" in path else PARAMETERS).get(kind, ())
        for way in {"get", "post"} & ways.keys():
            official = {
                each.get("name") or each["$ref"].rpartition("/")[2]
                for each in ways[way].get("parameters", [])
            }
            assert set(ours) - OWN == official


def test_p1_the_sixteen_operations_answer(ask: Ask, hsds: Hsds) -> None:
    service = make.service()
    make.answers(service, needs.need("sup.shelter"))
    make.location(service)
    answered = [("get", "/")]
    assert not hsds.errors(ask.get(""), "/")
    for kind in LISTS:
        page = ask.get(kind)
        assert not hsds.errors(page, f"/{kind}")
        one = ask.get(f"{kind}/{page['contents'][0]['id']}")
        assert not hsds.errors(one, f"/{kind}/{{id}}")
        assert ask.post(kind) == page
        answered += [("get", f"/{kind}"), ("get", f"/{kind}/{{id}}"), ("post", f"/{kind}")]
    official = [(way, path) for path in hsds.paths for way in hsds.paths[path]]
    assert sorted(answered) == sorted(each for each in official if each[0] in {"get", "post"})


@pytest.mark.parametrize("kind", LISTS)
def test_p3_an_empty_list_is_one_without_pages(ask: Ask, hsds: Hsds, kind: str) -> None:
    page = ask.get(kind, search="zzzzzz")

    assert not hsds.errors(page, f"/{kind}")
    assert page == {
        "total_items": 0,
        "total_pages": 0,
        "page_number": 1,
        "size": 0,
        "first_page": True,
        "last_page": True,
        "empty": True,
        "contents": [],
    }
    assert ask.lines(kind, search="zzzzzz") == []


def test_p3_pages_add_up_and_nothing_is_beyond_the_last(ask: Ask) -> None:
    made = [str(make.service().id) for _ in range(7)]

    pages = list(ask.pages("services", per_page=3))

    assert [page["size"] for page in pages] == [3, 3, 1]
    assert [each["id"] for page in pages for each in page["contents"]] == made
    beyond = ask.get("services", page=9, per_page=3)
    assert (beyond["empty"], beyond["last_page"], beyond["first_page"]) == (True, True, False)


@pytest.mark.parametrize("kind", ["services", "organizations", "service_at_locations"])
def test_far_pages_are_the_same_stretches_as_near_ones(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Where a far page begins is remembered for a revision of the map, and no longer."""
    each = (make.organization(f"o-{number}") for number in range(5))
    made = [changed(make.service(organization=organization)) for organization in each]
    for service in (*made[:3], made[0], made[0], made[0]):
        make.location(service)  # several of one service have the same number

    def read(**narrowed: str) -> list[list[str]]:
        pages = ask.pages(kind, per_page=2, **narrowed)
        return [[each["id"] for each in page["contents"]] for page in pages]

    after = {} if kind == "organizations" else {"modified_after": "2020-01-01T00:00:00Z"}
    near, near_after = read(), read(**after)
    monkeypatch.setattr(meant, "_EVERY", 3)

    assert (read(), read(**after)) == (near, near_after)
    hide(made[1])
    left = read()
    monkeypatch.setattr(meant, "_EVERY", 1_000)
    assert left == read() != near
    assert ask.get(kind, page=50, per_page=2)["empty"]


def test_a_far_page_costs_no_more_than_a_near_one(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meant, "_EVERY", 2)
    for _ in range(6):
        make.service()
    ask.get("services", page=5, per_page=1)  # finds out where stretches begin
    with CaptureQueriesContext(connection) as questions:
        ask.get("services", page=6, per_page=1)

    offsets = re.findall(r"OFFSET (\d+)", " ".join(each["sql"] for each in questions))
    assert all(int(offset) < 2 for offset in offsets)
    assert not any("ROW_NUMBER" in each["sql"] for each in questions)


# --- parameters of services ---------------------------------------------------------------------


def test_search_finds_every_word_in_names_and_texts(ask: Ask) -> None:
    both = make.service(name="Opvang voor vrouwen", what="Een veilig huis met een tuin.")
    make.service(name="Opvang voor mannen", what="Een veilig huis.")

    assert ask.ids("services", search="tuin opvang") == [str(both.id)]
    assert ask.ids("services", search="vrouwn") == [str(both.id)]  # one letter is missing
    assert ask.ids("services", search="!?") == []


def test_taxonomy_terms_taxonomies_organisations_and_words_narrow_together(ask: Ask) -> None:
    shelter, women = needs.need("sup.shelter"), needs.need("grp.women")
    one, two, three = (make.service(name=f"Huis {name}") for name in ("rood", "groen", "blauw"))
    elsewhere = make.service(organization=make.organization("ander", "Ander"), name="Huis rood")
    for service in (one, two, elsewhere):
        make.answers(service, shelter)
    directory_groups(three, women)
    term, kind = str(Term("sup.shelter", "sup", "").id), str(taxonomy_id("sup"))
    owner = str(one.organization_id)

    def ids(**said: Any) -> set[str]:
        found = ask.ids("services", **said)
        assert {line["id"] for line in ask.lines("services", **said)} == set(found)
        return set(found)

    assert ids(taxonomy_term_id=term) == {str(s.id) for s in (one, two, elsewhere)}
    assert ids(taxonomy_id=kind) == {str(s.id) for s in (one, two, elsewhere)}
    assert ids(taxonomy_id=str(taxonomy_id("grp"))) == {str(three.id)}
    assert ids(taxonomy_term_id=term, organization_id=owner) == {str(one.id), str(two.id)}
    together = ids(taxonomy_term_id=term, organization_id=owner, search="rood", taxonomy_id=kind)
    assert together == {str(one.id)}
    assert ids(taxonomy_term_id=str(uuid4())) == set()
    assert ids(organization_id=str(uuid4())) == set()


def directory_groups(service: Service, group: Any) -> None:
    service.groups.create(group=group)


def test_p5_modified_after_is_inclusive_to_the_millisecond(ask: Ask) -> None:
    changed(make.service(), minutes=0)
    later = changed(make.service(), minutes=5)
    moment = ask.get(f"services/{later.id}")["last_modified"]
    assert moment == "2026-11-22T12:05:00.000Z"

    assert ask.ids("services", modified_after=moment) == [str(later.id)]
    assert ask.ids("services", modified_after="2026-11-22T13:05:00.000+01:00") == [str(later.id)]
    assert ask.ids("services", modified_after="2026-11-22T12:05:00.001Z") == []
    assert len(ask.ids("services", modified_after="2026-11-22")) == 2


def test_minimal_is_one_page_of_ids_and_moments(ask: Ask, hsds: Hsds) -> None:
    made = [changed(make.service(), minutes=minutes) for minutes in range(60)]

    page = ask.get("services", minimal="true")

    assert not hsds.errors(page, "/services")
    assert (page["size"], page["total_pages"], page["last_page"]) == (60, 1, True)
    assert [each["id"] for each in page["contents"]] == [str(each.id) for each in made]
    assert page["contents"][1]["last_modified"] == "2026-11-22T12:01:00.000Z"
    assert page["contents"][1]["modified_date"] == page["contents"][1]["last_modified"]
    assert "description" not in page["contents"][1]
    assert ask.get("services", minimal="true", per_page=7)["size"] == 7
    assert ask.get("services", minimal="true", page=2)["size"] == 10


def test_full_is_nested_and_a_list_is_not(ask: Ask) -> None:
    service = make.service()
    make.phone(service)

    [short] = ask.get("services")["contents"]
    [full] = ask.get("services", full="true")["contents"]

    assert full == ask.get(f"services/{service.id}")
    assert full["phones"][0]["number"] == "0800-2000"
    official_lists = {name for name, value in full.items() if isinstance(value, list)}
    assert not official_lists - {"channels"} & short.keys()
    assert short["organization"]["name"] == "Veilig Thuis"
    assert {**full, **short}.keys() == full.keys()


def test_lines_are_everything_without_pages(ask: Ask, hsds: Hsds) -> None:
    made = {str(make.service().id) for _ in range(60)}

    short, full = ask.lines("services"), ask.lines("services", full="true")

    assert ask.answer.streaming
    assert {line["id"] for line in short} == {line["id"] for line in full} == made
    assert not any(hsds.errors(line) for line in full)
    assert full[0] == ask.get(f"services/{full[0]['id']}")


def test_a_stream_goes_on_behind_what_it_read_whatever_the_size_of_a_piece(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samen.exchange.queries.lists._AT_ONCE", 2)
    services = [make.service() for _ in range(5)]
    for service in services:
        make.location(service)
        make.location(service, street="Neude 2")

    for kind in ("services", "organizations", "service_at_locations"):
        lines = ask.lines(kind)
        assert [line["id"] for line in lines] == ask.ids(kind)
        assert len({line["id"] for line in lines}) == len(lines)
    assert len(ask.lines("service_at_locations")) == 10
    assert len(ask.lines("service_at_locations", search="hulp")) == 10


# --- the other lists ----------------------------------------------------------------------------


def test_an_organisation_has_its_services_by_name_or_whole(ask: Ask, hsds: Hsds) -> None:
    service = make.service()
    make.phone(service)
    hidden = make.service(publish=Service.Publish.HIDDEN, name="Verborgen")
    owner = str(service.organization_id)

    [short] = ask.get("organizations")["contents"]
    [full] = ask.get("organizations", full="true")["contents"]
    [whole] = ask.get("organizations", full_service="true")["contents"]

    assert "services" not in short
    assert full["services"] == [{"id": str(service.id), "name": service.name, "status": "active"}]
    assert whole["services"] == [ask.get(f"services/{service.id}")]
    assert ask.get(f"organizations/{owner}") == full
    assert ask.get(f"organizations/{owner}", full_service="true") == whole
    assert not hsds.errors(whole, "/organizations/{id}")
    assert hidden.name not in json.dumps(whole)


def test_an_organisation_of_which_nothing_is_published_is_not_there(ask: Ask) -> None:
    shown = make.service()
    secret = make.organization("geheim", "Geheim")
    make.service(organization=secret, publish=Service.Publish.HIDDEN)
    make.answers(shown, needs.need("sup.shelter"))

    assert ask.ids("organizations") == [str(shown.organization_id)]
    ask.get(f"organizations/{secret.id}", expect=404)
    term = str(Term("sup.shelter", "sup", "").id)
    assert ask.ids("organizations", taxonomy_term_id=term) == [str(shown.organization_id)]
    assert ask.ids("organizations", taxonomy_id=str(taxonomy_id("grp"))) == []
    assert ask.ids("organizations", search="veilig") == [str(shown.organization_id)]
    assert ask.ids("organizations", search="geheim") == []


def test_a_service_at_a_place_has_both(ask: Ask, hsds: Hsds) -> None:
    service = changed(make.service())
    make.location(service)

    [short] = ask.get("service_at_locations")["contents"]
    [full] = ask.get("service_at_locations", full="true")["contents"]

    assert short["service"]["id"] == full["service"]["id"] == str(service.id)
    assert "addresses" not in short["location"]
    assert full["location"]["addresses"][0]["address_1"] == "Domplein 1"
    assert "service_at_locations" not in full["service"]
    assert not hsds.errors(full, "/service_at_locations/{id}")
    assert ask.get(f"service_at_locations/{full['id']}") == full
    for said in (
        {"search": "nieuwe"},
        {"organization_id": str(service.organization_id)},
        {"modified_after": "2026-11-22T12:00:00Z"},
    ):
        assert ask.ids("service_at_locations", **said) == [full["id"]]
    for said in ({"search": "niets"}, {"modified_after": "2026-11-23"}):
        assert ask.ids("service_at_locations", **said) == []


def somewhere(slug: str, *, north: float, postcode: str, **columns: Any) -> ServiceAtLocation:
    """A service in a town of its own."""
    town = places.place(slug)
    Place.objects.filter(pk=town.pk).update(latitude=north)
    service = make.service(**columns)
    there = make.location(service, place=town)
    Location.objects.filter(pk=there.pk).update(postal_code=postcode)
    return ServiceAtLocation.objects.get(service=service)


def test_the_postcode_of_what_is_not_on_the_map_is_not_known(ask: Ask) -> None:
    somewhere("hier", north=52.0, postcode="3512 JE")
    somewhere("weg", north=53.0, postcode="9876 ZZ", publish=Service.Publish.HIDDEN)

    assert ask.ids("service_at_locations", postcode="3512")
    for unknown in ("9876", "1111"):
        refused = ask.get("service_at_locations", postcode=unknown, expect=400)
        assert refused["parameter"] == "postcode"


def test_proximity_is_measured_in_metres_from_the_centre_of_the_postcode(ask: Ask) -> None:
    here = somewhere("hier", north=52.0, postcode="3512 JE")
    near = somewhere("dichtbij", north=52.05, postcode="6811 AA")  # five and a half kilometres
    for link in (here, near):
        ServiceArea.objects.create(service=link.service)  # for the whole country

    def ids(**said: Any) -> list[str]:
        return ask.ids("service_at_locations", postcode="3512je", **said)

    assert ids() == [str(here.id), str(near.id)]
    assert ids(proximity=0) == [str(here.id)]
    assert ids(proximity="5000") == [str(here.id)]
    assert ids(proximity=6000) == [str(here.id), str(near.id)]
    assert ids(proximity=6000, search="niets") == []
    assert ask.lines("service_at_locations", postcode="3512", proximity=5000) == [
        ask.get("service_at_locations")["contents"][0]
    ]


def test_a_postcode_means_whom_a_service_is_for(ask: Ask) -> None:
    """By the area of the service where it has one, else by where it is."""
    here = somewhere("hier", north=52.0, postcode="3512 JE")
    other = somewhere("elders", north=51.0, postcode="6811 AA")
    utrecht, arnhem = places.municipality("utrecht"), places.municipality("arnhem", "Arnhem")
    Place.objects.filter(slug="hier").update(municipality=utrecht)
    Place.objects.filter(slug="elders").update(municipality=arnhem)
    ServiceArea.objects.create(service=other.service, municipality=arnhem)

    assert ask.ids("service_at_locations", postcode="3512") == [str(here.id)]
    assert ask.ids("service_at_locations", postcode="6811") == [str(other.id)]
    ServiceArea.objects.create(service=here.service, municipality=arnhem)
    assert ask.ids("service_at_locations", postcode="3512") == []
    assert ask.ids("service_at_locations", postcode="6811") == [str(here.id), str(other.id)]


def test_a_postcode_that_no_place_has_is_refused_with_the_reason(ask: Ask) -> None:
    said = ask.get("service_at_locations", postcode="9999 ZZ", expect=400)

    assert said["parameter"] == "postcode"
    assert "No place on this map" in said["detail"]
    said = ask.get("service_at_locations", proximity=500, expect=400)
    assert said["parameter"] == "proximity"


def test_terms_are_found_by_taxonomy_and_words_and_none_is_for_colleagues(ask: Ask) -> None:
    shelter = needs.need("sup.shelter", label="Opvang")
    needs.need("grp.women", label="Vrouwen")
    needs.need("gbvims.rape", label="Geheim", staff_only=True)
    needs.need("sup.secret", label="Geheim", staff_only=True)
    term = str(Term(shelter.key, "sup", "").id)

    assert len(ask.ids("taxonomy_terms")) == 2
    assert ask.ids("taxonomy_terms", taxonomy_id=str(taxonomy_id("sup"))) == [term]
    assert ask.ids("taxonomy_terms", search="opvang") == [term]
    assert ask.ids("taxonomy_terms", parent_id=term) == []
    assert len(ask.ids("taxonomy_terms", top_only="true")) == 2
    assert len(ask.ids("taxonomies")) == len(taxonomy_kinds())
    assert ask.ids("taxonomies", search="SOORTEN") == [str(taxonomy_id("sup"))]
    assert "Geheim" not in json.dumps(ask.lines("taxonomy_terms"))
    said = ask.get(f"taxonomy_terms/{term}")
    assert (said["name"], said["code"]) == ("Opvang", "sup.shelter")
    assert said["taxonomy_detail"]["id"] == said["taxonomy_id"]


def test_terms_without_children_are_those_that_nobody_calls_a_parent() -> None:
    above = Term("sup.a", "sup", "A")
    below = Term("sup.b", "sup", "B", parent=above.id)

    assert without_children([above, below]) == [below]


def test_p6_a_term_has_the_same_id_everywhere() -> None:
    assert str(Term("sup.shelter", "sup", "Opvang").id) == "8a4305b9-210a-54e7-9cd1-9282e4b4997d"


# --- asked by POST ------------------------------------------------------------------------------


def test_s3_a_question_can_come_in_a_body_that_no_address_shows(ask: Ask) -> None:
    service = make.service(name="Opvang", what="Een tuin.")
    make.service()
    wanted = ask.get("services", search="tuin", full="true", per_page=1)

    assert ask.post("services", {"search": "tuin", "full": True, "per_page": 1}) == wanted
    assert ask.post("services", {"search": "tuin", "full": None}, per_page=1, full="true") == wanted
    urlencoded = "application/x-www-form-urlencoded"
    for form in (
        Client().post(f"{BASE}/services", {"search": "tuin"}),
        Client().post(f"{BASE}/services", "search=tuin", content_type=urlencoded),
    ):
        assert [each["id"] for each in form.json()["contents"]] == [str(service.id)]
    answer = Client().post(f"{BASE}/services", "search: tuin", content_type="text/yaml")
    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ("{", "body"),
        ("[" * 50_000, "body"),
        ('{"page": {"a": 1}}', "page"),
        ('{"page": 1.5}', "page"),
        ('{"search": "a", "organization_id": "x"}', "organization_id"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client: Client, body: str, parameter: str) -> None:
    answer = client.post(f"{BASE}/services", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize("body", ["[]", "3", '"tuin"', "null", "[{}]"])
def test_p7_json_that_is_no_question_is_understood_and_yet_not_a_question(
    client: Client, body: str
) -> None:
    answer = client.post(f"{BASE}/services", body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == "body"


def test_what_is_said_twice_must_be_the_same(ask: Ask) -> None:
    said = ask.post("services", {"search": "tuin"}, search="huis", expect=400)

    assert said["parameter"] == "search"
    assert "tuin" not in json.dumps(said)


# --- what cannot be answered --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        ("services", "format", "xml"),
        ("services", "page", "0"),
        ("services", "page", "-1"),
        ("services", "page", "two"),
        ("services", "page", "٣"),
        ("services", "per_page", "0"),
        ("services", "per_page", "1001"),
        ("services", "full", "maybe"),
        ("services", "minimal", "2"),
        ("services", "modified_after", "yesterday"),
        ("services", "modified_after", "0001-01-01T00:00:00+14:00"),
        ("services", "taxonomy_id", "shelter"),
        ("services", "taxonomy_term_id", "{3f7b145d-84af-42d7-8fae-eaca714b02b2}"),
        ("services", "organization_id", "' OR 1=1"),
        ("services", "search", "a\x00b"),
        ("services", "search", "a" * 501),
        ("organizations", "search", "woord " * 21),
        ("services", "lang", "xx"),
        ("services", "postcode", "3512JE"),
        ("services", "bogus", "1"),
        ("organizations", "full_service", "perhaps"),
        ("organizations", "modified_after", "2026-11-22"),
        ("service_at_locations", "postcode", "ABCD"),
        ("service_at_locations", "proximity", "near"),
        ("service_at_locations", "proximity", "-5"),
        ("taxonomy_terms", "top_only", "top"),
        ("taxonomy_terms", "parent_id", "1"),
        ("taxonomies", "full", "true"),
    ],
)
def test_p4_what_is_not_known_is_refused_with_its_name(
    ask: Ask, kind: str, parameter: str, value: str
) -> None:
    said = ask.get(kind, expect=400, **{parameter: value})

    assert said["parameter"] == parameter
    if len(value) > 3:
        assert value not in json.dumps(said)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("record", [str(UUID(int=7)), "7", "nothing", "%00"])
def test_an_unknown_id_is_not_here(ask: Ask, kind: str, record: str) -> None:
    ask.get(f"{kind}/{record}", expect=404)


def test_p6_a_withdrawn_service_answers_gone_and_one_never_shown_does_not_exist(ask: Ask) -> None:
    shown, never = changed(make.service()), make.service(publish=Service.Publish.HIDDEN)
    make.location(shown)
    [link] = ask.ids("service_at_locations")
    hide(shown)
    changed(never)

    assert "merged_into" not in ask.get(f"services/{shown.id}", expect=410)
    ask.get(f"service_at_locations/{link}", expect=410)
    ask.get(f"organizations/{shown.organization_id}", expect=410)
    ask.get(f"services/{never.id}", expect=404)


def test_p6_an_entry_that_was_hidden_by_an_edit_is_gone_too(ask: Ask) -> None:
    shown = changed(make.service())
    hide(shown, verb="changed")

    ask.get(f"services/{shown.id}", expect=410)


def test_p6_a_merged_service_says_into_which_one(ask: Ask) -> None:
    gone, stays = changed(make.service()), changed(make.service())
    gone.refresh_from_db()
    directory.merge_service(
        service_id=gone.id,
        into=stays.id,
        version=gone.version,
        why="",
        by=job("test"),
        at=make.NOON,
    )

    assert ask.get(f"services/{gone.id}", expect=410)["merged_into"] == str(stays.id)
    hide(stays)
    assert "merged_into" not in ask.get(f"services/{gone.id}", expect=410)


def test_p6_a_term_that_became_one_for_colleagues_is_gone(ask: Ask) -> None:
    def bring(*concepts: dict[str, Any], minutes: int) -> None:
        at = make.NOON + timedelta(minutes=minutes)
        report = directory.import_needs(data=needs.content(*concepts), by=job("import_map"), at=at)
        assert not report.refused

    shown, never = needs.concept("sup.shelter", 1), needs.concept("sup.secret", 2)
    staff = {"audience": "staff"}
    bring(shown, never | staff, minutes=0)
    [term] = ask.ids("taxonomy_terms")
    bring(shown | staff, never | staff, minutes=1)
    bring(shown | staff, never | staff | {"sensitive": True}, minutes=2)

    assert ask.get(f"taxonomy_terms/{term}", expect=410)["since"] == "2026-11-22T12:01:00.000Z"
    ask.get(f"taxonomy_terms/{term_id('sup.secret')}", expect=404)
    bring(shown, never | staff, minutes=3)
    ask.get(f"taxonomy_terms/{term}")
    # What left the file stays on the map.
    bring(minutes=4)
    ask.get(f"taxonomy_terms/{term}")


def test_p6_a_taxonomy_is_there_for_ever() -> None:
    """Whoever takes one out of the software has to make its id answer that it is gone."""
    assert {"sit", "sup", "grp", "form", "context", "phase", "window"} <= {*taxonomy_kinds()}


FILES = ("", "openapi.json", "guide", "profile/", "profile/service.json", "schema/service.json")


@pytest.mark.parametrize("path", [*FILES, "changes", f"services/{UUID(int=7)}"])
def test_p4_whatever_is_asked_beside_what_is_known_is_refused_with_its_name(
    ask: Ask, path: str
) -> None:
    said = ask.get(path, bogus="zebra", expect=400)

    assert said["parameter"] == "bogus"
    assert "zebra" not in json.dumps(said)


@pytest.mark.parametrize("path", [f"{BASE}/{file}" for file in FILES] + ["/feeds/samen.csv"])
def test_p11_a_file_takes_its_turn_too(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("samen.exchange.api.turns.buckets", Buckets(size=1, per_second=0.01))

    first, second = client.get(path), client.get(path)

    assert first.status_code in (200, 503)  # of an empty map there are no files to take along
    assert second.status_code == 429
    assert int(second.headers["Retry-After"]) > 0


# --- asked again --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["services", "organizations", "taxonomy_terms", "services/{id}"])
def test_p5_who_has_it_already_is_told_so_in_a_few_bytes(ask: Ask, path: str) -> None:
    service = changed(make.service())
    path = path.format(id=service.id)
    ask.get(path)
    tag = ask.answer.headers["ETag"]

    ask.get(path, headers={"if-none-match": f'"other", W/{tag}'}, expect=304)
    assert ask.answer.headers["ETag"] == tag
    changed(service, minutes=1, name="Anders")
    ask.get(path, headers={"if-none-match": tag})
    assert ask.answer.headers["ETag"] != tag


def test_an_answer_from_an_older_index_is_not_known_again(ask: Ask) -> None:
    """Needs have changed and another process builds: words are looked for in what was there."""
    make.service(name="Tuin")
    ask.get("services", search="tuin")

    with shelf.only_builder(root()) as mine:
        assert mine
        Change.objects.create(at=make.NOON, kind="need", record=uuid4(), verb="changed")
        ask.get("services", search="tuin")
        older = ask.answer.headers["ETag"]
    ask.get("services", search="tuin", headers={"if-none-match": older})

    assert ask.answer.headers["ETag"] != older


def test_another_question_or_language_has_another_tag(ask: Ask) -> None:
    make.service()
    tags = set()
    asked: list[dict[str, Any]] = [{}, {"page": 2}, {"full": "true"}, {"lang": "ar"}]
    for said in asked:
        ask.get("services", **said)
        tags.add(ask.answer.headers["ETag"])
    ask.get("services", base="/api/hsds/3.3")
    tags.add(ask.answer.headers["ETag"])

    assert len(tags) == 5


# --- languages ----------------------------------------------------------------------------------


def test_l1_l2_texts_come_in_the_language_asked_for_and_say_when_there_is_none(
    ask: Ask, hsds: Hsds
) -> None:
    service = make.service(what="Een veilig huis.", cost="free")
    make.text(service, body="بيت آمن.", language="ar")
    path = f"services/{service.id}"

    original = ask.get(path)
    assert ask.answer.headers["Content-Language"] == "nl"
    assert original["description"] == "Een veilig huis."
    assert original["translations"]["ar"]["description"] == {
        "text": "بيت آمن.",
        "state": "out of date",
    }

    arabic = ask.get(path, lang="ar")
    assert ask.answer.headers["Content-Language"] == "ar"
    assert arabic["description"] == "بيت آمن."
    assert arabic["text_languages"] == {"description": "ar"}
    assert not hsds.errors(arabic)

    persian = ask.get(path, headers={"accept-language": "fa-IR, fa;q=0.9, ar;q=0.5"})
    assert ask.answer.headers["Content-Language"] == "fa"
    assert "Accept-Language" in ask.answer.headers["Vary"]
    assert persian["description"] == "Een veilig huis."
    assert persian["text_languages"] == {"description": "nl"}

    [listed] = ask.get("services", lang="ar")["contents"]
    assert listed["description"] == "بيت آمن."
    assert "translations" not in listed
    assert not hsds.errors(ask.get("services", lang="ar"), "/services")


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_comes_in_every_language(ask: Ask, hsds: Hsds, kind: str) -> None:
    service = make.service()
    make.answers(service, needs.need("sup.shelter"))
    make.location(service)

    for language in ("en", "ti", "ps"):
        assert not hsds.errors(ask.get(kind, lang=language), f"/{kind}")
        assert ask.answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "nl"), ("*", "nl"), ("ja", "nl"), ("ja, tr;q=0.3", "tr"), ("ar;q=nonsense", "nl")],
)
def test_a_header_that_means_nothing_to_us_gets_the_original(
    ask: Ask, header: str, language: str
) -> None:
    ask.get("services", headers={"accept-language": header})

    assert ask.answer.headers["Content-Language"] == language


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "services",
        "services?full=true",
        "organizations?full_service=true",
        "service_at_locations?full=true",
        "taxonomy_terms",
        "services?minimal=true",
    ],
)
def test_a_page_asks_the_same_number_of_questions_whatever_is_on_it(
    client: Client, path: str
) -> None:
    def asked_for() -> int:
        client.get(f"{BASE}/{path}").getvalue()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{BASE}/{path}").getvalue()
        return len(queries)

    def more(count: int) -> None:
        for _ in range(count):
            owner = make.organization(f"org-{Organization.objects.count()}", "Org")
            service = make.service(organization=owner)
            make.location(service)
            changed(service)
        actions.keep_documents(most=EVERYTHING)

    needs.need("sup.shelter")
    more(1)
    few = asked_for()
    more(20)

    assert asked_for() <= few <= 9
    assert Change.objects.exists()
