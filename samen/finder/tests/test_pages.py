"""The public pages of a municipality and an organisation, and the frame on somebody else's site."""

from datetime import date
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from samen.directory import actions
from samen.directory.actions import Conflict, Refused
from samen.directory.models import (
    Change,
    MunicipalityContact,
    Organization,
    Service,
    ServiceArea,
    ServiceLanguage,
)
from samen.directory.queries import (
    Pending,
    changes_since,
    history_of,
    municipality_shown,
    revision,
)
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.finder.engine.picture import darkness, picture
from samen.foundation.actor import Actor, ActorKind
from samen.foundation.languages import PUBLISHED, direction
from samen.needs.tests import make as needs
from samen.places.models import Municipality
from samen.places.tests import make as places
from tests.visit import Visit

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
PAGE: dict[str, Any] = {
    "shown": True,
    "kind": "migrants",
    "activities": ["meeting", "women"],
    "speaks": ["ar", "ti"],
    "cities": ["utrecht"],
    "umbrella": "",
    "phone": "030-2316494",
}
ABOUT = {"body": "Wij zijn er voor elkaar.", "state": "original", "made_from": ""}
TODAY = date(2026, 11, 22)


@pytest.fixture
def utrecht() -> Municipality:
    town = places.municipality("utrecht")
    places.place("utrecht", name="Utrecht", municipality=town)
    return town


def contact(municipality: Municipality, department: str = "point", **said: str) -> None:
    actions.set_contact(
        municipality=municipality.id, department=department, said=said, by=ANNA, at=NOON
    )


def written(organization: Organization, version: int | None = None, **page: Any) -> None:
    now = Organization.objects.get(pk=organization.pk).version
    actions.change_organization(
        organization_id=organization.id,
        changes={"page": PAGE | page, "about.nl": ABOUT},
        version=now if version is None else version,
        why="",
        by=ANNA,
        at=NOON,
    )


def at(owner: Organization, path: str = "", language: str = "nl") -> str:
    return f"/{language}/o/{owner.id}/{path}"


def in_utrecht(municipality: Municipality, **said: Any) -> Service:
    service = make.service(**said)
    ServiceArea.objects.create(service=service, municipality=municipality)
    return service


# --- municipality ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", PUBLISHED)
def test_a_municipality_says_who_can_be_asked(
    visit: Visit, utrecht: Municipality, language: str
) -> None:
    contact(utrecht, email="loket@example.org", phone="14 030")
    contact(utrecht, "families", website="https://jeugd.example.org/")

    page = visit.get(f"/{language}/m/utrecht/")

    assert page.select_one(f"html[dir={direction(language)}]")
    assert page.select_one('a[href="mailto:loket@example.org"]')
    assert page.select_one('a[href="tel:14030"]')
    assert page.select_one('a[href="https://jeugd.example.org/"]')


def test_a_municipality_without_a_contact_point_says_so(
    visit: Visit, utrecht: Municipality
) -> None:
    assert utrecht.name in visit.get("/en/m/utrecht/").get_text()
    assert "has not named a contact point" in visit.get("/en/m/utrecht/").get_text()


def test_an_unknown_municipality_is_not_there(visit: Visit) -> None:
    visit.get("/en/m/atlantis/", expect=404)


def test_the_share_that_was_confirmed_counts_persons_only(
    visit: Visit, utrecht: Municipality
) -> None:
    in_utrecht(utrecht, assured_on=date(2026, 6, 1), checked_on=TODAY)
    in_utrecht(utrecht, assured_on=date(2026, 5, 22))
    in_utrecht(utrecht, assured_on=date(2026, 5, 21))
    in_utrecht(utrecht, assured_on=date(2025, 11, 21))
    in_utrecht(utrecht, checked_on=TODAY)
    in_utrecht(utrecht, assured_on=TODAY, publish="hidden")

    shown = municipality_shown("utrecht", language="nl", today=TODAY)

    assert shown is not None
    assert (shown.services, shown.confirmed_half_a_year, shown.confirmed_a_year) == (5, 2, 3)
    assert visit.get("/en/m/utrecht/").select("dd")


