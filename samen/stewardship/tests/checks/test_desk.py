"""The pages of the desk about findings, duplicates, spreadsheets and public pages."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from samen.directory.models import (
    MunicipalityContact,
    Organization,
    OrganizationPage,
    Service,
    ServiceArea,
)
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.sheets import read_sheet, write_csv
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.stewardship import jobs
from samen.stewardship.models import Candidate, Merge, SheetImport
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(visit: Visit) -> User:
    places.place("utrecht", name="Utrecht", municipality=places.municipality("utrecht"))
    user = people.colleague(Role.STEWARD, municipality="utrecht", name="Anna")
    visit.sign_in(user)
    return user


def in_utrecht(**said: Any) -> Service:
    service = make.service(**said)
    ServiceArea.objects.create(service=service, municipality=places.municipality("utrecht"))
    return service


def in_arnhem(**said: Any) -> Service:
    service = make.service(**said)
    ServiceArea.objects.create(service=service, municipality=places.municipality("arnhem"))
    return service


# --- findings ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("steward")
def test_a_steward_reads_what_is_wrong_in_words_and_goes_there(visit: Visit) -> None:
    service = in_utrecht(name="Het huis")
    make.phone(service, "030-12")
    make.phone(in_arnhem(name="Elders"), "030-12")
    jobs.check_services(at=NOON)

    page = visit.get("/desk/findings/")

    assert "This number cannot be dialled." in words(page)
    assert "Elders" not in words(page)
    assert page.select_one(f'a[href="/desk/map/{service.number}/"]')
    assert "No language is said." not in words(visit.get("/desk/findings/?kind=phone"))


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("query", ["kind=x", "page=0", "page=99", "page=x"])
def test_findings_asked_for_oddly_are_not_there(visit: Visit, query: str) -> None:
    visit.get(f"/desk/findings/?{query}", expect=404)


@pytest.mark.usefixtures("steward")
def test_a_map_without_findings_says_so(visit: Visit) -> None:
    assert "Everything we can see is right" in words(visit.get("/desk/findings/"))


# --- duplicates --------------------------------------------------------------------------------


def pair() -> tuple[Service, Service, Candidate]:
    first = in_utrecht(name="Wereldhuis", what="Een.")
    second = in_utrecht(name="Wereldhuis", what="Twee.", website="https://example.org/")
    for service in (first, second):
        make.phone(service, "030-2316494")
        make.location(service)
        Service.objects.filter(pk=service.pk).update(email="huis@example.org")
    jobs.find_duplicates(at=NOON)
    return first, second, Candidate.objects.get()


def chosen(kept: Service, gone: Service, **more: str) -> dict[str, str]:
    return {
        f"version-{kept.id}": "0",
        f"version-{gone.id}": "0",
        "keep": str(kept.id),
        "do": "one",
        "why": "The same house",
        **{name.replace("__", "."): value for name, value in more.items()},
    }


@pytest.mark.usefixtures("steward")
def test_two_are_shown_beside_each_other_merged_and_parted(visit: Visit) -> None:
    first, second, candidate = pair()
    assert "the same name" in words(visit.get("/desk/duplicates/"))
    page = visit.get(f"/desk/duplicates/{candidate.id}/")
    assert {"Een.", "Twee."} <= {bdi.get_text() for bdi in page.select("bdi")}

    visit.post(
        f"/desk/duplicates/{candidate.id}/",
        chosen(first, second, **{"fact-what__nl": str(second.id), "fact-website": str(second.id)}),
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.website, second.merged_into_id) == ("https://example.org/", first.id)
    assert first.texts.get(field="what", language="nl").body == "Twee."
    merge = Merge.objects.get()
    assert merge.why == "The same house"

    visit.post(f"/desk/merges/{merge.id}/undo/", {})
    second.refresh_from_db()
    assert second.merged_into_id is None
    visit.post(f"/desk/merges/{merge.id}/undo/", {})
    assert "nothing was undone" in words(visit.get("/desk/duplicates/"))


@pytest.mark.usefixtures("steward")
def test_two_that_are_two_leave_the_list(visit: Visit) -> None:
    *_two, candidate = pair()

    visit.post(f"/desk/duplicates/{candidate.id}/", {"do": "two"})

    assert "No two entries look alike" in words(visit.get("/desk/duplicates/"))
    visit.get(f"/desk/duplicates/{candidate.id}/", expect=404)


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("keep", ["", "x", "0d41ab87-cbeb-4038-960f-c5e1de6ba4a9"])
def test_who_does_not_say_which_stays_is_asked_again_and_loses_nothing(
    visit: Visit, keep: str
) -> None:
    first, second, candidate = pair()
    said = chosen(first, second) | {"keep": keep, "fact-website": str(second.id)}

    page = visit.post(f"/desk/duplicates/{candidate.id}/", said, expect=422)

    assert "Say which of the two stays." in words(page)
    assert page.select_one(f'[name="fact-website"][value="{second.id}"][checked]')
    assert page.select_one('[name="why"][value="The same house"]')
    assert not Merge.objects.exists()


@pytest.mark.usefixtures("steward")
def test_a_pair_that_was_changed_meanwhile_is_not_merged(visit: Visit) -> None:
    first, second, candidate = pair()
    said = chosen(first, second) | {f"version-{second.id}": "7"}

    page = visit.post(f"/desk/duplicates/{candidate.id}/", said, expect=422)

    assert "changed one of the two meanwhile" in words(page)
    assert not Merge.objects.exists()


@pytest.mark.usefixtures("steward")
def test_nobody_merges_what_somebody_else_keeps(visit: Visit) -> None:
    first, second, candidate = pair()
    ServiceArea.objects.filter(service=second).update(municipality=places.municipality("arnhem"))

    page = visit.post(f"/desk/duplicates/{candidate.id}/", chosen(first, second), expect=422)

    assert "kept by somebody else" in words(page)
    assert not Merge.objects.exists()


def test_the_pair_and_the_merge_of_another_municipality_are_not_there(visit: Visit) -> None:
    first, second, candidate = pair()
    visit.sign_in(people.colleague(Role.STEWARD, municipality="arnhem"))

    visit.get(f"/desk/duplicates/{candidate.id}/", expect=404)
    visit.post(f"/desk/duplicates/{candidate.id}/", chosen(first, second), expect=404)
    visit.post(f"/desk/merges/{uuid4()}/undo/", {}, expect=404)
    assert not Merge.objects.exists()


# --- spreadsheet -------------------------------------------------------------------------------


def file(*rows: dict[str, str], name: str = "samen.csv") -> dict[str, Any]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return {"sheet": SimpleUploadedFile(name, write_csv(columns, rows))}


@pytest.mark.usefixtures("steward")
def test_a_sheet_goes_out_is_looked_at_written_and_taken_back(visit: Visit) -> None:
    service = in_utrecht(name="Het huis")
    in_arnhem(name="Elders")
    visit.get("/desk/spreadsheet/out/xlsx/")
    data = visit.answer.content
    assert load_workbook(io.BytesIO(data)).sheetnames == ["Samen", "Help"]
    [row] = read_sheet(data)
    assert row.cells["name"] == "Het huis"
    visit.get("/desk/spreadsheet/out/csv/")
    assert read_sheet(visit.answer.content) == [row]

    visit.post("/desk/spreadsheet/", file({**row.cells, "website": "https://example.org/"}))
    plan = visit.answer.headers["Location"]
    page = visit.get(plan)
    assert "https://example.org/" in words(page)
    assert Service.objects.get(pk=service.pk).website == ""

    visit.post(plan, {})
    assert Service.objects.get(pk=service.pk).website == "https://example.org/"
    visit.post(plan, {})  # the same press once more

    visit.post(f"/desk/spreadsheet/{SheetImport.objects.get().id}/undo/", {})
    assert Service.objects.get(pk=service.pk).website == ""
    assert "taken back" in words(visit.get("/desk/spreadsheet/"))


@pytest.mark.usefixtures("steward")
def test_a_row_of_another_municipality_is_refused_in_the_plan(visit: Visit) -> None:
    other = in_arnhem(name="Elders")

    visit.post("/desk/spreadsheet/", file({"number": str(other.number), "name": "Gekaapt"}))
    plan = visit.answer.headers["Location"]
    assert "among those you keep" in words(visit.get(plan))
    visit.post(plan, {})

    assert Service.objects.get(pk=other.pk).name == "Elders"


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose a file first."),
        ({"sheet": SimpleUploadedFile("a.xlsx", b"PK\x03\x04x")}, "cannot be read as xlsx"),
        ({"sheet": SimpleUploadedFile("a.csv", b"a,a\n1,2")}, "the same name"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    visit: Visit, sent: dict[str, Any], sentence: str
) -> None:
    page = visit.post("/desk/spreadsheet/", sent, expect=422)

    assert sentence in words(page)
    assert not SheetImport.objects.exists()


@pytest.mark.usefixtures("steward")
def test_a_large_file_comes_in_at_this_door_and_at_no_other(visit: Visit, client: Client) -> None:
    large = {"sheet": SimpleUploadedFile("a.csv", b"name\n" + b"een naam\n" * 15_000)}
    visit.post("/desk/spreadsheet/", large)
    large["sheet"].seek(0)
    assert client.post("/desk/findings/", large).status_code == 413


def test_the_sheet_of_a_colleague_is_not_there_for_another(visit: Visit, steward: User) -> None:
    service = in_utrecht()
    visit.post("/desk/spreadsheet/", file({"number": str(service.number), "name": "Anders"}))
    plan = visit.answer.headers["Location"]
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))

    for door in (plan, f"{plan}drop/", f"{plan}undo/"):
        visit.post(door, {}, expect=404)
    visit.get(plan, expect=404)

    assert Service.objects.get().name == service.name
    visit.sign_in(steward)
    visit.post(f"{plan}drop/", {})
    assert not SheetImport.objects.exists()


# --- pages -------------------------------------------------------------------------------------


def page_said(owner: Organization, **more: Any) -> dict[str, Any]:
    return {
        "version": owner.version,
        "shown": "on",
        "kind": "migrants",
        "about": "Wij zijn er.",
        "activities": ["women"],
        "speaks": ["ar"],
        "cities": ["utrecht"],
        "umbrella": "",
        "phone": "030-2316494",
    } | more


def test_an_organisation_writes_its_own_page(visit: Visit) -> None:
    places.municipality("utrecht")
    owner = make.organization("lid", "Lid")
    visit.sign_in(people.colleague(Role.CONTACT, organization=owner.id))

    assert visit.get("/desk/").select_one(f'a[href="/desk/pages/{owner.id}/"]')
    visit.post(f"/desk/pages/{owner.id}/", page_said(owner))

    page = visit.get(f"/nl/o/{owner.id}/", cookies=True)
    assert "Wij zijn er." in words(page)
    assert visit.get(f"/desk/pages/{owner.id}/").select_one('[value="women"][checked]')


def test_nobody_writes_the_page_of_another_organisation(visit: Visit) -> None:
    owner, other = make.organization("lid", "Lid"), make.organization("ander", "Ander")
    visit.sign_in(people.colleague(Role.CONTACT, organization=other.id))

    visit.get(f"/desk/pages/{owner.id}/", expect=404)
    visit.post(f"/desk/pages/{owner.id}/", page_said(owner), expect=404)
    visit.get(f"/desk/pages/{uuid4()}/", expect=404)

    assert not OrganizationPage.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"phone": "bel ons"}, "cannot be dialled"),
        ({"version": 7}, "changed this page meanwhile"),
    ],
)
def test_a_page_that_cannot_be_written_says_why_and_keeps_what_was_typed(
    visit: Visit, said: dict[str, Any], sentence: str
) -> None:
    places.municipality("utrecht")
    owner = make.organization("lid", "Lid")
    visit.sign_in(people.colleague(Role.CONTACT, organization=owner.id))

    page = visit.post(f"/desk/pages/{owner.id}/", page_said(owner, **said), expect=422)

    assert sentence in words(page)
    assert "Wij zijn er." in words(page)
    assert not OrganizationPage.objects.exists()


@pytest.mark.usefixtures("steward")
def test_a_steward_names_whom_to_ask(visit: Visit) -> None:
    sent = {"department": "point", "email": "loket@example.org"}
    visit.post("/desk/contacts/utrecht/", sent)

    assert "loket@example.org" in words(visit.get("/nl/m/utrecht/", cookies=True))
    sent["email"] = "jan.jansen@example.org"
    page = visit.post("/desk/contacts/utrecht/", sent, expect=422)
    assert "mailbox of the department" in words(page)
    assert page.select_one('[value="jan.jansen@example.org"]')
    assert MunicipalityContact.objects.get().email == "loket@example.org"


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("slug", ["arnhem", "atlantis"])
def test_nobody_names_whom_to_ask_elsewhere(visit: Visit, slug: str) -> None:
    places.municipality("arnhem")

    visit.get(f"/desk/contacts/{slug}/", expect=404)
    visit.post(
        f"/desk/contacts/{slug}/", {"department": "point", "email": "x@example.org"}, expect=404
    )

    assert not MunicipalityContact.objects.exists()
