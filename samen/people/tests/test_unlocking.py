"""A vault opens at sign-in, in two halves, and closes with the session."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory

from samen.audit.models import Entry
from samen.foundation import clock
from samen.people import actions
from samen.people.engine import passwords
from samen.people.http.unlocking import keyring_of
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make, test_sign_in
from samen.people.tests.test_sign_in import CODE, SIGN_IN, code_of, password, set_up_app
from samen.vault import queries as vault
from samen.vault.actions import Locked, Words, create_record, open_record
from samen.vault.models import MemberKeys, UnlockedSession
from tests.visit import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
COOKIE = "unlock"
FRESH = "wolu-pavi-sedo-kimu-raze"


@pytest.fixture(autouse=True)
def _as_when_signing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone and the server show the same half minute."""
    cache.clear()
    moment = type("Moment", (), {"time": staticmethod(lambda: test_sign_in.NOW)})
    monkeypatch.setattr(auth, "time", moment)


@pytest.fixture
def mediator() -> User:
    return make.colleague(Role.MEDIATOR, Role.ADMINISTRATOR, password=make.PASSWORD)


def request_of(client: Client, user: User) -> Any:
    """A request as the desk gets it from this browser now."""
    request = RequestFactory().get("/desk/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.session = client.session
    request.user = user
    return request


def opens(client: Client, user: User) -> bool:
    try:
        keyring_of(request_of(client, user))
    except Locked:
        return False
    return True


def signed_in(visit: Visit, user: User) -> None:
    password(visit, user)
    set_up_app(visit)


def secret(client: Client, user: User) -> tuple[Any, dict[str, Any]]:
    """A record of hers."""
    said: dict[str, Any] = {"by": make.acting(user), "at": clock.now()}
    keyring = keyring_of(request_of(client, user))
    parts = {"page": Words(b"words")}
    record = create_record(keyring=keyring, kind="case", compartment="social", parts=parts, **said)
    return record, said


def reads(client: Client, user: User, record: Any, said: dict[str, Any]) -> bytes:
    keyring = keyring_of(request_of(client, user))
    return open_record(keyring=keyring, record_id=record, **said)["page"].words


def test_signing_in_opens_her_vault(visit: Visit, client: Client, mediator: User) -> None:
    signed_in(visit, mediator)

    assert opens(client, mediator)
    assert vault.has_keys(mediator.id)
    assert Entry.objects.filter(event_type="vault unlocked").count() == 1


def test_the_cookie_is_out_of_reach_and_ends_with_the_browser(
    visit: Visit, client: Client, mediator: User
) -> None:
    password(visit, mediator)
    cookie = client.cookies[COOKIE]

    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert settings.UNLOCK_COOKIE_NAME == COOKIE


def test_after_the_password_alone_nothing_opens(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    visit.post("/desk/sign-out/", {}, expect=302)
    password(visit, mediator)

    assert visit.answer.headers["Location"].startswith(CODE)
    assert client.cookies[COOKIE].value
    assert not opens(client, mediator)
    assert not UnlockedSession.objects.get().live


def test_after_the_code_it_opens_the_same_keys(
    visit: Visit, client: Client, mediator: User
) -> None:
    password(visit, mediator)
    app = set_up_app(visit)
    record, said = secret(client, mediator)
    visit.post("/desk/sign-out/", {}, expect=302)
    cache.clear()
    password(visit, mediator)
    visit.post(CODE, {"code": code_of(app)}, expect=302)

    assert reads(client, mediator, record, said) == b"words"
    assert MemberKeys.objects.count() == 1


def test_signing_out_closes_it_for_a_kept_cookie_too(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    kept = request_of(client, mediator)
    visit.post("/desk/sign-out/", {}, expect=302)

    assert client.cookies[COOKIE].value == ""
    assert not UnlockedSession.objects.exists()
    with pytest.raises(Locked):
        keyring_of(kept)


def test_a_quarter_of_an_hour_away_closes_it(
    visit: Visit, client: Client, mediator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(visit, mediator)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=16))
    visit.get("/desk/me/", expect=302)

    assert not UnlockedSession.objects.exists()
    assert not opens(client, mediator)


def test_a_new_password_keeps_what_she_can_read(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    record, said = secret(client, mediator)
    form = {"oldpassword": make.PASSWORD, "password1": FRESH, "password2": FRESH}
    visit.post("/desk/password/", form, expect=302)
    assert reads(client, mediator, record, said) == b"words"

    browser = Client()
    again = Visit(browser)
    again.post(SIGN_IN, {"login": mediator.email, "password": make.PASSWORD}, expect=200)
    assert COOKIE not in browser.cookies
    password(again, mediator, FRESH)
    UnlockedSession.objects.update(live=True)
    assert reads(browser, mediator, record, said) == b"words"


def test_a_new_password_with_a_closed_vault_keeps_it_too(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    record, said = secret(client, mediator)
    UnlockedSession.objects.all().delete()
    form = {"oldpassword": make.PASSWORD, "password1": FRESH, "password2": FRESH}
    visit.post("/desk/password/", form, expect=302)

    assert reads(client, mediator, record, said) == b"words"


def test_who_was_given_a_new_password_has_a_closed_vault(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    mediator.refresh_from_db()
    mediator.set_password(FRESH)
    mediator.save()
    visit.post("/desk/sign-out/", {}, expect=302)
    password(visit, mediator, FRESH)

    assert not opens(client, mediator)
    assert vault.has_keys(mediator.id)


def test_who_leaves_or_lost_a_phone_has_no_open_vault(mediator: User) -> None:
    other = make.colleague(Role.ADMINISTRATOR)
    browser = Client()
    browser.force_login(mediator)
    make.unlock(browser, mediator)
    said: dict[str, Any] = {"by": make.acting(other), "at": clock.now()}
    actions.reset_second_factor(colleague_id=mediator.id, **said)
    assert not UnlockedSession.objects.exists()

    make.unlock(browser, mediator)
    actions.end_colleague(colleague_id=mediator.id, **said)
    assert not UnlockedSession.objects.exists()
    assert Entry.objects.filter(event_type="access ended everywhere").count() == 1


def test_one_sign_in_is_one_argon2id(
    visit: Visit, mediator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = passwords.split

    def counted(said: str, *, salt: bytes, cost: passwords.Cost | None = None) -> object:
        calls.append(said)
        return real(said, salt=salt, cost=cost)

    monkeypatch.setattr(passwords, "split", counted)
    for email in (mediator.email, "nobody@example.org"):
        calls.clear()
        visit.post(SIGN_IN, {"login": email, "password": "wrong-words-here"}, expect=200)
        assert len(calls) == 1
    calls.clear()
    password(visit, mediator)
    assert len(calls) == 1


def test_the_half_of_the_password_is_in_no_table(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    halves = passwords.opened(make.PASSWORD, mediator.password)
    assert halves is not None
    cookie = client.cookies[COOKIE].value
    with connection.cursor() as cursor:
        for table in ("people_user", "vault_memberkeys", "vault_unlockedsession", "django_session"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 one of four names
            kept = repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]
            )
            assert cookie not in kept
            assert repr(halves.unlock_key)[2:-1] not in kept


def test_another_colleague_does_not_open_it_with_her_cookie(
    visit: Visit, client: Client, mediator: User
) -> None:
    signed_in(visit, mediator)
    eve = make.colleague(Role.MEDIATOR)

    assert opens(client, mediator)
    assert not opens(client, eve)