def cells(page: BeautifulSoup) -> dict[str, list[str]]:
    rows = page.select(".matrix tbody tr")
    return {
        " ".join(th.get_text().split()): [td.get_text(strip=True) for td in row.select("td")]
        for row in rows
        for th in row.select("th")
    }


def test_coverage_is_shown_by_need_and_language_as_a_picture_and_a_table(
    visit: Visit, utrecht: Municipality
) -> None:
    need = needs.need("sup.shelter")
    needs.need("sup.legal")
    here, country = in_utrecht(utrecht), make.service()
    ServiceArea.objects.create(service=country, municipality=None)
    for service in (here, country):
        make.answers(service, need)
        ServiceLanguage.objects.create(service=service, tag="ar")
    ServiceLanguage.objects.create(service=here, tag="nl")

    page = visit.get("/nl/m/utrecht/")

    [shelter, legal] = cells(page).values()
    header = [th.get_text(strip=True) for th in page.select(".matrix thead th")][1:]
    said = dict(zip(header, shelter, strict=True))
    assert (said["ar"], said["nl"], said["uk"]) == ("1 + 1", "1", "0")
    assert {*legal} == {"0"}
    assert page.select_one("svg[role=img][aria-label]")
    assert not page.select("svg [style]")


def test_what_is_in_another_municipality_is_not_counted(
    visit: Visit, utrecht: Municipality
) -> None:
    arnhem = places.municipality("arnhem")
    need = needs.need("sup.shelter")
    make.answers(in_utrecht(arnhem), need)

    [row] = cells(visit.get("/nl/m/utrecht/")).values()
    assert {*row} == {"0"}
    assert utrecht != arnhem


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_takes_as_many_queries_for_one_as_for_forty(
    count: int, utrecht: Municipality, django_assert_num_queries: Any
) -> None:
    need = needs.need("sup.shelter")
    for _ in range(count):
        make.answers(in_utrecht(utrecht), need)

    with django_assert_num_queries(6):
        municipality_shown("utrecht", language="ar", today=TODAY)


def test_no_place_and_no_person_is_on_it(visit: Visit, utrecht: Municipality) -> None:
    make.location(in_utrecht(utrecht, notes="Bel Jan"), street="Zeldzaamstraat 7")

    text = visit.get("/nl/m/utrecht/").get_text()

    assert "Zeldzaam" not in text
    assert "Jan" not in text


@pytest.mark.parametrize(
    "email", ["jan.jansen@example.org", "j.devries@example.org", "a.van.dam@example.org"]
)
def test_the_mailbox_of_a_person_is_refused(utrecht: Municipality, email: str) -> None:
    with pytest.raises(Refused, match="mailbox of the department"):
        contact(utrecht, email=email)

    assert not MunicipalityContact.objects.exists()


@pytest.mark.parametrize(
    "email", ["info@example.org", "wmo.loket@example.org", "team.jeugd@example.org"]
)
def test_the_mailbox_of_a_department_is_taken(utrecht: Municipality, email: str) -> None:
    contact(utrecht, email=email)

    assert MunicipalityContact.objects.get().email == email


def test_a_contact_said_twice_is_one_change_and_an_empty_one_goes(utrecht: Municipality) -> None:
    contact(utrecht, email="info@example.org")
    contact(utrecht, email="info@example.org")
    assert Change.objects.filter(kind="municipality").count() == 1
    assert changes_since(0, most=10) == Pending(frozenset(), whole=True, until=revision())

    contact(utrecht)

    assert not MunicipalityContact.objects.exists()


