"""The visitor pages with the real map."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samen.audit.models import Entry
from samen.directory.models import Change, OpeningHours, ProblemReport, Route, Service, ServiceNeed
from samen.finder.http import tokens
from samen.finder.rules import FALLBACK
from samen.foundation import clock
from samen.foundation.languages import PUBLISHED
from samen.needs.models import Need
from tests.visit import Visit, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map")]

TUESDAY_MORNING = datetime(2026, 11, 24, 10, 20, tzinfo=clock.AMSTERDAM)
PARTNER, RAPE_RECENT, DANGER_NOW, CAPTIVE, SUICIDAL, STAFF_ONLY = 36, 33, 32, 43, 65, 6
TRAFFICKING = 48


@pytest.fixture(autouse=True)
def _a_tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: TUESDAY_MORNING)


def test_the_first_page_speaks_the_browsers_language_and_shows_all(visit: Visit) -> None:
    page = visit.get("/", language="ti-ER, ar;q=0.8")

    assert page.select_one("html[lang=ti][dir=ltr]")
    shown = {name["lang"] for name in page.select(".langs a bdi")}
    assert shown == set(PUBLISHED)
    assert page.select_one("details.langs[open]")


@pytest.mark.parametrize("language", PUBLISHED)
def test_every_tile_leads_to_a_number_in_one_tap(visit: Visit, language: str) -> None:
    home = visit.get(f"/{language}/")
    tiles = home.select("a.tile")

    assert len(tiles) == 8
    for tile in tiles:
        results = visit.get(str(tile["href"]))
        assert results.select("article a.call[href^='tel:']"), words(tile)


def test_what_is_urgent_changes_what_stands_first(visit: Visit) -> None:
    danger = visit.get(f"/en/find/?need={DANGER_NOW}")
    first = danger.select_one("article h2")
    assert first is not None
    assert words(first) == "112"
    assert "danger now" in words(danger.select("p.note")[0])

    recent = visit.get(f"/en/find/?need={RAPE_RECENT}")
    assert "7 days" in words(recent.select("p.note")[0])
    assert words(recent.select("article h2")[0]).startswith("Centrum Seksueel Geweld")


def test_entries_nobody_confirmed_stand_under_a_heading_of_their_own(visit: Visit) -> None:
    page = visit.get(f"/en/find/?need={PARTNER}&place=rotterdam")
    headings = [words(heading) for heading in page.select("main h2, main h3")]

    apart = headings.index("Not yet confirmed, call and ask")
    assert "Veilig Thuis" in headings[:apart]
    assert any("Filomena" in heading for heading in headings[apart:])


def test_where_nothing_confirmed_is_known_somebody_can_always_think_along(visit: Visit) -> None:
    Service.objects.filter(publish=Service.Publish.READY).exclude(key__in=FALLBACK).update(
        publish=Service.Publish.REVIEW
    )
    Route.objects.all().delete()
    ServiceNeed.objects.filter(service__key__in=FALLBACK).delete()
    Change.objects.create(at=TUESDAY_MORNING, kind="service", record=uuid4(), verb="changed")
    page = visit.get(f"/en/find/?need={CAPTIVE}")

    assert "These can always think along with you" in page.get_text()
    assert page.select("a.call[href='tel:08002000']")


def test_a_page_is_kept_until_who_thinks_along_closes(visit: Visit) -> None:
    theirs = Service.objects.filter(key__in=FALLBACK)
    Service.objects.filter(publish=Service.Publish.READY).exclude(key__in=FALLBACK).update(
        publish=Service.Publish.REVIEW
    )
    Service.objects.exclude(key__in=FALLBACK).update(hours="", hours_confirmed=False)
    Route.objects.all().delete()
    ServiceNeed.objects.filter(service__in=theirs).delete()
    OpeningHours.objects.filter(service__in=theirs).delete()
    theirs.update(hours="weekly", hours_confirmed=True, urgent_always=False)
    closes = (TUESDAY_MORNING + timedelta(hours=2)).time()
    for service in theirs:
        for day in range(7):
            OpeningHours.objects.create(service=service, weekday=day, opens=time(0), closes=closes)
    Change.objects.create(at=TUESDAY_MORNING, kind="service", record=uuid4(), verb="changed")

    visit.get(f"/en/find/?need={CAPTIVE}")

    until = datetime.fromtimestamp(int(visit.answer.headers["X-Keep-Until"]), clock.AMSTERDAM)
    assert until.time() == closes


def test_no_unconfirmed_number_and_no_unverified_entry_is_on_any_page(visit: Visit) -> None:
    unconfirmed = {"088 234 24 50", "088 374 47 44", "020-7653801", "0800-3200032", "0900-8020"}
    for service in Service.objects.all():
        shown = service.publish != Service.Publish.HIDDEN
        page = visit.get(f"/en/i/{service.number}/", expect=200 if shown else 404)
        assert not [number for number in unconfirmed if number in page.get_text()]


def test_a_secret_place_is_nowhere(visit: Visit) -> None:
    arosa = Service.objects.get(key="arosa")
    page = visit.get(f"/en/i/{arosa.number}/")

    assert "kept secret" in page.get_text()
    assert not page.select("a[href*='openstreetmap']")
    for place in ("", "&place=rotterdam"):
        results = visit.get(f"/en/find/?need={PARTNER}{place}")
        cards = [card for card in results.select("article") if "Arosa" in card.get_text()]
        assert not [card for card in cards if " km " in card.get_text()]


def test_hours_are_a_time_on_the_clock_and_unknown_is_not_closed(visit: Visit) -> None:
    gza = Service.objects.get(key="gza")
    page = visit.get(f"/en/i/{gza.number}/")
    assert "17:00" in page.get_text()
    assert not re.search(r"\bin \d+ (min|hour)", page.get_text())

    zorgcafe = Service.objects.get(key="mdm-zorgcafe")
    page = visit.get(f"/en/i/{zorgcafe.number}/")
    assert "Hours not known: call first" in page.get_text()
    assert "Closed" not in page.get_text()


def test_hours_that_nobody_confirmed_keep_nobody_off_the_list(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sunday_night = datetime(2026, 11, 29, 23, 30, tzinfo=clock.AMSTERDAM)
    monkeypatch.setattr(clock, "now", lambda: sunday_night)
    comensha = Service.objects.get(key="comensha")
    assert not comensha.hours_confirmed

    page = visit.get(f"/en/find/?need={TRAFFICKING}&open=1")
    assert page.select(f"article a[href='/en/i/{comensha.number}/']")


def test_a_sentence_in_dutch_to_read_out(visit: Visit) -> None:
    page = visit.get("/ti/i/3/")

    [sentence] = page.select("p.say[lang=nl]")
    assert words(sentence) == "Ik spreek Tigrinya. Wilt u een tolk bellen?"
    assert not visit.get("/nl/i/3/").select("p.say")


def test_a_list_to_hand_over_keeps_its_order(visit: Visit) -> None:
    page = visit.get("/en/find/?i=8,3,4")

    names = [words(heading) for heading in page.select("article h2")]
    assert [name.split(" (")[0] for name in names] == [
        "Zorgcafé Dokters van de Wereld", "Veilig Thuis", "Centrum Seksueel Geweld",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/xx/", "/en/find/?need=999999", "/en/find/?need=abc", f"/en/find/?need={STAFF_ONLY}",
        "/en/find/?place=atlantis", "/en/find/?page=900", "/en/find/?speaks=klingon",
        "/en/find/?for=everybody", "/en/i/999999/", "/en/i/0/", "/en/nothing/", "/en/%ff/",
        "/en/find/?i=999999", "/en/find/?place=%00", "/en/i/3/wrong/no/",
    ],
)  # fmt: skip
def test_what_does_not_exist_says_so_with_the_numbers(visit: Visit, path: str) -> None:
    page = visit.get(path, expect=404)

    assert page.select("nav.now a[href='tel:112']")
    assert page.select("main a[href='tel:08002000']")


def test_a_body_that_is_too_long_is_not_read(visit: Visit) -> None:
    page = visit.post("/ar/find/", {"q": "x" * 10_000_000}, expect=413)

    assert page.select_one("html[lang=ar]")
    assert page.select("nav.now a[href='tel:112']")


@pytest.mark.parametrize(
    "text",
    ["\x00\x01\x02", "\ud83d", "a" * 5000, "' OR 1=1 --", "<script>", "\u202e\u202e", " ", ""],
)
def test_any_words_get_an_answer(visit: Visit, text: str) -> None:
    answer = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    page = visit.post("/en/find/", {"q": answer}, expect=200)

    assert page.select("main .list a")
    assert not page.select("main script")


def test_broken_letters_in_a_body_get_an_answer(client: Client) -> None:
    answer = client.post(
        "/en/find/", b"q=%ff%fe%fa", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_another_method_gets_a_clear_page(client: Client, method: str) -> None:
    answer = getattr(client, method)("/en/")

    assert answer.status_code == 405
    assert b"tel:112" in answer.content
    assert "GET" in answer.headers["Allow"]


def test_words_never_stand_in_an_address(visit: Visit) -> None:
    visit.post("/nl/find/", {"q": "mijn man slaat mij"})
    address = visit.answer.headers["Location"]

    assert address.startswith(f"/nl/find/?need={PARTNER}")
    assert "slaat" not in address


def test_a_town_in_the_words_narrows_the_list(visit: Visit) -> None:
    visit.post("/nl/find/", {"q": "mijn man slaat mij arnhem"})

    assert "place=arnhem" in visit.answer.headers["Location"]


def test_a_name_leads_to_that_service(visit: Visit) -> None:
    visit.post("/en/find/", {"q": "zanzu"})

    zanzu = Service.objects.get(key="zanzu").number
    assert visit.answer.headers["Location"] == f"/en/i/{zanzu}/"


@pytest.mark.parametrize("text", ["hello", "hi", "pizza", "football", "thank you", "asdf", "سلام"])
def test_a_guess_is_asked_and_never_stated(visit: Visit, text: str) -> None:
    page = visit.post("/en/find/", {"q": text}, expect=200)

    assert page.select("main .list a")


@pytest.mark.parametrize("text", ["lawyer", "advocaat", "avukat", "محامي"])
def test_who_names_a_kind_of_help_gets_that(visit: Visit, text: str) -> None:
    visit.post("/en/find/", {"q": text})

    legal = Need.objects.get(key="sup.legal").number
    assert visit.answer.headers["Location"].startswith(f"/en/find/?need={legal}")


def test_an_empty_question_is_no_fault(visit: Visit) -> None:
    assert "You wrote nothing yet" in visit.post("/en/find/", {"q": " "}, expect=200).get_text()
    page = visit.post("/en/place/", {"where": ""}, expect=200)
    assert page.select("[role=alert]")


def test_a_town_nobody_knows_is_dropped_from_a_question(visit: Visit) -> None:
    visit.post("/en/find/", {"q": "my husband hits me", "place": "gotham"})

    assert "gotham" not in visit.answer.headers["Location"]


def test_whoever_wants_to_die_reads_113_and_112_first(visit: Visit) -> None:
    page = visit.get(f"/en/find/?need={SUICIDAL}")

    assert [words(name)[:3] for name in page.select("article h2")[:2]] == ["113", "112"]
    assert "113" in words(page.select("p.note")[0])


def test_another_town_keeps_what_was_asked(visit: Visit) -> None:
    page = visit.get(f"/en/find/?need={PARTNER}&place=arnhem&open=1&for=women&how=chat")
    [elsewhere] = [a for a in page.select("a.pill") if words(a) == "Another town"]
    choices = visit.get(str(elsewhere["href"]))

    nijmegen = next(a for a in choices.select("a.pill") if "nijmegen" in str(a["href"]))
    for kept in (f"need={PARTNER}", "open=1", "for=women", "how=chat", "place=nijmegen"):
        assert kept in str(nijmegen["href"])
    assert {i["name"] for i in choices.select("input[type=hidden]")} == {
        "need",
        "open",
        "for",
        "how",
    }


def test_every_wish_has_a_chip_that_takes_it_away(visit: Visit) -> None:
    page = visit.get(
        f"/en/find/?need={PARTNER}&place=arnhem&within=10&speaks=ar&open=1&for=women,men&papers=0"
        "&cost=0&how=phone,chat"
    )

    assert len(page.select("a.pill[aria-current]")) == 10


def test_what_a_call_costs_stands_beside_the_number(visit: Visit) -> None:
    number = Service.objects.get(key="verbreek-de-stilte").number
    page = visit.get(f"/en/find/?i={number}")

    assert "This call costs money" in page.get_text()


def test_a_town_is_chosen_by_typing_and_kept_in_the_address_only(visit: Visit) -> None:
    visit.post("/ar/place/", {"where": "أرنهيم", "need": str(PARTNER)})
    assert visit.answer.headers["Location"] == f"/ar/find/?need={PARTNER}&place=arnhem"

    page = visit.post("/ar/place/", {"where": "xqqz"}, expect=200)
    assert page.select("[role=alert]")
    assert page.select("input[name=where]")[0]["value"] == "xqqz"


# --- something is wrong here ---------------------------------------------------------------------


def _report(client: Client, token: str, reason: str = "number", **headers: str) -> Any:
    return client.post("/en/i/3/wrong/", {"reason": reason, "token": token}, headers=headers)


def test_a_report_is_noted_once_however_often_it_is_sent(client: Client) -> None:
    token = tokens.make("wrong:3")
    for _ in range(3):
        assert _report(client, token).status_code == 303

    report = ProblemReport.objects.get()
    assert (report.service.number, report.reason) == (3, "number")
    assert report.day == TUESDAY_MORNING.date()
    assert Entry.objects.filter(event_type="problem reported").count() == 1


@pytest.mark.parametrize("token", ["", "made-up", "eyJ:x:y"])
def test_a_forged_report_changes_nothing(client: Client, token: str) -> None:
    answer = _report(client, token)

    assert answer.status_code == 422
    assert not ProblemReport.objects.exists()


def test_a_token_of_another_page_does_not_fit(client: Client) -> None:
    assert _report(client, tokens.make("wrong:4")).status_code == 422
    assert not ProblemReport.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_from_another_site_is_refused(client: Client, headers: dict[str, str]) -> None:
    assert _report(client, tokens.make("wrong:3"), **headers).status_code == 400
    assert not ProblemReport.objects.exists()


def test_without_a_reason_the_page_says_what_to_do(visit: Visit) -> None:
    page = visit.post("/en/i/3/wrong/", {"token": tokens.make("wrong:3")}, expect=422)

    assert "Choose one of the four" in page.get_text()


# --- leaving -----------------------------------------------------------------------------------


def test_leave_answers_303_and_keeps_nothing(client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "old"
    answer = client.get("/nl/exit/")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies["v"]["max-age"] == 120
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0


@pytest.mark.parametrize("path", ["/", "/nl/", "/nl/find/?need=36", "/nl/i/3/", "/nl/nothing/"])
def test_while_the_cookie_lives_no_page_is_shown(client: Client, path: str) -> None:
    client.cookies["v"] = "1"
    answer = client.get(path)

    assert answer.status_code == 303
    assert answer.content == b""
    assert "no-store" in answer.headers["Cache-Control"]


# --- when something is broken --------------------------------------------------------------------


def test_without_a_database_the_numbers_still_come(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        message = "could not connect to 10.0.0.3"
        raise DatabaseError(message)

    monkeypatch.setattr("samen.directory.queries.revision", gone)
    for path in ("/fa/", "/fa/find/?need=36"):
        page = visit.get(path, expect=503)
        assert page.select_one("html[lang=fa][dir=rtl]")
        assert page.select("main a[href='tel:08002000']")
    assert visit.get("/healthz", expect=503)


def test_a_fault_of_ours_shows_no_word_of_what_was_sent(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(text: str, *, language: str) -> None:  # noqa: ARG001 the face it stands for
        raise ValueError(text)

    monkeypatch.setattr("samen.finder.queries.understood", broken)
    page = visit.post("/en/find/", {"q": "very secret words"}, expect=500)

    assert "secret" not in page.get_text()
    written = capsys.readouterr()
    assert "secret" not in written.err + written.out


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/ar/", 1), ("/ar/find/?need=36&place=amsterdam", 12), ("/ar/i/3/", 12), ("/ar/all/", 1)],
)
def test_a_page_asks_the_database_little(client: Client, path: str, limit: int) -> None:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200

    assert len(asked) <= limit


def test_needs_have_the_numbers_these_tests_call_them_by() -> None:
    assert Need.objects.get(number=PARTNER).key == "sit.partner_violence"
    assert Need.objects.get(number=STAFF_ONLY).staff_only


def test_the_form_has_what_is_chosen_and_nothing_else(visit: Visit) -> None:
    """It is rendered once for everybody and filled in for each."""
    visit.get("/en/find/?need=36&place=arnhem")
    page = visit.get(
        "/en/find/?need=36&place=ede&within=10&speaks=ps&open=1&cost=0&how=phone,visit&for=women"
    )

    form = page.select_one("details form")
    assert form is not None
    chosen = [option["value"] for option in form.select("option[selected]")]
    ticked = [(box["name"], box["value"]) for box in form.select("input[checked]")]
    hidden = [(field["name"], field["value"]) for field in form.select("input[type=hidden]")]
    assert chosen == ["ede", "10", "ps"]
    assert ticked == [
        ("open", "1"), ("cost", "0"), ("how", "phone"), ("how", "visit"), ("for", "women"),
    ]  # fmt: skip
    assert hidden == [("need", "36")]
    again = visit.get("/en/find/")
    assert not again.select("details form [selected], details form [checked]")
    assert not again.select("details form [name=within], details form [type=hidden]")
