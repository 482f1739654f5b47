"""A secret place is nowhere: a marker is planted wherever a place can be said, also before the
place became secret, and then looked for in everything that leaves the house or is kept in it.
"""

import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from samen.directory import actions as directory
from samen.directory import queries
from samen.directory.models import (
    Location,
    Organization,
    ProblemReport,
    Service,
    ServiceArea,
    ServiceText,
)
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.exchange import jobs as exchange
from samen.finder.http.page_cache import PageCache
from samen.foundation.actor import Actor, ActorKind, visitor
from samen.foundation.languages import PUBLISHED
from samen.foundation.sheets import Row, write_csv, write_xlsx
from samen.needs.tests import make as needs
from samen.places.tests import make as places
from samen.search import queries as search
from samen.stewardship import jobs
from samen.stewardship.actions.editing import edit_service, save_draft
from samen.stewardship.actions.spreadsheet import keep_plan
from samen.stewardship.actions.suggesting import suggest_change
from samen.stewardship.queries.spreadsheet import sheet_rows
from samen.stewardship.rules.scope import Scope
from samen.stewardship.rules.spreadsheet import ALL
from tests.bare import bare

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
STREET, HOUSE, CODE = "Merkwaardsteeg 88", "Huize Zilverlinde", "7391 QX"
# In any case, also in part: a street without its number is a place too. The digits of the code
# count as a number, not as some of a longer one.
MARKERS = ("merkwaardsteeg", "zilverlinde", "7391")
_MARKER = re.compile(r"merkwaardsteeg|zilverlinde|(?<!\d)7391(?!\d)")
EVERYWHERE = Scope(municipalities=None)
SECRET = {
    **dict.fromkeys(("name", "street", "postal_code", "town", "place"), ""),
    "type": "confidential",
    "confirmed": False,
}


def found_in(text: str) -> list[str]:
    """The marks in a text."""
    return _MARKER.findall(bare(text))


@pytest.fixture
def planted(client: Client) -> Service:
    """An entry with an address that everybody could read, and traces of it wherever one can be."""
    utrecht = places.municipality("utrecht")
    town = places.place("utrecht", name="Utrecht", municipality=utrecht)
    service = make.service(name="Het huis", channels=["walkin"], email="huis@example.org")
    Organization.objects.update(website="https://huis.example.org/", email="huis@example.org")
    make.answers(service, needs.need("sup.shelter"))
    ServiceArea.objects.create(service=service, municipality=utrecht)
    place = make.location(service, street=STREET, place=town)
    Location.objects.filter(pk=place.pk).update(name=HOUSE, postal_code=CODE, confirmed=True)
    _in_history(service)
    _at_the_desk(service)
    directory.report_problem(
        service_id=service.id,
        reason=ProblemReport.Reason.CLOSED,
        token="x" * 20,
        by=visitor(),
        at=NOON,
    )
    jobs.check_services(at=NOON)
    jobs.find_duplicates(at=NOON)
    Service.objects.update(review_due_on=NOON.date() - timedelta(days=1))
    jobs.review_listings(at=NOON)
    assert found_in(client.get(f"/nl/i/{service.number}/").content.decode()), "nothing was planted"
    return service


def _in_history(service: Service) -> None:
    """A text that named the place, and a reason that did, both long changed again."""
    text = ServiceText.objects.get(service=service, field="what", language="nl")
    for body, why in ((f"Kom naar {HOUSE}.", f"At {STREET}"), ("Kom langs.", "Shorter")):
        directory.change_service(
            service_id=service.id,
            changes={"what.nl": {"body": body, "state": "original", "made_from": ""}},
            version=Service.objects.get(pk=service.pk).version,
            why=why,
            by=ANNA,
            at=NOON,
        )
    assert text.body != "Kom langs."


