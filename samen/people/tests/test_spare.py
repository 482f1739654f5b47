"""A spare key with the circle, on the pages where it is given and comes back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from samen.people.models import Post, User
from samen.people.rules import Role
from samen.people.tests.test_circles import CIRCLES, WHY, Scene
from samen.people.tests.test_keys import KEYS, Desk
from samen.people.tests.test_unlocking import FRESH
from samen.places.tests import make as places
from samen.vault import actions as vault
from samen.vault import queries as kept
from samen.vault.models import Ask, Notice, SpareKey
from tests.visit import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]


class Spares(Scene):
    """The circle of Sara and Mo keeps spare keys."""

    def __init__(self) -> None:
        super().__init__()
        self.page = f"{CIRCLES}{self.circle}/spare/"
        self.sara.visit.post(self.page, {"reason": "Wij willen dat"}, expect=303)
        asked = f"{CIRCLES}asks/{Ask.objects.get().id}/"
        self.mo.visit.post(asked, {"agree": "1"}, expect=303)
        self.sara.visit.post(asked, {"do": "1"}, expect=303)

    def given(self) -> UUID:
        """Ada gave one, and has a record that only she reads."""
        self.ada.visit.post(f"{KEYS}spare/{self.circle}/", {}, expect=303)
        return self.ada.record()

    def lost(self) -> None:
        self.ada.forget()
        self.ada.visit.post(f"{KEYS}begin/", {"password": FRESH}, expect=303)
        for one in (self.sara, self.mo):
            one.compare(self.ada)
            self.ada.compare(one)

    def asks_for_it(self) -> str:
        said = {"member": str(self.ada.user.id), "reason": WHY}
        self.sara.visit.post(self.page, said, expect=303)
        return f"{CIRCLES}asks/{Ask.objects.get(purpose='spare key').id}/"


@pytest.fixture
def scene() -> Spares:
    return Spares()


def test_it_is_off_and_says_what_it_would_be() -> None:
    scene = Scene()
    page = f"{CIRCLES}{scene.circle}/spare/"
    assert "This is off" in words(scene.sara.visit.get(page))
    assert "spare" not in words(scene.ada.visit.get(KEYS))
    scene.ada.visit.post(f"{KEYS}spare/{scene.circle}/", {}, expect=303)
    assert "You cannot do this here" in words(scene.ada.visit.get(KEYS))
    scene.sara.visit.post(page, {"reason": " "}, expect=422)

    assert not SpareKey.objects.exists()
    assert not Ask.objects.exists()


def test_she_gives_one_and_takes_it_back(scene: Spares) -> None:
    assert "keeps spare keys for who wants it: Sara, Mo." in words(scene.ada.visit.get(KEYS))
    scene.given()
    assert "has a spare of your keys: Sara, Mo." in words(scene.ada.visit.get(KEYS))
    assert "Ada" in words(scene.mo.visit.get(scene.page))
    scene.ada.visit.post(f"{KEYS}spare/back/", {}, expect=303)

    assert "Nobody can open anything with it" in words(scene.ada.visit.get(KEYS))
    assert not SpareKey.objects.exists()


def test_who_lost_everything_gets_it_back_by_two_after_three_days(scene: Spares) -> None:
    record = scene.given()
    scene.ada.forget()
    assert "You gave a circle a spare key" in words(scene.ada.visit.get(f"{KEYS}begin/"))
    scene.lost()
    assert "Call two of them" in words(scene.ada.visit.get(KEYS))
    assert "has lost her keys" in words(scene.sara.visit.get(scene.page))
    address = scene.asks_for_it()
    scene.sara.visit.post(address, {"do": "1"}, expect=303)
    assert "It takes two" in words(scene.sara.visit.get(address))
    assert WHY in words(scene.mo.visit.get(address))
    ask = Ask.objects.get(purpose="spare key").id
    ago = {**scene.mo.acting, "at": scene.mo.acting["at"] - timedelta(hours=71)}
    vault.agree_to_ask(**ago, ask_id=ask, tell=set[UUID]().update)

    page = words(scene.ada.visit.get(CIRCLES))
    assert "You are to get your spare key" in page
    assert "somebody may pretend to be you" in page
    assert "one of them can hand it to you" in words(scene.ada.visit.get(KEYS))
    assert "Sara asked and Mo agreed" in page
    scene.sara.visit.post(address, {"do": "1"}, expect=303)
    assert "three days to say no" in words(scene.sara.visit.get(address))
    later = {**scene.sara.acting, "at": scene.sara.acting["at"] + timedelta(hours=2)}
    vault.carry_out(**later, ask_id=ask)
    assert "1 record of before waits for you" in words(scene.ada.visit.get(KEYS))
    assert not scene.ada.reads(record)
    scene.ada.visit.post(f"{KEYS}before/", {}, expect=303)

    page = words(scene.ada.visit.get(KEYS))
    assert "You can read 1 record again" in page
    assert "waits for you" not in page
    assert scene.ada.reads(record)
    assert not any(one.reads(record) for one in (scene.sara, scene.mo))


def test_who_is_said_to_have_lost_it_says_no(scene: Spares) -> None:
    scene.given()
    scene.lost()
    address = scene.asks_for_it()
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    notice = Notice.objects.get(member=scene.ada.user.id).id
    scene.ada.visit.post(f"{CIRCLES}notices/{notice}/", {"stop": "1"}, expect=303)

    scene.sara.visit.get(address, expect=410)
    assert SpareKey.objects.get().handed is None


def test_the_wrong_person_gives_takes_and_switches_nothing(scene: Spares) -> None:
    scene.given()
    eve = Desk("Eve")
    for one in (eve, scene.ada):
        one.visit.get(scene.page, expect=404)
        one.visit.post(scene.page, {"member": str(eve.user.id), "reason": WHY}, expect=404)
        one.visit.post(f"{scene.page}off/", {}, expect=404)
    Post.objects.filter(colleague=eve.user).update(
        role=Role.STEWARD, municipality=places.municipality()
    )
    for circle in (scene.circle, uuid4()):
        eve.visit.post(f"{KEYS}spare/{circle}/", {}, expect=404)
    eve.visit.post(f"{KEYS}spare/back/", {}, expect=303)
    eve.visit.post(f"{KEYS}before/", {}, expect=303)
    assert "You cannot do this here" in words(eve.visit.get(KEYS))
    said = {"member": str(scene.ada.user.id), "reason": WHY}
    scene.sara.visit.post(scene.page, said, expect=422)

    assert SpareKey.objects.get().keys.member == scene.ada.user.id
    assert kept.circles()[0].keeps_spares


def test_closed_keys_lead_to_the_page_that_explains(scene: Spares) -> None:
    scene.mo.forget()
    scene.mo.visit.get(scene.page, expect=302)
    for door in (scene.page, f"{scene.page}off/", f"{KEYS}spare/back/", f"{KEYS}before/"):
        scene.mo.visit.post(door, {}, expect=302)
        assert scene.mo.visit.answer.headers["Location"] == KEYS


def test_one_of_the_circle_switches_it_off(scene: Spares) -> None:
    scene.given()
    scene.mo.visit.post(f"{scene.page}off/", {}, expect=303)
    assert "Tick first" in words(scene.mo.visit.get(scene.page))
    assert SpareKey.objects.exists()
    scene.mo.visit.post(f"{scene.page}off/", {"sure": "1"}, expect=303)

    assert "Switched off" in words(scene.mo.visit.get(CIRCLES))
    assert not SpareKey.objects.exists()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_stands(scene: Spares, language: str) -> None:
    scene.given()
    scene.lost()
    User.objects.update(language=language)
    for one, door in ((scene.sara, scene.page), (scene.ada, KEYS), (scene.mo, CIRCLES)):
        assert one.visit.get(door).select_one(f"html[lang={language}]")
    address = scene.asks_for_it()
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    assert scene.sara.visit.get(address).select_one(f"html[lang={language}]")
