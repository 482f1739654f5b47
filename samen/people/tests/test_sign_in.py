"""Signing in as a browser does it: password, then a code; and how it ends."""

import base64
import hashlib
import hmac
import struct
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from samen.audit.models import Entry
from samen.foundation import clock
from samen.people.engine import passwords
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make
from tests.visit import Visit, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
NOW = 1_795_600_000
SIGN_IN, CODE = "/desk/sign-in/", "/desk/second/code/"


@pytest.fixture(autouse=True)
def _nobody_guessed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    # Her phone and the server show the same half minute, however slow the test.
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: NOW))


@pytest.fixture
def steward() -> User:
    return make.colleague(Role.STEWARD, password=make.PASSWORD, name="Sara")


def code_of(secret: str) -> str:
    """RFC 6238 in six lines: what her app shows."""
    counter = struct.pack(">Q", NOW // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def password(visit: Visit, user: User, said: str = make.PASSWORD, expect: int = 302) -> None:
    visit.post(SIGN_IN, {"login": user.email, "password": said}, expect=expect)


def set_up_app(visit: Visit) -> str:
    """The secret of the app, after everything is confirmed."""
    page = visit.get("/desk/second/app/")
    [secret] = [words(code) for code in page.select("bdi.code")]
    visit.post("/desk/second/app/", {"code": code_of(secret)}, expect=302)
    return secret


def prove_again(visit: Visit) -> None:
    visit.post("/desk/again/", {"password": make.PASSWORD}, expect=302)


def test_the_first_time_a_second_step_is_set_up_and_then_it_is_asked(
    visit: Visit, steward: User
) -> None:
    password(visit, steward)
    visit.get("/desk/", expect=302)
    assert visit.answer.headers["Location"] == "/desk/second/"
    visit.get("/desk/second/")
    secret = set_up_app(visit)
    visit.get("/desk/second/paper/")
    visit.get("/desk/")
    visit.post("/desk/sign-out/", {}, expect=302)

    password(visit, steward)
    assert visit.answer.headers["Location"].startswith(CODE)
    visit.get("/desk/", expect=302)
    visit.get(CODE)
    # The code of the set-up was used; the next one is of the next half minute.
    cache.clear()
    visit.post(CODE, {"code": code_of(secret)}, expect=302)
    assert "Today" in words(visit.get("/desk/"))
    signed_in = Entry.objects.filter(event_type="signed in", user_id=steward.id)
    assert signed_in.count() == 2


def test_a_code_opens_once(visit: Visit, client: Client, steward: User) -> None:
    password(visit, steward)
    secret = set_up_app(visit)
    visit.post("/desk/sign-out/", {}, expect=302)
    cache.clear()
    password(visit, steward)
    code = code_of(secret)
    visit.post(CODE, {"code": code}, expect=302)
    visit.post("/desk/sign-out/", {}, expect=302)

    password(visit, steward)
    page = visit.post(CODE, {"code": code}, expect=200)
    assert page.select(".errorlist")
    assert client.get("/desk/").status_code == 302


def test_codes_on_paper_open_too_and_each_once(visit: Visit, steward: User) -> None:
    password(visit, steward)
    set_up_app(visit)
    [code, *_rest] = [words(line) for line in visit.get("/desk/second/paper/").select("li bdi")]
    visit.post("/desk/sign-out/", {}, expect=302)
    password(visit, steward)
    visit.post(CODE, {"code": code}, expect=302)
    visit.get("/desk/")
    visit.post("/desk/sign-out/", {}, expect=302)

    password(visit, steward)
    visit.post(CODE, {"code": code}, expect=200)


def test_a_wrong_password_an_unknown_address_and_one_who_left_read_the_same(
    visit: Visit, steward: User
) -> None:
    left = make.colleague(Role.EDITOR)
    said = []
    for email in (steward.email, "nobody@example.org", left.email):
        page = visit.post(SIGN_IN, {"login": email, "password": "wrong-words-here"}, expect=200)
        said.append(words(page.select_one(".errorlist") or page))

    assert len(set(said)) == 1
    refused = Entry.objects.filter(event_type="sign-in refused")
    assert {line.event_outcome for line in refused} == {4}
    assert refused.count() == 3


def test_a_cost_that_somebody_lowered_is_named_and_the_visitor_reads_what_everybody_reads(
    visit: Visit, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With her right password: its verifier was made anew for the lower cost."""
    cheap = passwords.Cost(memory=32, passes=1, lanes=1)
    kept = passwords.encoded(make.PASSWORD, salt=bytes(16), cost=cheap)
    User.objects.filter(pk=steward.pk).update(password=kept)
    costs: list[passwords.Cost] = []
    real = passwords.split

    def counted(said: str, *, salt: bytes, cost: passwords.Cost | None = None) -> object:
        costs.append(cost or passwords.FLOOR)
        return real(said, salt=salt, cost=cost)

    monkeypatch.setattr(passwords, "split", counted)
    said = []
    for email in (steward.email, "nobody@example.org"):
        page = visit.post(SIGN_IN, {"login": email, "password": make.PASSWORD}, expect=200)
        said.append(words(page.select_one(".errorlist") or page))

    assert costs == [passwords.FLOOR] * 2
    assert len(set(said)) == 1
    line = Entry.objects.get(event_type="sign-in found altered")
    assert (line.object_id, line.event_outcome, line.user_kind) == (steward.id, 8, "job")
    refused = Entry.objects.get(event_type="sign-in refused")
    assert (refused.object_id, refused.event_outcome) == (None, 4)


def test_what_was_typed_stays_and_the_password_does_not(visit: Visit, steward: User) -> None:
    page = visit.post(SIGN_IN, {"login": steward.email, "password": "wrong"}, expect=200)

    assert page.select_one(f'input[value="{steward.email}"]')
    assert not page.select_one('input[value="wrong"]')


def test_guessing_is_slowed_down_and_nobody_is_locked_out(visit: Visit, steward: User) -> None:
    for _ in range(10):
        password(visit, steward, "wrong-words-here", expect=200)
    page = visit.post(SIGN_IN, {"login": steward.email, "password": make.PASSWORD}, expect=200)
    assert page.select(".errorlist")

    cache.clear()  # five minutes later
    password(visit, steward)


def test_the_sign_in_leads_back_to_our_own_pages_only(visit: Visit, steward: User) -> None:
    visit.post(
        f"{SIGN_IN}?next=https://evil.example/",
        {"login": steward.email, "password": make.PASSWORD},
        expect=302,
    )

    assert not urlsplit(visit.answer.headers["Location"]).netloc


def test_a_new_session_at_every_sign_in(client: Client, visit: Visit, steward: User) -> None:
    visit.get(SIGN_IN)
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key or ""
    password(visit, steward)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


def test_who_is_away_for_a_quarter_of_an_hour_is_signed_out(
    visit: Visit, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.sign_in(steward)
    visit.get("/desk/")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=14))
    visit.get("/desk/")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=29, seconds=1))
    visit.get("/desk/me/", expect=302)

    assert parse_qs(urlsplit(visit.answer.headers["Location"]).query) == {"next": ["/desk/me/"]}
    assert "away" in words(visit.get(SIGN_IN))


def test_a_day_ends_for_whoever_never_rests(
    visit: Visit, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.sign_in(steward)
    now = clock.now()
    for minutes in range(0, 8 * 60, 10):
        later = now + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        visit.get("/desk/")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=8))
    visit.get("/desk/", expect=302)


def test_a_form_from_another_site_is_refused(steward: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    Visit(browser).sign_in(steward)
    answer = browser.post("/desk/me/", {"name": "Eve", "language": "en"})

    assert answer.status_code == 403
    steward.refresh_from_db()
    assert steward.name == "Sara"


def test_seeds_lie_sealed_in_the_database(visit: Visit, steward: User) -> None:
    password(visit, steward)
    secret = set_up_app(visit)
    kept = Authenticator.objects.values_list("data", flat=True)

    assert secret not in str(list(kept))
    assert getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None) is None


def test_a_new_password_ends_the_sessions_elsewhere(
    visit: Visit, client: Client, steward: User
) -> None:
    password(visit, steward)
    set_up_app(visit)
    elsewhere = Client()
    elsewhere.force_login(steward)
    fresh = "wolu-pavi-sedo-kimu-raze"
    said = {"oldpassword": make.PASSWORD, "password1": fresh, "password2": fresh}
    visit.get("/desk/password/")
    visit.post("/desk/password/", said, expect=302)

    assert client.get("/desk/me/").status_code == 200
    assert elsewhere.get("/desk/me/").status_code == 302
    steward.refresh_from_db()
    assert steward.check_password(fresh)


def test_she_sees_where_she_is_signed_in_and_ends_it(visit: Visit, steward: User) -> None:
    password(visit, steward)
    set_up_app(visit)
    page = visit.get("/desk/sessions/")
    assert "127.0.0.0" in words(page)
    assert "127.0.0.1" not in words(page)
    visit.post("/desk/sessions/", {}, expect=302)


@pytest.mark.parametrize(
    "page",
    [
        "/desk/second/",
        "/desk/second/app/off/",
        "/desk/second/paper/",
        "/desk/second/paper/new/",
        "/desk/second/passkeys/",
        "/desk/second/passkeys/add/",
        "/desk/password/",
        "/desk/sign-out/",
        "/desk/again/",
        "/desk/second/code/again/",
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_about_signing_in_stands(
    visit: Visit, steward: User, page: str, language: str
) -> None:
    User.objects.filter(pk=steward.pk).update(language=language)
    password(visit, steward)
    set_up_app(visit)
    prove_again(visit)
    found = visit.get(page)

    assert found.select_one(f"html[lang={language}]")


def test_pages_before_signing_in_are_in_the_language_of_the_browser(visit: Visit) -> None:
    assert visit.get(SIGN_IN, language="en,nl;q=0.5").select_one("html[lang=en]")
    assert visit.get(SIGN_IN, language="ar").select_one("html[lang=nl]")
    visit.get("/desk/not-active/")
