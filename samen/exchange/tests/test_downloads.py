"""The map as files: sound tables, harmless sheets, and nothing in them that was taken away."""

import csv
import io
import json
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from frictionless import Package
from openpyxl import load_workbook
from pytest_django import Settings

from samen.directory import actions as directory
from samen.directory.actions.changing import leave_a_line
from samen.directory.models import HoursException, Location, OpeningHours, Organization, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.exchange import jobs
from samen.exchange.api.streams import AT_ONCE
from samen.exchange.queries import downloads
from samen.exchange.rules import tables
from samen.exchange.tests.asking import end
from samen.exchange.tests.schemas import HSDS
from samen.foundation.actor import job
from samen.needs.tests import make as needs

MARKER = "ZEBRAPAD-77"
ANNA = job("test")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def service() -> Service:
    made = make.service(name="=1+1", what="Advies.", hours="weekly", hours_confirmed=True)
    make.location(made, street=MARKER)
    make.phone(made, "+31 20 123 45 67")
    make.answers(made, needs.need("sup.shelter"))
    OpeningHours.objects.create(service=made, weekday=0, opens=time(9), closes=time(17))
    HoursException.objects.create(service=made, date=NOON.date())
    noted(made)
    return made


def noted(service: Service, verb: str = "created") -> None:
    leave_a_line("service", service.id, verb, by=ANNA, at=NOON)