@pytest.mark.parametrize(
    ("department", "said"),
    [
        ("point", {"phone": "bel ons"}),
        ("koffie", {"email": "info@example.org"}),
        ("point", {"email": "x"}),
    ],
)
def test_a_contact_that_reaches_nobody_is_refused(
    utrecht: Municipality, department: str, said: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        contact(utrecht, department, **said)


# --- organisation ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", PUBLISHED)
def test_an_organisation_shows_itself(visit: Visit, utrecht: Municipality, language: str) -> None:
    owner = make.organization("samen-sterk", "Samen Sterk")
    service = make.service(organization=owner, name="Inloop")
    written(owner)

    page = visit.get(at(owner, language=language))

    assert [heading.get_text() for heading in page.select("h1")] == ["Samen Sterk"]
    assert "Wij zijn er voor elkaar." in page.get_text()
    assert page.select_one('a[href="tel:0302316494"]')
    assert page.select_one(f'a[href="/{language}/m/utrecht/"]')
    assert page.select_one(f'a[href="/{language}/i/{service.number}/"]')
    assert f"/o/{owner.id}/" in str(visit.get(f"/{language}/m/utrecht/"))
    assert utrecht.slug == "utrecht"


def test_umbrella_and_members_lead_to_each_other_when_both_want_to_be_shown(
    visit: Visit, utrecht: Municipality
) -> None:
    above, below = make.organization("koepel", "Koepel"), make.organization("lid", "Lid")
    written(below, umbrella="koepel")
    assert visit.get(at(below)).select_one(f'a[href="{at(above)}"]') is None
    assert "Koepel" in visit.get(at(below)).get_text()
    written(above)

    assert visit.get(at(below)).select_one(f'a[href="{at(above)}"]')
    assert visit.get(at(above)).select_one(f'a[href="{at(below)}"]')
    assert utrecht.slug in PAGE["cities"]


@pytest.mark.parametrize("path", ["", "embed/"])
def test_who_does_not_want_to_be_shown_is_not_there(
    visit: Visit, utrecht: Municipality, path: str
) -> None:
    owner = make.organization("lid", "Lid")
    visit.get(at(owner, path), expect=404)
    written(owner, shown=False)

    visit.get(at(owner, path), expect=404)
    assert "Lid" not in visit.get(f"/nl/m/{utrecht.slug}/").get_text()


def test_a_hidden_service_is_not_on_the_page_of_its_organisation(
    visit: Visit, utrecht: Municipality
) -> None:
    owner = make.organization("lid", "Lid")
    make.service(organization=owner, name="Verborgen hulp", publish="hidden")
    written(owner)

    for path in (at(owner), at(owner, "embed/"), f"/feeds/nl/o/{owner.id}.atom"):
        visit.get(path)
        assert "Verborgen hulp" not in visit.answer.content.decode()
    assert utrecht.slug == "utrecht"


@pytest.mark.parametrize(
    "wrong",
    [
        {"activities": ["dancing"]},
        {"speaks": ["klingon"]},
        {"cities": ["atlantis"]},
        {"umbrella": "nobody"},
        {"umbrella": "lid"},
        {"phone": "bel ons"},
        {"kind": "club"},
        {"activities": "meeting"},
    ],
)
@pytest.mark.usefixtures("utrecht")
def test_what_a_page_cannot_say_is_refused(wrong: dict[str, Any]) -> None:
    owner = make.organization("lid", "Lid")

    with pytest.raises(Refused):
        written(owner, **wrong)

    assert Organization.objects.get(key="lid").version == 0


@pytest.mark.usefixtures("utrecht")
def test_a_page_has_a_history_and_two_who_edit_it_are_told() -> None:
    owner = make.organization("lid", "Lid")
    written(owner)
    written(owner, activities=["sport"])

    with pytest.raises(Conflict) as conflict:
        written(owner, version=1, activities=["papers"])

    assert conflict.value.fields == ("page",)
    changed = [
        d.fact for version in history_of("organization", owner.id) for d in version.differences
    ]
    assert changed == ["page", "about.nl", "page"]
    assert Change.objects.filter(kind="organization", record=owner.id).count() == 2


def test_an_import_leaves_the_page_and_its_history_alone() -> None:
    make.ground()
    make.import_map()
    owner = Organization.objects.get()
    written(owner)

    make.import_map(organizations=[{"id": "veilig-thuis", "name": "Veilig Thuis Nederland"}])

    facts = history_of("organization", owner.id)[0]
    assert facts.differences[0].fact == "name"
    assert len(facts.differences) == 1


# --- their own site ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("website", "ancestors"),
    [
        ("https://www.lid.example.org/x", "https://lid.example.org https://www.lid.example.org"),
        ("", "'none'"),
    ],
)
def test_the_frame_stands_on_their_own_site_only(
    visit: Visit, utrecht: Municipality, website: str, ancestors: str
) -> None:
    owner = make.organization("lid", "Lid")
    Organization.objects.filter(pk=owner.pk).update(website=website)
    make.service(organization=owner)
    written(owner)

    page = visit.get(at(owner, "embed/", "ar"))

    policy = visit.answer.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert ("X-Frame-Options" in visit.answer.headers) == (website == "")
    assert not page.select("script, form")
    assert not visit.answer.cookies
    assert {link["target"] for link in page.select("main a[href^='/']")} == {"_top"}
    visit.get(at(owner, "", "ar"))
    assert "frame-ancestors 'none'" in visit.answer.headers["Content-Security-Policy"]
    assert visit.answer.headers["X-Frame-Options"] == "DENY"
    assert utrecht.slug == "utrecht"


