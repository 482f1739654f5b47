"""F2 on the pages: how sure we are of an entry, told in words in every language."""

from datetime import date, datetime

import pytest

from samen.directory.models import Service
from samen.directory.tests import make
from samen.foundation import clock
from samen.foundation.languages import PUBLISHED
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 10, 20, tzinfo=clock.AMSTERDAM)


@pytest.fixture(autouse=True)
def _a_tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)


def page_of(visit: Visit, service: Service, language: str = "en") -> str:
    return words(visit.get(f"/{language}/i/{service.number}/").select("main")[0])


@pytest.mark.parametrize("language", PUBLISHED)
def test_f2_every_state_has_its_words_in_every_language(visit: Visit, language: str) -> None:
    service = make.service(checked_on=date(2026, 11, 1))
    make.phone(service)
    said = [page_of(visit, service, language)]
    for columns in (
        {"assured_on": date(2026, 11, 2), "assurer": "organization"},
        {"assurer": "steward"},
        {"freshness": "due"},
        {"freshness": "overdue"},
        {"number_doubted_on": date(2026, 11, 20)},
        {"closed_from": date(2026, 12, 24), "closed_until": date(2026, 12, 31)},
    ):
        Service.objects.update(**columns)
        said.append(page_of(visit, service, language))

    assert len(set(said)) == len(said)
    english = "Closed from" in said[-1]
    assert english == (language == "en")


def test_f2_what_is_overdue_says_to_call_first_and_stands_under_its_heading(visit: Visit) -> None:
    service = make.service(freshness="overdue", assured_on=date(2025, 11, 2), assurer="steward")
    assert "have no answer yet. Call before you go." in page_of(visit, service)
    listed = visit.get(f"/en/find/?i={service.number}")
    headings = [words(heading) for heading in listed.select("main h2")]
    assert "Not yet confirmed, call and ask" in headings


def test_a_line_for_emergencies_stays_where_it_is(visit: Visit) -> None:
    service = make.service(freshness="overdue", emergency=True)
    listed = visit.get(f"/en/find/?i={service.number}")
    assert not [h for h in listed.select("main h2") if "Not yet confirmed" in words(h)]


def test_a_number_that_people_say_is_wrong_names_who_helps_on(visit: Visit) -> None:
    service = make.service(number_doubted_on=date(2026, 11, 20))
    make.phone(service, "030-1234567")
    for path in (f"/ar/i/{service.number}/", f"/ar/find/?i={service.number}"):
        page = visit.get(path)
        assert page.select("main a[href='tel:08002000']")
        assert page.select("main a[href='tel:0301234567']"), "the number itself stays"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 11, 20), date(2026, 11, 24), "up to and including 24 November 2026."),
        (date(2026, 11, 20), None, "Closed for some time."),
        (date(2026, 11, 25), None, "Closed from"),
        (date(2026, 11, 20), date(2026, 11, 23), ""),
        (None, None, ""),
    ],
)
def test_f4_a_closure_is_told_until_its_last_day(
    visit: Visit, start: date | None, end: date | None, said: str
) -> None:
    service = make.service(hours="always", closed_from=start, closed_until=end)
    page = page_of(visit, service)

    assert ("Closed f" in page) == bool(said)
    assert said in page
