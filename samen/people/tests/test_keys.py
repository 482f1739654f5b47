"""What a volunteer sees of her keys, and how she gets back what she lost."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client

from samen.foundation import clock
from samen.people.desk import keys
from samen.people.http.unlocking import keyring_of
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make
from samen.people.tests.test_unlocking import FRESH, request_of
from samen.vault import actions as vault
from samen.vault import queries as kept
from samen.vault.models import MemberKeys, Record
from tests.visit import Visit, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
KEYS = "/desk/keys/"


class Desk:
    """A colleague at her browser, with her password and her open vault."""

    def __init__(self, name: str = "") -> None:
        self.browser = Client()
        self.visit = Visit(self.browser)
        self.user = make.colleague(Role.MEDIATOR, password=make.PASSWORD, name=name)
        self.visit.sign_in(self.user)
        self.open(make.PASSWORD)

    def open(self, password: str) -> None:
        """As at a sign-in: what the password opens, in this browser."""
        assert self.user.check_password(password)
        half, at = self.user.unlock_key or b"", clock.now()
        halves = vault.unlock(password_half=half, by=make.acting(self.user), at=at)
        vault.begin_session(session=halves.session, by=make.acting(self.user), at=at)
        session = self.browser.session
        session["vault"] = str(halves.session)
        session.save()
        self.browser.cookies[settings.UNLOCK_COOKIE_NAME] = halves.half

    def forget(self) -> None:
        """An administrator invited her again: a new password, which opens nothing."""
        self.user.set_password(FRESH)
        self.user.save()
        self.browser.cookies.clear()
        self.visit.sign_in(self.user)

    @property
    def acting(self) -> dict[str, Any]:
        keyring = keyring_of(request_of(self.browser, self.user))
        return {"keyring": keyring, "by": make.acting(self.user), "at": clock.now()}

    def compare(self, other: "Desk", expect: int = 303) -> BeautifulSoup:
        said = " ".join(kept.six_words(other.user.id) or ())
        address = f"{KEYS}of/{other.user.id}/"
        return self.visit.post(address, {"words": said}, expect=expect)

    def record(self, *others: "Desk") -> UUID:
        return vault.create_record(
            **self.acting,
            kind="case",
            compartment="social",
            parts={"page": vault.Words(b"words")},
            members=[other.user.id for other in others],
        )

    def reads(self, record: UUID) -> bool:
        try:
            return vault.open_record(**self.acting, record_id=record)["page"].words == b"words"
        except vault.VaultRefuses:
            return False


@pytest.fixture
def team() -> tuple[Desk, Desk, Desk]:
    desks = Desk("Sara"), Desk("Mo"), Desk("Ada")
    for one in desks:
        for other in desks:
            if one is not other:
                one.compare(other)
    return desks


def test_she_sees_her_six_words_and_that_she_has_no_paper() -> None:
    sara = Desk()
    page = words(sara.visit.get(KEYS))

    assert "Your keys are open" in page
    assert "You have no code on paper" in page
    assert " ".join(kept.six_words(sara.user.id) or ()) in page


def test_the_code_is_shown_once_and_is_in_no_address() -> None:
    sara = Desk()
    assert not sara.visit.get(f"{KEYS}paper/").select(".panel")
    page = sara.visit.post(f"{KEYS}paper/", {}, expect=200)
    [code] = [words(line) for line in page.select(".panel .code")]

    assert len(code.replace(" ", "")) == 26
    assert code not in words(sara.visit.get(f"{KEYS}paper/"))
    assert "You have a code on paper" in words(sara.visit.get(KEYS))
    assert "no-store" in sara.visit.answer.headers["Cache-Control"]


def test_with_the_paper_everything_opens_again(team: tuple[Desk, ...]) -> None:
    sara, *_others = team
    records = [sara.record() for _ in range(3)]
    page = sara.visit.post(f"{KEYS}paper/", {}, expect=200)
    [code] = [words(line) for line in page.select(".panel .code")]
    sara.forget()
    assert "Your keys are closed" in words(sara.visit.get(KEYS))

    said = {"code": code.lower(), "password": FRESH}
    sara.visit.post(f"{KEYS}recover/", said, expect=303)
    assert all(sara.reads(record) for record in records)
    assert "You have no code on paper" in words(sara.visit.get(KEYS))
    sara.visit.post(f"{KEYS}recover/", said, expect=303)
    assert "Your keys are open already" in words(sara.visit.get(KEYS))


def test_a_code_that_was_used_says_so_and_not_that_it_was_typed_wrongly() -> None:
    sara = Desk()
    page = sara.visit.post(f"{KEYS}paper/", {}, expect=200)
    [code] = [words(line) for line in page.select(".panel .code")]
    sara.forget()
    said = {"code": code, "password": FRESH}
    sara.visit.post(f"{KEYS}recover/", said, expect=303)
    sara.user.set_password(make.PASSWORD)
    sara.user.save()
    sara.browser.cookies.clear()
    sara.visit.sign_in(sara.user)
    page = sara.visit.post(f"{KEYS}recover/", said | {"password": make.PASSWORD}, expect=422)

    assert "it was used already, or none was made" in words(page)
    assert page.select_one(f'input[value="{code}"]')
    assert "Your keys are closed" in words(sara.visit.get(KEYS))


def test_a_page_that_is_loaded_anew_makes_no_other_code() -> None:
    """The paper in her hand would open nothing, and nobody would tell her before the bad day."""
    sara = Desk()
    form = sara.visit.get(f"{KEYS}paper/").select_one("main form")
    assert form
    sent = {str(one["name"]): str(one["value"]) for one in form.select("input[name=instead_of]")}
    page = sara.visit.post(f"{KEYS}paper/", sent, expect=200)
    [code] = [words(line) for line in page.select(".panel .code")]
    page = sara.visit.post(f"{KEYS}paper/", sent, expect=409)
    assert "no other code was made" in words(page)
    assert not page.select(".panel")
    sara.forget()
    sara.visit.post(f"{KEYS}recover/", {"code": code, "password": FRESH}, expect=303)

    page = sara.visit.get(f"{KEYS}paper/")
    anew = {"instead_of": str(page.select("input[name=instead_of]")[0]["value"])}
    first = words(sara.visit.post(f"{KEYS}paper/", anew, expect=200).select(".panel .code")[0])
    again = sara.visit.get(f"{KEYS}paper/").select("input[name=instead_of]")[0]["value"]
    page = sara.visit.post(f"{KEYS}paper/", {"instead_of": str(again)}, expect=200)
    assert words(page.select(".panel .code")[0]) != first


def test_the_first_page_says_that_her_keys_are_closed() -> None:
    sara, none = Desk(), make.colleague(Role.MEDIATOR)
    assert "Your keys are closed" not in words(sara.visit.get("/desk/"))
    sara.forget()
    page = sara.visit.get("/desk/")
    assert "Your keys are closed" in words(page)
    assert page.select_one(f'p.note a[href="{KEYS}"]')
    visit = Visit(Client())
    visit.sign_in(none)
    assert "Your keys are closed" not in words(visit.get("/desk/"))


def test_what_was_sent_after_she_was_away_is_said_to_be_lost_and_leads_back_to_its_form() -> None:
    sara, mo = Desk(), Desk("Mo")
    address = f"{KEYS}of/{mo.user.id}/"

    def away(where: str, came_from: str) -> str:
        sara.visit.sign_in(sara.user)
        session = sara.browser.session
        session["seen"] = session["began"] = 0
        session.save()
        answer = sara.browser.post(where, {"words": "x"}, headers={"referer": came_from})
        return str(answer.headers["Location"])

    assert away(address, f"http://testserver{address}?a=1").endswith(
        f"?{urlencode({'next': f'{address}?a=1'})}"
    )
    page = words(sara.visit.get("/desk/sign-in/"))
    assert "so we signed you out" in page
    assert "What you sent just now was not kept" in page
    for elsewhere in ("", "http://evil.example/desk/", "http://testserver/nl/"):
        assert away(address, elsewhere).endswith("?next=%2Fdesk%2F")
    assert away("/desk/sign-out/", "").endswith("?")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"code": "A" * 26, "password": FRESH}, "This code opens nothing"),
        ({"code": "?", "password": FRESH}, "This code opens nothing"),
        ({"code": "A" * 26, "password": "wrong-words-here"}, "This is not your password"),
        ({}, "required"),
    ],
)
def test_a_wrong_code_or_password_opens_nothing(said: dict[str, str], told: str) -> None:
    sara = Desk()
    sara.visit.post(f"{KEYS}paper/", {}, expect=200)
    sara.forget()
    page = sara.visit.post(f"{KEYS}recover/", said, expect=422)

    assert told in words(page)
    assert not page.select(f'input[value="{FRESH}"]')
    assert "Your keys are closed" in words(sara.visit.get(KEYS))


def test_without_paper_two_colleagues_give_everything_again(team: tuple[Desk, ...]) -> None:
    """G19: as many records as before, and not one earlier than the second person."""
    sara, mo, ada = team
    records = [sara.record(mo) for _ in range(3)]
    alone = mo.record()
    mo.forget()
    mo.visit.post(f"{KEYS}begin/", {"password": FRESH}, expect=303)
    assert not any(mo.reads(record) for record in [*records, alone])
    assert "3 records that you can" in words(sara.visit.get(KEYS))
    address = f"{KEYS}of/{mo.user.id}/"

    for confirms in (None, sara):
        if confirms:
            confirms.compare(mo)
        sara.visit.post(f"{address}again/", {}, expect=303)
        assert "Keys that are new need two" in words(sara.visit.get(address))
        assert not any(mo.reads(record) for record in records)
    ada.compare(mo)
    mo.compare(sara)
    sara.visit.post(f"{address}again/", {}, expect=303)

    page = words(sara.visit.get(address))
    assert "3 records can be read again" in page
    assert "typed your six words too" not in page
    assert all(mo.reads(record) for record in records)
    assert not mo.reads(alone)


def test_many_are_given_again_in_slices(
    team: tuple[Desk, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SLICE", 2)
    sara, mo, ada = team
    records = [sara.record(mo) for _ in range(3)]
    mo.forget()
    mo.visit.post(f"{KEYS}begin/", {"password": FRESH}, expect=303)
    for one in (sara, ada):
        one.compare(mo)
    mo.compare(sara)
    address = f"{KEYS}of/{mo.user.id}/"
    sara.visit.post(f"{address}again/", {}, expect=303)
    assert "Press once more" in words(sara.visit.get(address))
    sara.visit.post(f"{address}again/", {}, expect=303)
    sara.visit.post(f"{address}again/", {}, expect=303)

    assert all(mo.reads(record) for record in records)


def test_an_administrator_alone_opens_nothing(team: tuple[Desk, ...]) -> None:
    """She may reset a password, and even sign in with it: the keys stay closed."""
    sara, *_others = team
    record = sara.record()
    sara.forget()
    sara.visit.get(KEYS)
    with pytest.raises(vault.Locked):
        sara.reads(record) or sara.acting
    sara.visit.post(f"{KEYS}begin/", {"password": FRESH}, expect=303)

    assert not sara.reads(record)


def test_wrong_words_confirm_nobody_and_stay_in_the_form() -> None:
    sara, mo = Desk(), Desk("Mo")
    address = f"{KEYS}of/{mo.user.id}/"
    page = sara.visit.post(address, {"words": "one two three four five six"}, expect=422)

    assert "These are not the words" in words(page)
    assert page.select_one('input[value="one two three four five six"]')
    assert kept.confirmed_by(sara.acting["keyring"]) == set()
    sara.compare(mo)
    assert "You compared the six words" in words(sara.visit.get(address))


def test_herself_a_stranger_and_who_has_no_keys_are_not_there() -> None:
    sara, none = Desk(), make.colleague(Role.MEDIATOR)
    for one in (sara.user.id, none.id, uuid4()):
        sara.visit.get(f"{KEYS}of/{one}/", expect=404)
        sara.visit.post(f"{KEYS}of/{one}/", {"words": "x"}, expect=404)
        sara.visit.post(f"{KEYS}of/{one}/again/", {}, expect=404)


def test_with_closed_keys_every_page_leads_to_the_one_that_explains() -> None:
    sara, mo = Desk(), Desk()
    sara.forget()
    for address in (f"{KEYS}paper/", f"{KEYS}of/{mo.user.id}/"):
        sara.visit.get(address, expect=302)
        assert sara.visit.answer.headers["Location"] == KEYS
    for address in (f"{KEYS}paper/", f"{KEYS}renew/", f"{KEYS}of/{mo.user.id}/again/"):
        sara.visit.post(address, {}, expect=302)
        assert sara.visit.answer.headers["Location"] == KEYS


def test_records_that_somebody_left_get_new_keys_by_a_press(team: tuple[Desk, ...]) -> None:
    sara, mo, ada = team
    records = [sara.record(mo) for _ in range(2)]
    vault.leave(member=mo.user.id, by=make.acting(ada.user), at=clock.now())
    assert "2 records wait for a new key" in words(sara.visit.get(KEYS))
    sara.visit.post(f"{KEYS}renew/", {}, expect=303)

    assert "2 records have a new key" in words(sara.visit.get(KEYS))
    assert not Record.objects.filter(stale=True).exists()
    assert all(sara.reads(record) for record in records)
    ada.visit.post(f"{KEYS}renew/", {}, expect=303)
    assert "0 records have a new key" in words(ada.visit.get(KEYS))


def test_nobody_begins_again_for_another() -> None:
    sara, eve = Desk(), Desk()
    before = MemberKeys.objects.get(member=sara.user.id)
    eve.visit.post(f"{KEYS}begin/", {"password": FRESH}, expect=422)
    eve.visit.post(f"{KEYS}begin/", {"password": make.PASSWORD}, expect=303)

    assert MemberKeys.objects.get(member=sara.user.id).retired_at == before.retired_at is None
    assert MemberKeys.objects.filter(member=eve.user.id).count() == 2


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", ["", "paper/", "recover/", "begin/"])
def test_every_page_stands(language: str, page: str) -> None:
    sara = Desk()
    Desk("Mo")
    User.objects.filter(pk=sara.user.pk).update(language=language)

    assert sara.visit.get(f"{KEYS}{page}").select_one(f"html[lang={language}]")


def test_keys_that_somebody_has_been_at_are_said_and_break_no_page() -> None:
    sara = Desk()
    sara.visit.get(KEYS)
    MemberKeys.objects.filter(member=sara.user.id).update(version=9)

    assert "not as it was written" in words(sara.visit.get(KEYS))
    sara.visit.get(f"{KEYS}paper/", expect=302)
    said = {"code": "A" * 26, "password": make.PASSWORD}
    sara.visit.post(f"{KEYS}recover/", said, expect=422)
