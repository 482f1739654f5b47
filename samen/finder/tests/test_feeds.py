"""What programs take from the pages: whole, in the reader's language, and telling nothing more."""

import json
import re
from datetime import date, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from icalendar import Calendar

from samen.directory import actions as directory
from samen.directory.actions.changing import leave_a_line
from samen.directory.models import HoursException, OpeningHours, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.finder.queries import followed
from samen.foundation.actor import job
from samen.foundation.languages import PUBLISHED
from samen.places.tests import make as places
from tests.test_neutral import TELLING
from tests.visit import Visit, words

MARKER = "ZEBRAPAD-77"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    made = make.service(
        name="Steunpunt", names={"en": "Support"}, hours="weekly", hours_confirmed=True
    )
    make.location(made, street=MARKER)
    make.phone(made)
    make.phone(made, "0900-1234", confirmed=False)
    OpeningHours.objects.create(service=made, weekday=0, opens=time(9), closes=time(17))
    OpeningHours.objects.create(service=made, weekday=6, opens=time(0), closes=time(0))
    HoursException.objects.create(service=made, date=date(2026, 12, 25))
    HoursException.objects.create(
        service=made, date=date(2026, 12, 24), opens=time(22), closes=time(2)
    )
    return noted(made)


def noted(service: Service) -> Service:
    leave_a_line("service", service.id, "created", by=job("test"), at=NOON)
    return service


def linked(client: Client, service: Service, language: str = "nl") -> dict[str, Any]:
    answer = client.get(f"/{language}/i/{service.number}/service.jsonld")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/ld+json; charset=utf-8"
    assert not answer.cookies
    said: dict[str, Any] = json.loads(answer.content)
    return said


def test_a_service_is_linked_data_at_an_address_that_its_page_names(
    visit: Visit, client: Client, service: Service
) -> None:
    """Not inside the page, where nothing of a script may stand."""
    page = visit.get(f"/en/i/{service.number}/")
    [link] = page.select("link[type='application/ld+json']")
    assert link["href"] == "service.jsonld"

    said = linked(client, service, "en")
    assert said["@context"] == "https://schema.org"
    assert (said["@type"], said["name"]) == ("Service", "Support")
    assert said["url"] == f"http://testserver/en/i/{service.number}/"
    assert said["provider"] == {"@type": "Organization", "name": "Veilig Thuis"}
    assert said["hoursAvailable"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "Monday",
            "opens": "09:00",
            "closes": "17:00",
        },
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "Sunday",
            "opens": "00:00",
            "closes": "23:59",
        },
        {
            "@type": "OpeningHoursSpecification",
            "opens": "22:00",
            "closes": "02:00",
            "validFrom": "2026-12-24",
            "validThrough": "2026-12-24",
        },
        {
            "@type": "OpeningHoursSpecification",
            "opens": "00:00",
            "closes": "00:00",
            "validFrom": "2026-12-25",
            "validThrough": "2026-12-25",
        },
    ]
    assert "0800-2000" in str(said)
    assert "0900-1234" not in str(said)


def test_hours_that_nobody_confirmed_are_not_given_to_a_program(
    client: Client, service: Service
) -> None:
    Service.objects.update(hours_confirmed=False)

    assert "hoursAvailable" not in linked(client, service)


def test_a_secret_place_is_in_none_of_them(client: Client, service: Service) -> None:
    assert MARKER in str(linked(client, service))
    version, facts = directory.service_facts(service.id)
    [place] = facts["location"]["locations"]
    secret = dict.fromkeys(place, "") | {"type": "confidential", "confirmed": False}
    directory.change_service(
        service_id=service.id,
        changes={"location": {"locations": [secret]}},
        version=version,
        why="",
        by=job("test"),
        at=NOON,
    )

    for path in paths_of(service):
        assert MARKER not in client.get(path).content.decode(), path


def paths_of(service: Service) -> tuple[str, ...]:
    return (
        f"/nl/i/{service.number}/service.jsonld",
        f"/feeds/nl/i/{service.number}.ics",
        "/feeds/nl/map.atom",
        "/sitemap.xml",
        "/nl/sitemap-1.xml",
    )


