"""The pages of the desk about sources: looked at first, taken in, decided, and taken back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from samen.directory import actions as directory
from samen.directory.models import Service
from samen.directory.tests import make as services
from samen.directory.tests.make import NOON
from samen.exchange import jobs as exchange
from samen.exchange.models import Difference, Held, Run, Source
from samen.exchange.tests import make
from samen.exchange.tests.make import STEWARD, bring, held, record
from samen.exchange.tests.site import Feed, feed
from samen.foundation.actor import Actor, ActorKind
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.stewardship import jobs
from samen.stewardship.actions.suggesting import approve_suggestion
from samen.stewardship.models import Candidate, Suggestion
from tests.visit import Visit, check_headers, words

pytestmark = pytest.mark.django_db
FAILING = '.numbers a[href="/desk/sources/#silent"]'


@pytest.fixture
def steward(visit: Visit) -> User:
    places.place("utrecht", name="Utrecht", municipality=places.municipality("utrecht"))
    user = people.colleague(Role.STEWARD, municipality="utrecht", name="Anna")
    visit.sign_in(user)
    return user


@pytest.fixture
def list_(tmp_path: Path) -> Iterator[Feed]:
    with feed(tmp_path) as said:
        said.records = [record(f"r{n}", accreditations="ISO") for n in range(3)]
        with patch.object(django_settings, "FETCH_OPENINGS", dict(said.gate.openings)):
            yield said


def form(**fields: Any) -> dict[str, Any]:
    return {
        "municipality": "utrecht",
        "name": "Sociale kaart",
        "kind": "hsds",
        "licence": "CC0",
        "hours": "24",
        "absences": "3",
    } | fields


def file(*records: dict[str, Any]) -> SimpleUploadedFile:
    return SimpleUploadedFile("map.json", json.dumps({"contents": records}).encode())


def edited(service: Service, **facts: Any) -> None:
    version, _now = directory.service_facts(service.id)
    directory.change_service(
        service_id=service.id, changes=facts, version=version, why="", by=STEWARD, at=NOON
    )


def text(body: str) -> dict[str, str]:
    return {"body": body, "state": "original", "made_from": ""}


def differing(source: Source, **offered: Any) -> Difference:
    """A person here and the source say another thing of one record."""
    bring(source, record())
    service = held().service
    assert service is not None
    edited(service, **{"what.nl": text("Van ons.")})
    bring(source, record(**({"description": "Van hen."} | offered)))
    return Difference.objects.get()


@pytest.mark.usefixtures("steward")
def test_she_sees_of_each_field_since_when_its_source_says_so(visit: Visit) -> None:
    waiting = differing(make.source())
    Held.objects.update(read_at=NOON + make.DAY, last_seen=NOON + make.DAY)

    offered = words(visit.get(f"/desk/offers/{waiting.id}/"))
    assert "The source says so since 22-11-2026; it was read last on 23-11-2026." in offered
    page = visit.get(f"/desk/map/{waiting.service.number}/history/")
    assert "Seen there for the first time on 22-11-2026, for the last time on 23-11-2026." in (
        words(page)
    )
    rows = [words(row) for row in page.select(".lines tbody tr")]
    assert "What they do 22-11-2026 23-11-2026" in rows

    visit.sign_in(people.colleague(Role.STEWARD, municipality="arnhem"))
    visit.get(f"/desk/map/{waiting.service.number}/history/", expect=404)


@pytest.mark.usefixtures("steward")
def test_f3_of_many_silent_sources_a_few_are_named(visit: Visit) -> None:
    make.municipality("arnhem", "Arnhem")
    for name in ("Elst <b>", "Apeldoorn", "Doorn", "Culemborg", "Baarn"):
        one = make.source(name=name)
        Source.objects.filter(pk=one.pk).update(trouble="too-slow", trouble_since=NOON)
    elsewhere = make.source(name="Aalten", municipality="arnhem")
    Source.objects.filter(pk=elsewhere.pk).update(trouble="too-slow", trouble_since=NOON)

    [line] = visit.get("/desk/").select(FAILING)

    assert line.parent
    assert words(line.parent) == ("5 sources do not answer: Apeldoorn, Baarn, Culemborg and 2 more")


# --- add ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("steward")
def test_she_sees_what_would_come_before_anything_is_written(visit: Visit, list_: Feed) -> None:
    page = visit.post("/desk/sources/new/", form(address=list_.address), expect=200)

    assert "Inloop r0" in words(page)
    assert "accreditations" in words(page)
    assert not Source.objects.exists()
    assert page.select_one("button[name=add]")


def test_f3_a_feed_that_fails_is_on_the_first_page_until_it_answers(
    steward: User, visit: Visit, list_: Feed
) -> None:
    visit.post("/desk/sources/new/", form(address=list_.address, add="1"))
    source = Source.objects.get()
    broken, list_.broken = set(list_.broken), {"/services?page=1&per_page=50&full=true"}
    exchange.take_in(at=source.at)
    [line] = visit.get("/desk/").select(FAILING)
    assert words(line) == "1 source does not answer"
    assert line.parent
    assert [words(one) for one in line.parent.select("bdi")] == ["Sociale kaart"]
    for page in ("/desk/sources/", f"/desk/sources/{source.id}/"):
        told = words(visit.get(page))
        assert "Sociale kaart" in told
        assert "It answers with error 500. Since " in told
        assert "It is asked again by itself." in told
        assert "Nothing is taken away." in told
    first = Source.objects.get().trouble_since
    exchange.take_in(at=source.at + make.DAY)
    assert Source.objects.get().trouble_since == first == source.at

    visit.sign_in(people.colleague(Role.STEWARD, municipality="arnhem"))
    assert not visit.get("/desk/").select(FAILING)
    assert "error 500" not in words(visit.get("/desk/sources/"))
    visit.sign_in(people.colleague(Role.EDITOR, municipality="utrecht"))
    assert not visit.get("/desk/").select(FAILING)

    list_.broken = broken
    for _ in range(2):
        exchange.take_in(at=Source.objects.get().next_at or source.at)
    visit.sign_in(steward)
    assert not visit.get("/desk/").select(FAILING)
    assert Source.objects.get().trouble_since is None


@pytest.mark.usefixtures("steward")
def test_a_source_is_added_and_read_by_the_worker(visit: Visit, list_: Feed) -> None:
    visit.post("/desk/sources/new/", form(address=list_.address, add="1"))
    source = Source.objects.get()
    assert visit.answer.headers["Location"] == f"/desk/sources/{source.id}/"

    exchange.take_in(at=source.at)

    page = visit.get(f"/desk/sources/{source.id}/")
    assert Service.objects.filter(publish="review").count() == 3
    assert "read to the end" in words(page)
    assert "kept beside the record" in words(page)
    assert "Sociale kaart" in words(visit.get("/desk/sources/"))


@pytest.mark.usefixtures("steward", "list_")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "http://hulp.example.org"}, "begins with https"),
        ({"address": "https://127.0.0.1/"}, "leads to no public site"),
        ({"name": "", "address": "https://hulp.example.org"}, "still here"),
        ({"kind": "package", "address": "https://hulp.example.org"}, "has no address"),
    ],
)
def test_a_source_that_cannot_be_keeps_what_was_typed(
    visit: Visit, fields: dict[str, str], sentence: str
) -> None:
    page = visit.post("/desk/sources/new/", form(**fields), expect=422)

    assert sentence in words(page)
    licence = page.select_one("input[name=licence]")
    assert licence is not None
    assert licence["value"] == "CC0"
    assert not Source.objects.exists()


@pytest.mark.usefixtures("steward")
def test_a_source_of_another_municipality_cannot_be_added(visit: Visit) -> None:
    places.municipality("arnhem")

    visit.post("/desk/sources/new/", form(municipality="arnhem", kind="package"), expect=422)

    assert not Source.objects.exists()


# --- files -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("steward")
def test_a_file_is_looked_at_and_then_taken_in(visit: Visit) -> None:
    visit.post("/desk/sources/new/", form(kind="package"))
    source = Source.objects.get()
    sent = {"source": str(source.id)}

    page = visit.post(
        "/desk/sources/file/", {**sent, "file": file(record()), "look": "1"}, expect=200
    )
    assert "Inloop a1" in words(page)
    assert not Service.objects.exists()
    visit.post("/desk/sources/file/", {**sent, "file": file(record())})

    assert Service.objects.get().owner == source.municipality


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("given", [None, SimpleUploadedFile("a.zip", b"PK no zip"),
                                   SimpleUploadedFile("a.json", b"nothing")])  # fmt: skip
def test_a_file_that_cannot_be_read_says_so(visit: Visit, given: Any) -> None:
    source = make.source()
    sent = {"source": str(source.id)} | ({"file": given} if given else {})

    page = visit.post("/desk/sources/file/", sent, expect=422)

    assert page.select_one("[role=alert]")
    assert not Run.objects.exists()


@pytest.mark.usefixtures("steward")
def test_a_spreadsheet_is_taken_in_too(visit: Visit) -> None:
    source = make.source("sheet")
    rows = b"id,name,description,phone,area\n1,Inloop,Koffie,0301234567,Utrecht\n"
    given = SimpleUploadedFile("map.csv", rows)

    visit.post("/desk/sources/file/", {"source": str(source.id), "file": given})

    assert Service.objects.get().phones.get().number == "0301234567"


# --- decide ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("steward")
def test_what_is_offered_stands_beside_what_is_here(visit: Visit) -> None:
    waiting = differing(make.source())

    assert "Inloop a1 · What they do" in words(visit.get("/desk/offers/"))
    page = visit.get(f"/desk/offers/{waiting.id}/")

    assert [words(d) for d in page.select("del, ins")] == ["ons.", "hen."]


@pytest.mark.usefixtures("steward")
def test_what_is_offered_is_taken_over(visit: Visit) -> None:
    waiting = differing(make.source())
    version = waiting.service.version

    visit.post(f"/desk/offers/{waiting.id}/", {"accept": "1", "version": version})

    assert directory.service_facts(waiting.service_id)[1]["what.nl"]["body"] == "Van hen."
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by is not None) == ("accepted", True)


@pytest.mark.usefixtures("steward")
def test_what_stands_here_stays(visit: Visit) -> None:
    waiting = differing(make.source())

    visit.post(f"/desk/offers/{waiting.id}/", {"reject": "1"})
    visit.post(f"/desk/offers/{waiting.id}/", {"accept": "1"})

    assert directory.service_facts(waiting.service_id)[1]["what.nl"]["body"] == "Van ons."
    waiting.refresh_from_db()
    assert waiting.state == "rejected"


@pytest.mark.usefixtures("steward")
def test_a_phone_number_that_is_taken_over_waits_for_a_second_person(visit: Visit) -> None:
    source = make.source()
    bring(source, record(phones=[{"number": "0301111111"}]))
    service = held().service
    assert service is not None
    mine = directory.service_facts(service.id)[1]["phones"]["phones"][0] | {"number": "0302222222"}
    edited(service, phones={"phones": [mine]})
    bring(source, record(phones=[{"number": "0303333333"}]))
    waiting = Difference.objects.get()

    visit.post(f"/desk/offers/{waiting.id}/", {"accept": "1", "version": service.version + 1})

    assert service.phones.get().number == "0302222222"
    suggestion = Suggestion.objects.get()
    approve_suggestion(
        suggestion_id=suggestion.id,
        version=directory.service_facts(service.id)[0],
        reason="",
        by=Actor(ActorKind.COLLEAGUE, UUID(int=7)),
        at=NOON,
    )
    assert service.phones.get().number == "0303333333"


@pytest.mark.usefixtures("steward")
def test_nothing_is_decided_on_what_changed_meanwhile(visit: Visit) -> None:
    waiting = differing(make.source())
    edited(waiting.service, **{"what.nl": text("Alweer anders.")})

    page = visit.post(f"/desk/offers/{waiting.id}/", {"accept": "1", "version": "1"}, expect=422)

    assert "changed a moment ago" in words(page)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_e5_a_record_that_looks_like_ours_waits_among_the_duplicates() -> None:
    own = services.service(name="Inloop a1", website="https://inloop.example.org")
    bring(make.source(), record(url="https://inloop.example.org"))

    jobs.find_duplicates(at=NOON)

    pair = Candidate.objects.get()
    assert {pair.first_id, pair.second_id} == {own.id, held().service_id}


# --- pause, undo, take along -------------------------------------------------------------------


@pytest.mark.usefixtures("steward")
def test_a_source_stands_still_and_goes_on(visit: Visit) -> None:
    source = make.source(kind="hsds", address="https://hulp.example.org")

    visit.post(f"/desk/sources/{source.id}/pause/", {})
    assert "nothing comes in" in words(visit.get(f"/desk/sources/{source.id}/"))
    visit.post(f"/desk/sources/{source.id}/resume/", {})
    visit.post(f"/desk/sources/{source.id}/dance/", {}, expect=404)

    source.refresh_from_db()
    assert source.state == "active"


@pytest.mark.usefixtures("steward")
def test_a_whole_import_is_taken_back(visit: Visit) -> None:
    run = bring(make.source(), record("a1"), record("a2"))

    visit.post(f"/desk/sources/runs/{run.id}/undo/", {})

    assert not Service.objects.exclude(publish="hidden").exists()
    assert "taken back" in words(visit.get(f"/desk/sources/{run.source_id}/"))


@pytest.mark.usefixtures("steward")
def test_all_that_a_source_said_can_be_taken_along(client: Client) -> None:
    source = make.source()
    said = record(accreditations="ISO", contacts=[{"id": "c", "title": "Balie"}])
    bring(source, said)

    answer: Any = client.get(f"/desk/sources/{source.id}/records/")

    check_headers(answer.headers, referrer="same-origin")
    assert json.loads(b"".join(answer.streaming_content)) == said


def test_why_a_record_was_refused_is_said_in_the_language_of_the_reader(visit: Visit) -> None:
    week = [[0, "09:00", "17:00"], [0, "10:00", "11:00"]]
    there = make.source()
    overlapping = record("a2", coded={"hours": {"hours": "weekly", "week": week}})
    run = bring(there, {"id": "a1", "status": "active"}, overlapping)
    # As rows were kept before they could be translated.
    run.refused = [*run.refused, ["a0", "100% of its hours were odd."]]
    run.save()

    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht", reads="nl"))
    page = words(visit.get(f"/desk/sources/{there.id}/"))

    assert "a1: Er is geen id of geen naam." in page
    assert "a2: De tijden van één dag lopen door elkaar." in page
    assert "a0: 100% of its hours were odd." in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("coded.hours", "Tijden"),
        ("coded.phones", "Telefoonnummers"),
        ("coded.places.street", "Plek"),
        ("safety.emergency", "Voor noodgevallen"),
        ("required_documents", "Papieren om mee te nemen"),
        ("cost_options[].amount", "Kosten"),
    ],
)
def test_what_is_lost_is_named_in_the_language_of_the_reader(
    path: str, said: str, visit: Visit
) -> None:
    there = make.source()
    run = bring(there, record())
    run.losses = {f"{path}|not-readable": 2}
    run.save()

    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht", reads="nl"))
    page = words(visit.get(f"/desk/sources/{there.id}/"))

    assert f"{said} {path}:" in page
    assert "het is niet te lezen (2 vermeldingen)" in page


# --- the wrong person --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/desk/sources/{source}/"),
        ("get", "/desk/sources/{source}/records/"),
        ("post", "/desk/sources/{source}/pause/"),
        ("post", "/desk/sources/{source}/resume/"),
        ("post", "/desk/sources/runs/{run}/undo/"),
        ("post", "/desk/sources/file/"),
        ("get", "/desk/offers/{difference}/"),
        ("post", "/desk/offers/{difference}/"),
    ],
)
def test_the_source_of_another_municipality_does_not_exist(
    visit: Visit, method: str, address: str
) -> None:
    waiting = differing(make.source())
    source, run = Source.objects.get(), Run.objects.order_by("-at")[0]
    before = (Held.objects.count(), Service.objects.get().version, source.state)
    places.municipality("arnhem")
    visit.sign_in(people.colleague(Role.STEWARD, municipality="arnhem"))
    there = address.format(source=source.id, run=run.id, difference=waiting.id)

    if method == "get":
        visit.get(there, expect=404)
    else:
        sent = {"source": str(source.id), "accept": "1", "version": "2", "file": file(record("x"))}
        visit.post(there, sent, expect=404)

    source.refresh_from_db()
    waiting.refresh_from_db()
    assert (Held.objects.count(), Service.objects.get().version, source.state) == before
    assert waiting.state == "waiting"
    assert Run.objects.count() == 2


def test_she_sees_her_own_sources_only(visit: Visit) -> None:
    differing(make.source(name="Lijst van Utrecht"))
    places.municipality("arnhem")
    visit.sign_in(people.colleague(Role.STEWARD, municipality="arnhem"))

    assert "Lijst van Utrecht" not in words(visit.get("/desk/sources/"))
    assert "Nothing waits." in words(visit.get("/desk/offers/"))