def fetched(client: Client, name: str) -> bytes:
    answer = client.get(f"/feeds/{name}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # of a file


def status(client: Client, name: str, **headers: str) -> int:
    answer: Any = client.get(f"/feeds/{name}", headers=headers)
    if answer.streaming:
        b"".join(answer.streaming_content)  # to its end, where the file is closed
    return int(answer.status_code)


def everything(client: Client) -> str:
    """All that is in all files, as text."""
    said = fetched(client, downloads.CSV).decode()
    for name in (downloads.HSDS, downloads.XLSX):
        with ZipFile(io.BytesIO(fetched(client, name))) as packed:
            said += "".join(packed.read(part).decode("latin-1") for part in packed.namelist())
    return said


def test_an_empty_map_has_no_files(client: Client) -> None:
    assert jobs.keep_downloads(at=NOON) == 0
    answer = client.get("/feeds/samen.csv")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Content-Type"] == "application/problem+json"


def official() -> dict[str, Any]:
    source = HSDS / "3.2.3" / "examples" / "csv" / "datapackage.json"
    if not source.exists():
        pytest.skip(f"THE HSDS DATA PACKAGE IS NOT IN {HSDS}: set SAMEN_HSDS_DIR to its folder")
    said: dict[str, Any] = json.loads(source.read_text())
    return said


@pytest.mark.usefixtures("service")
def test_the_tables_are_those_of_the_standard() -> None:
    edition = tables.Edition(NOON, 1, "Samen", "x", "https://example.org", "CC-BY-4.0")
    ours = {each["name"]: each for each in tables.descriptor(edition)["resources"]}
    theirs = {each["name"]: each for each in official()["resources"]}

    assert list(ours) == list(theirs)
    for name, table in theirs.items():
        assert ours[name]["path"] == table["path"]
        assert [shape(f) for f in ours[name]["schema"]["fields"]] == [
            shape(field) for field in table["schema"]["fields"]
        ]
        assert keys(ours[name]) == keys(table), name


def shape(field: dict[str, Any]) -> tuple[Any, ...]:
    said = field["constraints"]
    codes = said.get("enum", [])
    return (
        field["name"],
        field["type"],
        field.get("format"),
        said["required"],
        said["unique"],
        codes,
    )


def keys(table: dict[str, Any]) -> list[tuple[str, str]]:
    said = table["schema"].get("foreignKeys", [])
    return sorted((each["fields"], each["reference"]["resource"]) for each in said)


def faults(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [str(error) for error in report.flatten(["rowNumber", "fieldName", "type", "note"])]


def unpacked(client: Client, folder: Path) -> Path:
    with ZipFile(io.BytesIO(fetched(client, downloads.HSDS))) as packed:
        packed.extractall(folder)
    return folder


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as table:
        return list(csv.DictReader(table))


def test_p10_the_package_has_no_fault_and_every_key_leads_somewhere(
    client: Client, service: Service, tmp_path: Path
) -> None:
    """Two services of one organisation, so that what they share is there once."""
    make.service(organization=service.organization)
    assert jobs.keep_downloads(at=NOON) == 3
    folder = unpacked(client, tmp_path / "out")

    assert faults(folder) == []
    assert len(rows_of(folder, "organizations.csv")) == 1
    assert len(rows_of(folder, "services.csv")) == 2
    assert [row["address_1"] for row in rows_of(folder, "addresses.csv")] == [MARKER]
    assert [row["name"] for row in rows_of(folder, "taxonomies.csv")] == ["Soorten hulp"]
    assert len(rows_of(folder, "meta_table_descriptions.csv")) == 24
    said = json.loads((folder / "datapackage.json").read_text())
    assert said["licenses"] == [{"name": "CC-BY-4.0", "title": "CC-BY-4.0"}]
    assert said["contributors"][0]["title"] == "Samen"
    assert said["created"].startswith("2026-11-22T13:00")


@pytest.mark.usefixtures("service")
def test_a_fault_would_be_found(client: Client, tmp_path: Path) -> None:
    jobs.keep_downloads(at=NOON)
    folder = unpacked(client, tmp_path / "out")
    (folder / "organizations.csv").write_text(
        (folder / "organizations.csv").read_text().splitlines()[0] + "\n"
    )

    assert any("foreign-key" in fault for fault in faults(folder))


def test_a_sheet_for_people_is_harmless_and_says_whose_it_is(
    client: Client, service: Service
) -> None:
    jobs.keep_downloads(at=NOON)
    text = fetched(client, downloads.CSV).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))

    assert row["Naam"] == "'=1+1"
    assert row["Telefoon"] == "'+31 20 123 45 67"
    assert row["Licentie"] == "CC-BY-4.0"
    assert (row["Uitgever"], row["Gemaakt op"]) == ("Samen", "2026-11-22")
    assert row["Pagina"].endswith(f"/nl/i/{service.number}/")
    assert row["Openingstijden"] == "ma 09:00-17:00; 2026-11-22 gesloten"

    book = load_workbook(io.BytesIO(fetched(client, downloads.XLSX)))
    assert book["Samen"]["B2"].data_type == "s"
    assert book["Samen"]["B2"].value == "=1+1"
    about = {key.value: value.value for key, value in book["Over dit bestand"].iter_rows()}
    assert about["Licentie"] == "CC-BY-4.0"
    assert about["Gemaakt op"] == "2026-11-22 13:00"


def test_a_place_that_became_secret_is_in_no_file_from_that_moment(
    client: Client, service: Service
) -> None:
    jobs.keep_downloads(at=NOON)
    assert MARKER in everything(client)
    _version, facts = directory.service_facts(service.id)
    [place] = facts["location"]["locations"]
    secret = dict.fromkeys(place, "") | {"type": "confidential", "confirmed": False}
    make.change(service, location={"locations": [secret]})

    for name in downloads.FILES:
        assert status(client, name) == 503
    assert jobs.keep_downloads(at=NOON + timedelta(minutes=1)) == 3
    assert Location.objects.get().type == "confidential"
    assert MARKER not in everything(client)
    assert "Het adres is geheim." in fetched(client, downloads.CSV).decode()
    for file in downloads.root().rglob("*"):
        assert not file.is_file() or MARKER.encode() not in file.read_bytes()


@pytest.mark.parametrize("verb", ["withdrawn", "merged", "changed"])
def test_what_is_hidden_is_taken_out_of_the_files_at_once(
    client: Client, service: Service, verb: str
) -> None:
    jobs.keep_downloads(at=NOON)
    Service.objects.update(publish="hidden")
    noted(service, verb)

    assert status(client, "samen.csv") == 503
    jobs.keep_downloads(at=NOON + timedelta(minutes=1))
    assert MARKER not in everything(client)