def _at_the_desk(service: Service) -> None:
    """What was typed and not saved, suggested and not approved, read in and not written."""
    version, facts = directory.service_facts(service.id)
    save_draft(
        record=service.id,
        section="words",
        version=version,
        fields={"what": f"Bij {HOUSE}"},
        by=ANNA,
        at=NOON,
    )
    moved = {**facts["location"]["locations"][0], "street": "Merkwaardsteeg 90"}
    suggest_change(
        service_id=service.id,
        changes={"location": {"locations": [moved]}},
        version=version,
        why=f"From {STREET}",
        by=ANNA,
        at=NOON,
    )
    rows = [Row(2, {**cells, "what.nl": f"Naast {HOUSE}."}) for cells in sheet_rows(EVERYWHERE)]
    keep_plan(rows=rows, by=ANNA, at=NOON)


def _by_hand(service: Service) -> None:
    edit_service(
        service_id=service.id,
        changes={"location": {"locations": [SECRET]}},
        version=Service.objects.get(pk=service.pk).version,
        why="It became unsafe",
        by=ANNA,
        at=NOON,
    )


def pages(service: Service) -> Iterator[str]:
    number = service.number
    for language in PUBLISHED:
        for path in (
            *(f"i/{number}/", f"i/{number}/card/", f"i/{number}/wrong/", f"i/{number}/thanks/"),
            *("", "find/?place=utrecht", "find/?place=utrecht&within=5", f"find/?i={number}"),
            *("m/utrecht/", "m/utrecht/embed/", "all/"),
        ):
            yield f"/{language}/{path}"


def test_a_place_that_became_secret_is_on_no_page(client: Client, planted: Service) -> None:
    addresses = list(pages(planted))
    for address in addresses[:10]:
        client.get(address)
    _by_hand(planted)

    for address in addresses:
        answer = client.get(address)
        assert not found_in(answer.content.decode()), address
        assert not found_in(str(answer.headers)), address


def for_machines(service: Service) -> Iterator[str]:
    number = service.number
    yield from ("/api/hsds/3.2/changes?limit=1000", "/feeds/nl/map.atom", "/nl/sitemap-1.xml")
    yield from (f"/nl/i/{number}/service.jsonld", f"/feeds/nl/i/{number}.ics")
    yield from (f"/api/fhir/{kind}" for kind in ("HealthcareService", "Organization", "Location"))
    yield "/api/fhir/Location?name:contains=Zilver"


def test_a_place_that_became_secret_is_told_to_no_machine(client: Client, planted: Service) -> None:
    before = "".join(client.get(address).content.decode() for address in for_machines(planted))
    assert set(found_in(before)) == set(MARKERS), "nothing was planted"
    _by_hand(planted)

    for address in for_machines(planted):
        answer = client.get(address)
        assert not found_in(answer.content.decode()), address
        assert not found_in(str(answer.headers)), address


