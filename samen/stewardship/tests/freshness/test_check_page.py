"""F3: an organisation without an account confirms or corrects its entry by a link in a letter."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.models import Service
from samen.directory.tests import make as listings
from samen.directory.tests.make import NOON
from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind
from samen.foundation.languages import PUBLISHED
from samen.post import actions as post
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.models import Review, Suggestion, Task
from samen.stewardship.queries.reviewing import token_of
from samen.stewardship.tests.freshness import make
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=days))


def filled(page: Any, **typed: str) -> dict[str, str]:
    """What a browser sends from the form of corrections."""
    sent = {"answer": "otherwise"}
    for field in page.select("details form input[name], details form textarea[name]"):
        if field.get("type") != "checkbox" or field.has_attr("checked"):
            value = field.get_text() if field.name == "textarea" else field.get("value", "on")
            sent[field["name"]] = value
    return sent | typed


def yes(page: Any) -> dict[str, str]:
    return {"answer": "yes", "version": page.select_one("input[name=version]")["value"]}


def test_f3_the_letter_leads_to_a_page_that_shows_and_one_press_confirms(visit: Visit) -> None:
    service, review, _token = make.asked()
    link = Letter.objects.get().values["link"]
    path = "/" + link.split("/", 3)[3]
    page = visit.get(path)
    assert service.name in page.get_text()

    visit.post(path, yes(page))
    assert visit.answer.headers["Location"] == path
    service.refresh_from_db()
    assert (service.assured_on, service.assurer) == (make.TODAY, "organization")
    assert service.freshness == "fresh"
    line = Entry.objects.get(event_type="service confirmed")
    assert (line.user_kind, line.user_id) == ("link", review.id)
    assert "alles klopt" in visit.get(path).get_text()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_f3_a_scanner_of_mail_that_follows_the_link_has_confirmed_nothing(
    client: Client, method: str
) -> None:
    service, review, token = make.asked()
    for _ in range(3):
        getattr(client, method)(f"/nl/check/{token}/?answer=yes&version=0")

    service.refresh_from_db()
    review.refresh_from_db()
    assert (service.assured_on, review.outcome) == (None, "")


@pytest.mark.parametrize("sent", [{}, {"answer": "yes"}, {"answer": "yes", "version": "x"}])
def test_f3_an_empty_post_confirms_nothing(visit: Visit, sent: dict[str, str]) -> None:
    service, _review, token = make.asked()
    visit.post(f"/en/check/{token}/", sent, expect=422)

    service.refresh_from_db()
    assert service.assured_on is None


def test_f3_a_form_of_another_site_is_refused(client: Client) -> None:
    service, _review, token = make.asked()
    answer = client.post(
        f"/nl/check/{token}/",
        {"answer": "yes", "version": "0"},
        headers={"origin": "https://evil.example.org"},
    )
    assert answer.status_code == 400
    service.refresh_from_db()
    assert service.assured_on is None


@pytest.mark.parametrize("language", PUBLISHED)
def test_f3_the_page_speaks_every_language_and_so_do_its_ends(
    visit: Visit, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _service, review, token = make.asked(
        hours="always", closed_until=date(2026, 12, 24), publish="review"
    )
    path = f"/{language}/check/{token}/"
    page = visit.get(path)
    assert page.select_one(f"html[lang={language}]")
    wrong = visit.post(path, filled(page, phone="hello", email="@", day_0="soon"), expect=422)
    assert len(wrong.select(".note.error")) == 4
    assert wrong.select("details[open]")

    visit.get(f"/{language}/check/{token[:-1]}/", expect=404)
    later(monkeypatch, 91)
    old = visit.get(path, expect=410)
    assert old.select("button[value=again]")
    later(monkeypatch, 0)
    visit.post(path, yes(page))
    thanks = visit.get(path)
    assert words(thanks.select("h1")[0]) != words(page.select("h1")[0])
    review.refresh_from_db()
    assert review.outcome == "confirmed"
    if language != "en":
        english = visit.get(f"/en/check/{token}/")
        assert words(english.select("main")[0]) != words(thanks.select("main")[0])


def test_a_link_works_once(visit: Visit) -> None:
    service, _review, token = make.asked()
    path = f"/nl/check/{token}/"
    page = visit.get(path)
    visit.post(path, yes(page))
    visit.post(path, yes(page), expect=200)  # pressed twice: the thanks at once
    assert Entry.objects.filter(event_type="service confirmed").count() == 1

    Service.objects.update(email="other@example.org")
    visit.post(path, filled(page, email="third@example.org"), expect=200)
    service.refresh_from_db()
    assert service.email == "other@example.org"
    assert not Suggestion.objects.exists()


def test_a_link_that_is_too_old_says_so_and_a_new_one_goes_to_the_known_address_only(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, _review, token = make.asked()
    path = f"/nl/check/{token}/"
    page = visit.get(path)
    later(monkeypatch, 91)
    visit.get(path, expect=410)
    visit.post(path, yes(page), expect=410)
    service.refresh_from_db()
    assert service.assured_on is None

    visit.post(path, {"answer": "again", "to": "thief@example.org"}, expect=200)
    assert {letter.to for letter in Letter.objects.all()} == {make.DESK}
    assert Letter.objects.count() == 2
    visit.get(path)
    visit.post(path, yes(page))
    service.refresh_from_db()
    assert service.assured_on is not None


@pytest.mark.parametrize("end", ["", "x", "é", "AAAAAAAAAAAAAAAAAAAAAA.abc", "a" * 300, "%2e%2e"])
def test_what_was_never_sent_opens_nothing(visit: Visit, end: str) -> None:
    _service, _review, token = make.asked()
    other = token_of(uuid4())
    for wrong in {end or other, f"{other.partition('.')[0]}.{token.partition('.')[2]}"}:
        page = visit.get(f"/nl/check/{wrong}/", expect=404)
        assert words(page.select("h1")[0]) == "We kennen deze link niet"
        visit.post(f"/nl/check/{wrong}/", {"answer": "yes", "version": "0"}, expect=404)


def test_the_link_of_one_entry_does_nothing_to_another(visit: Visit) -> None:
    _service, _review, token = make.asked()
    other = make.due()
    page = visit.get(f"/nl/check/{token}/")
    visit.post(f"/nl/check/{token}/", yes(page) | {"service": str(other.id)})

    other.refresh_from_db()
    assert other.assured_on is None


def test_who_read_it_before_it_changed_reads_it_again(visit: Visit) -> None:
    service, _review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    directory.change_service(
        service_id=service.id,
        changes={"website": {"website": "https://new.example.org"}},
        version=0,
        why="",
        by=ANNA,
        at=NOON,
    )
    again = visit.post(f"/nl/check/{token}/", yes(page), expect=422)
    assert "new.example.org" in again.get_text()
    assert "veranderd sinds" in words(again.select("[role=alert]")[0])
    visit.post(f"/nl/check/{token}/", yes(again))


def test_f3_a_correction_waits_for_a_steward_and_visitors_read_the_old(visit: Visit) -> None:
    service, review, token = make.asked(hours="")
    listings.phone(service)
    page = visit.get(f"/nl/check/{token}/")
    visit.post(
        f"/nl/check/{token}/",
        filled(
            page,
            phone="030-7654321",
            day_0="9-12:30, 13.30-17:00",
            day_4="22:00-24:00",
            closed_until="2026-12-24",
            words="We moved",
        ),
    )
    suggestion = Suggestion.objects.get()
    assert suggestion.critical
    assert suggestion.author == review.id
    assert suggestion.why == "We moved"
    assert suggestion.changes["hours"]["week"] == [
        [0, "09:00", "12:30"],
        [0, "13:30", "17:00"],
        [4, "22:00", "00:00"],
    ]
    assert suggestion.changes["hours"]["closed_until"] == "2026-12-24"
    [phone] = suggestion.changes["phones"]["phones"]
    assert (phone["number"], phone["confirmed"]) == ("030-7654321", True)
    assert suggestion.changes["how"] == {"channels": ["phone"]}
    assert "email" not in suggestion.changes
    assert Task.objects.get().kind == "corrected"
    service.refresh_from_db()
    assert (service.assured_on, service.hours) == (None, "")
    assert "wat er is veranderd" in visit.get(f"/nl/check/{token}/").get_text()


def test_a_correction_that_says_nothing_is_given_back(visit: Visit) -> None:
    _service, review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    visit.post(f"/nl/check/{token}/", filled(page), expect=422)
    review.refresh_from_db()
    assert review.outcome == ""


def test_nothing_that_was_typed_is_lost(visit: Visit) -> None:
    service, _review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    typed = {"what": "Bel 030-1234567 voor hulp.", "words": "Remember <this>", "day_3": "9-10"}
    again = visit.post(f"/nl/check/{token}/", filled(page, **typed), expect=422)

    assert again.select("#what")[0].get_text().strip() == typed["what"]
    assert again.select("#words")[0].get_text() == typed["words"]
    assert again.select("#day_3")[0]["value"] == "9-10"
    assert not Suggestion.objects.filter(service=service).exists()


@pytest.mark.parametrize(
    ("day", "good"),
    [
        ("9-17", True), ("09.00 – 17.00", True), ("0:00-24:00", True), ("22-2", True),
        ("9-12,13-17", True), ("25-26", False), ("9", False), ("9-12,11-17", False),
        ("9:70-10", False), ("closed", False), ("9-12;13-17", False),
    ],
)  # fmt: skip
def test_hours_as_people_write_them(visit: Visit, day: str, good: bool) -> None:  # noqa: FBT001 of the table
    _service, _review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    visit.post(f"/nl/check/{token}/", filled(page, day_1=day), expect=303 if good else 422)
    assert Suggestion.objects.exists() == good


def test_who_does_it_no_longer_says_so_with_one_tick(visit: Visit) -> None:
    service, _review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    visit.post(f"/nl/check/{token}/", filled(page, gone="on"))

    assert Suggestion.objects.get().changes["publish"]["publish"] == "hidden"
    service.refresh_from_db()
    assert service.publish == "ready"


def test_words_alone_are_a_message_for_the_steward(visit: Visit) -> None:
    _service, _review, token = make.asked()
    page = visit.get(f"/nl/check/{token}/")
    visit.post(f"/nl/check/{token}/", filled(page, words="Ring twice"))

    task = Task.objects.get()
    assert (task.kind, task.words) == ("message", "Ring twice")
    assert not Suggestion.objects.exists()


def test_an_entry_that_was_hidden_is_shown_on_the_page_and_comes_back(visit: Visit) -> None:
    service, _review, token = make.asked()
    for day in (14, 28, 42, 60, 180, 181, 240):
        jobs.review_listings(at=make.at_day(day))
    service.refresh_from_db()
    assert (service.publish, service.freshness) == ("hidden", "hidden")
    visit.get(f"/nl/i/{service.number}/", expect=404)
    Review.objects.update(asked_on=make.TODAY)

    page = visit.get(f"/nl/check/{token}/")
    assert service.name in page.get_text()
    visit.post(f"/nl/check/{token}/", yes(page))
    visit.get(f"/nl/i/{service.number}/")


def test_f3_a_letter_that_came_back_raises_a_task_once(visit: Visit) -> None:
    service, review, _token = make.asked()
    letter = Letter.objects.get()
    Letter.objects.update(
        state="sent", attempts=1, tried_since=NOON, sent_at=NOON, closed_at=NOON, values={}
    )
    post.note_bounce(message_id=letter.message_id, status="5.1.1", by=ANNA, at=NOON)

    assert jobs.note_bounces(at=NOON) == 1
    assert jobs.note_bounces(at=NOON) == 0
    assert Task.objects.get().kind == "bounced"
    jobs.review_listings(at=make.at_day(1))
    review.refresh_from_db()
    assert review.escalated_on == date(2026, 11, 23)
    assert len(make.letters()) == 1, "nobody writes to an address that is not there"

    Service.objects.filter(pk=service.pk).update(email="right@example.org")
    jobs.review_listings(at=make.at_day(2))
    assert jobs.note_bounces(at=make.at_day(2)) == 0
    assert Letter.objects.order_by("created_at").last().to == "right@example.org"  # type: ignore[union-attr]  # there are two
    assert visit.get(f"/nl/check/{token_of(review.id)}/")


def test_a_secret_place_is_not_on_the_page(visit: Visit) -> None:
    service, _review, token = make.asked()
    listings.confidential_location(service)
    page = visit.get(f"/nl/check/{token}/")

    assert "geheim" in page.get_text()
    assert not page.select("a[href*=openstreetmap]")


def test_the_page_sets_no_cookie_and_is_never_kept(visit: Visit) -> None:
    _service, _review, token = make.asked()
    visit.get(f"/nl/check/{token}/")
    assert "X-Keep-Until" not in visit.answer.headers