@pytest.mark.usefixtures("service")
def test_a_draft_that_nobody_could_read_stops_no_file(client: Client) -> None:
    jobs.keep_downloads(at=NOON)
    noted(make.service(publish="hidden"), "changed")

    assert status(client, "samen.csv") == 200


def test_a_change_is_in_the_files_within_the_hour(client: Client, service: Service) -> None:
    jobs.keep_downloads(at=NOON)
    make.change(service, name={"name": "Andere naam"})

    assert jobs.keep_downloads(at=NOON + timedelta(minutes=59)) == 0
    assert "Andere naam" not in fetched(client, downloads.CSV).decode()
    assert jobs.keep_downloads(at=NOON + timedelta(minutes=60)) == 3
    assert "Andere naam" in fetched(client, downloads.CSV).decode()
    assert jobs.keep_downloads(at=NOON + timedelta(days=3)) == 0, "nothing has changed since"
    assert len(list(downloads.root().iterdir())) == 1


def test_killed_while_making_the_files_of_before_are_given(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.keep_downloads(at=NOON)
    before = fetched(client, downloads.CSV)
    make.change(service, name={"name": "Andere naam"})

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    later = NOON + timedelta(hours=2)
    with monkeypatch.context() as patched:
        patched.setattr("samen.exchange.actions.downloads._pack", killed)
        with pytest.raises(Killed):
            jobs.keep_downloads(at=later)
    assert fetched(client, downloads.CSV) == before
    assert jobs.keep_downloads(at=later) == 3
    assert "Andere naam" in fetched(client, downloads.CSV).decode()


@pytest.mark.usefixtures("service")
def test_files_of_another_map_are_not_given(client: Client) -> None:
    """As after a backup was put back: as many changes, and others."""
    jobs.keep_downloads(at=NOON)
    [folder] = downloads.root().iterdir()
    folder.rename(folder.with_name(f"{folder.name.partition('-')[0]}-000000000000"))

    assert status(client, "samen.csv") == 503
    assert jobs.keep_downloads(at=NOON + timedelta(minutes=1)) == 3
    assert len(list(downloads.root().iterdir())) == 1


@pytest.mark.usefixtures("service")
def test_a_file_is_streamed_and_not_sent_twice(client: Client) -> None:
    jobs.keep_downloads(at=NOON)
    first = client.get("/feeds/samen-hsds.zip", headers={"Accept-Encoding": "gzip"})

    assert first.streaming
    assert first.headers["Content-Type"] == "application/zip"
    assert "Content-Encoding" not in first.headers, "it is packed already"
    body = b"".join(first.streaming_content)  # type: ignore[attr-defined]  # of a file
    assert int(first.headers["Content-Length"]) == len(body)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert 'filename="samen-hsds.zip"' in first.headers["Content-Disposition"]
    etag = first.headers["ETag"]
    assert status(client, "samen-hsds.zip", **{"If-None-Match": etag}) == 304
    assert client.get("/feeds/../db.sqlite3").status_code == 404
    assert client.get("/feeds/ids").status_code == 404


@pytest.mark.usefixtures("service")
def test_a_file_takes_a_place_among_the_long_answers(client: Client) -> None:
    jobs.keep_downloads(at=NOON)
    readers = [client.get("/feeds/samen.csv") for _ in range(AT_ONCE)]

    refused = client.get("/feeds/samen.csv")
    end(readers.pop())
    after = client.get("/feeds/samen.csv")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "5"
    assert after.status_code == 200
    for reader in (*readers, after):
        end(reader)


def test_an_organisation_without_words_of_its_own_is_whole(
    client: Client, service: Service, tmp_path: Path
) -> None:
    Organization.objects.update(website="", email="")
    leave_a_line("organization", service.organization_id, "changed", by=ANNA, at=NOON)
    jobs.keep_downloads(at=NOON)

    assert faults(unpacked(client, tmp_path / "out")) == []