def test_a_place_that_became_secret_is_in_no_file_to_take_along(
    client: Client, planted: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    exchange.keep_documents(at=NOON)
    exchange.keep_downloads(at=NOON)
    assert found_in(in_files(tmp_path)), "nothing was planted"
    _by_hand(planted)

    assert client.get("/feeds/samen.csv").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    exchange.keep_downloads(at=NOON + timedelta(minutes=1))
    assert not found_in(in_files(tmp_path))


def in_files(folder: Path) -> str:
    """All that is in the files below it, unpacked."""
    said = []
    for file in (each for each in folder.rglob("*") if each.is_file()):
        said.append(file.read_bytes())
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                said += [packed.read(name) for name in packed.namelist()]
    return "".join(each.decode("latin-1") for each in said)


def test_what_is_kept_in_front_of_the_pages_forgets_it(
    planted: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr("samen.finder.http.page_cache.time.monotonic", lambda: clock[0])

    def page(_environ: Any, start: Any) -> list[bytes]:
        listing = queries.listing_by_number(planted.number, language="nl")
        start("200 OK", [("X-Keep-Until", "99999999999")])
        return [str(listing).encode()]

    kept = PageCache(page, revision=queries.revision, most_bytes=1_000_000)
    environ: Any = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/nl/i/{planted.number}/"}
    start: Any = lambda *_: None  # noqa: E731 a server that only listens
    clock[0] += 10
    kept(environ, start)
    clock[0] += 10
    assert found_in(b"".join(kept(environ, start)).decode())
    assert len(kept) == 1

    _by_hand(planted)
    clock[0] += 1.1

    assert not found_in(b"".join(kept(environ, start)).decode())


def test_a_place_that_became_secret_is_in_no_table(planted: Service) -> None:
    """Not in history, drafts, suggestions, imports, feedback, findings, letters or the logbook."""
    assert [name for name, row in rows() if found_in(row)], "nothing was planted"

    _by_hand(planted)

    assert [name for name, row in rows() if found_in(row)] == []


def test_a_place_made_secret_by_an_import_is_in_no_table() -> None:
    make.ground()
    public = {
        "type": "public",
        "name": HOUSE,
        "street": STREET,
        "postal_code": CODE,
        "city": "Utrecht",
        "confirmed": "yes",
    }
    assert make.import_map(make.entry(location=public)).refused == ()
    service = Service.objects.get()
    _at_the_desk(service)
    assert [name for name, row in rows() if found_in(row)], "nothing was planted"

    make.import_map(make.entry(location={"type": "confidential"}))
    jobs.forget_hidden_places(at=NOON + timedelta(minutes=1))

    assert Location.objects.get().type == "confidential"
    assert [name for name, row in rows() if found_in(row)] == []


def rows() -> Iterator[tuple[str, str]]:
    """Every row of every table of the house, as text."""
    for model in apps.get_models():
        if model.__module__.startswith("samen."):
            for row in model._default_manager.values():
                yield model.__name__, str(row)


def test_a_secret_place_is_in_no_export(planted: Service) -> None:
    _by_hand(planted)
    cells = list(sheet_rows(EVERYWHERE))

    assert not found_in(str(list(csv.reader(io.StringIO(write_csv(ALL, cells).decode())))))
    assert not found_in(str(cells))
    assert write_xlsx(ALL, cells, title="Samen")


def test_a_secret_place_is_in_no_index(planted: Service) -> None:
    """Not in the rows it is made from, not in memory, and not in its files."""
    call_command("reindex")
    _by_hand(planted)
    call_command("reindex")

    [row] = queries.index_rows()
    assert not found_in(str(row))
    assert row.towns == ()
    for words in ("Merkwaardsteeg 88", "Huize Zilverlinde"):
        assert planted.number not in search.understand(words, language="nl").by_name
    for file in (Path(settings.DATA) / "index").rglob("*"):
        assert not file.is_file() or not found_in(file.read_bytes().decode("latin-1")), file


def test_a_secret_place_has_no_distance(client: Client, planted: Service) -> None:
    near = client.get("/nl/find/?place=utrecht&within=5").content.decode()
    _by_hand(planted)

    far = client.get("/nl/find/?place=utrecht&within=5").content.decode()

    assert planted.name in near
    assert planted.name in far
    assert " km" not in far.partition(planted.name)[2].partition("</article>")[0][:600]
    assert Location.objects.get().place is None


def test_no_line_of_a_log_names_a_secret_place(
    client: Client, planted: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _by_hand(planted)
        for address in list(pages(planted))[:10]:
            client.get(address)
        jobs.check_services(at=NOON)

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("samen")]
    assert not found_in(str(ours))


def test_the_planted_marker_can_be_found() -> None:
    """The searches above would see it."""
    assert found_in("Aan de MERKWAARDSTEEG") == ["merkwaardsteeg"]
    assert found_in("7391 qx") == ["7391"]
    assert found_in("Zilverlinde7391QX") == ["zilverlinde", "7391"]
    assert found_in(f"{UUID(int=0x7391)} 12:30:00.739125") == []
    assert found_in("1795708121173914861, 73910") == []