@pytest.mark.usefixtures("utrecht")
def test_what_to_copy_names_the_frame_and_nothing_else(visit: Visit) -> None:
    owner = make.organization("lid", 'Lid "<b>')
    written(owner)

    code = visit.get(at(owner)).select_one("pre code")

    assert code is not None
    [frame] = BeautifulSoup(code.get_text(), "html.parser").select("*")
    assert frame.name == "iframe"
    assert frame["src"] == f"http://testserver{at(owner)}embed/"


@pytest.mark.usefixtures("utrecht")
def test_the_feed_can_be_read_and_names_their_services(visit: Visit) -> None:
    owner = make.organization("lid", "Lid & vrienden")
    service = make.service(organization=owner, name="Inloop <1>")
    written(owner)

    visit.get(f"/feeds/nl/o/{owner.id}.atom")

    feed = ET.fromstring(visit.answer.content)  # noqa: S314 our own
    space = "{http://www.w3.org/2005/Atom}"
    assert visit.answer.headers["Content-Type"].startswith("application/atom+xml")
    assert feed.findtext(f"{space}title") == "Lid & vrienden"
    assert [entry.findtext(f"{space}title") for entry in feed.iter(f"{space}entry")] == [
        "Inloop <1>"
    ]
    assert f"/nl/i/{service.number}/" in visit.answer.content.decode()


# --- the picture -------------------------------------------------------------------------------


def test_a_picture_is_darker_where_there_is_more() -> None:
    assert len({darkness(0), darkness(1), darkness(2), darkness(9)}) == 4
    assert darkness(9) == darkness(90)


def test_a_picture_lies_as_its_reader_reads() -> None:
    cells = {("a", "nl"): 5}
    left, right = (
        picture(["a", "b"], ["nl", "ar", "ti"], cells, mirrored=mirrored)
        for mirrored in (False, True)
    )

    assert (left.width, left.height) == (right.width, right.height) == (75, 60)
    assert left.columns[0].x < left.columns[1].x
    assert right.columns[0].x > right.columns[1].x
    for drawn in (left, right):
        squares = "".join(layer.path for layer in drawn.layers).count("z")
        assert squares == 6
        assert all(0 <= mark.x <= drawn.width for mark in (*drawn.rows, *drawn.columns))


@pytest.mark.usefixtures("utrecht")
def test_neither_title_nor_address_names_an_organisation(visit: Visit) -> None:
    """What stays in the history of a phone says nothing."""
    owner = make.organization("lid", "Vluchtelingen Samen")
    written(owner)

    for path in ("", "embed/"):
        [title] = visit.get(at(owner, path)).select("title")
        assert "lucht" not in title.get_text() + at(owner, path)