def test_what_is_hidden_is_in_none_of_them(client: Client) -> None:
    hidden = noted(make.service(name=MARKER, publish=Service.Publish.HIDDEN))
    alone, calendar, *lists = paths_of(hidden)

    assert client.get(alone).status_code == 404
    assert client.get(calendar).status_code == 404
    for path in lists:
        said = client.get(path).content.decode()
        assert MARKER not in said
        assert f"/i/{hidden.number}/" not in said


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_a_calendar_says_when_it_is_not_as_usual_and_not_whose_it_is(
    client: Client, service: Service, language: str
) -> None:
    Service.objects.update(closed_from=date(2026, 12, 28), closed_until=date(2027, 1, 2))
    answer = client.get(f"/feeds/{language}/i/{service.number}.ics")
    book = Calendar.from_ical(answer.content)
    events = sorted(book.walk("VEVENT"), key=lambda event: str(event.decoded("dtstart")))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert [event.decoded("dtstart") for event in events][1:] == [
        date(2026, 12, 25),
        date(2026, 12, 28),
    ]
    assert events[0].decoded("dtend") - events[0].decoded("dtstart") == timedelta(hours=4)
    assert events[2].decoded("dtend") == date(2027, 1, 3)
    text = answer.content.decode()
    assert all(name not in text for name in ("Steunpunt", "Support", "Veilig", MARKER, "0800"))
    assert f"Samen {service.number}: " in text
    assert ("gesloten" in text) == (language == "nl")
    assert client.get(f"/feeds/{language}/i/{service.number}.ics").content.count(b"UID") == 3


def test_a_closure_without_an_end_is_shown_for_a_year(client: Client, service: Service) -> None:
    Service.objects.update(closed_from=date(2026, 12, 28))
    HoursException.objects.all().delete()
    book = Calendar.from_ical(client.get(f"/feeds/nl/i/{service.number}.ics").content)
    [event] = book.walk("VEVENT")

    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=366)


@pytest.mark.usefixtures("service")
def test_news_are_the_entries_that_changed_last(visit: Visit) -> None:
    newer = noted(make.service(name="Nieuwer"))
    visit.get("/feeds/en/map.atom?seen=before")
    feed = ET.fromstring(visit.answer.content)  # noqa: S314 our own

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles == ["Nieuwer", "Support"]
    assert feed.findtext(f"{ATOM}updated") == "2026-11-22T12:00:00+00:00"
    [first, _second] = feed.findall(f"{ATOM}entry")
    # An id is for ever: whatever name the site was asked by, and whatever was asked beside it.
    assert first.findtext(f"{ATOM}id") == f"{settings.SITE}/en/i/{newer.number}/"
    assert feed.findtext(f"{ATOM}id") == f"{settings.SITE}/feeds/en/map.atom"
    assert visit.answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"


def test_an_empty_map_has_feeds_too(client: Client) -> None:
    for path in ("/feeds/nl/map.atom", "/sitemap.xml", "/nl/sitemap-1.xml", "/robots.txt"):
        assert client.get(path).status_code == 200


def test_the_lists_of_addresses_lead_to_pages_and_say_nothing(
    client: Client, service: Service
) -> None:
    places.municipality("utrecht")
    index = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 our own
    lists = [loc.text or "" for loc in index.iter(f"{MAP}loc")]
    assert len(lists) == 10
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()

    found: list[str] = []
    for each in lists:
        said = client.get(each.removeprefix("http://testserver"))
        assert said.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert not re.search(TELLING, said.content.decode(), re.IGNORECASE)
        found += [loc.text or "" for loc in ET.fromstring(said.content).iter(f"{MAP}loc")]  # noqa: S314 our own
    assert f"http://testserver/ar/i/{service.number}/" in found
    assert "http://testserver/so/m/utrecht/" in found
    for address in found:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200, address


def test_a_long_list_goes_on_in_the_next_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [noted(make.service()) for _ in range(5)]
    monkeypatch.setattr(followed, "OF_A_SITEMAP", 2)
    listed = "".join(client.get(f"/nl/sitemap-{page}.xml").content.decode() for page in (1, 2, 3))

    assert all(listed.count(f"/i/{each.number}/<") == 1 for each in services)
    assert client.get("/sitemap.xml").content.count(b"/nl/sitemap-") == 3
    assert client.get("/nl/sitemap-4.xml").status_code == 404
    assert client.get("/nl/sitemap-0.xml").status_code == 404


@pytest.mark.parametrize("language", PUBLISHED)
def test_what_can_be_taken_along_is_offered_in_plain_words(visit: Visit, language: str) -> None:
    page = visit.get(f"/{language}/open/")
    [link] = visit.get(f"/{language}/about/").select(f"a[href='/{language}/open/']")
    assert words(link) == words(page.select_one("h1") or link)

    offered = {str(each["href"]) for each in page.select("main a[href]")}
    assert {"/feeds/samen.xlsx", "/feeds/samen.csv", "/feeds/samen-hsds.zip"} < offered
    for address in offered:
        assert visit._client.get(address).status_code in (200, 503), address
    assert "CC-BY-4.0" in words(page)
