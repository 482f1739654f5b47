"""What two of a circle do together, on the pages where they do it, and who hears of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup

from samen.foundation import clock
from samen.foundation.actor import job
from samen.people import queries
from samen.people.models import Post, User
from samen.people.rules import TEAM_OF_ALL, Role
from samen.people.tests.test_keys import Desk
from samen.places.tests import make as places
from samen.post.models import Letter
from samen.vault import actions as vault
from samen.vault import queries as kept
from samen.vault.models import Ask, Circle, Grant, Notice, Record
from tests.visit import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
CIRCLES = "/desk/circles/"
WHY = "Zij belde net en is in gevaar"


def record_of(one: Desk) -> UUID:
    return vault.create_record(
        **one.acting,
        kind="case",
        compartment="social",
        parts={"page": vault.Words(b"words")},
        members=[],
        owner=TEAM_OF_ALL,
    )


class Scene:
    """Sara and Mo are a circle; Ada knows both, has records, and is not in it."""

    def __init__(self, ada: Desk | None = None) -> None:
        self.sara, self.mo, self.ada = Desk("Sara"), Desk("Mo"), ada or Desk("Ada")
        self.everybody = (self.sara, self.mo, self.ada)
        for one in self.everybody:
            for other in self.everybody:
                if one is not other:
                    one.compare(other)
        said = {"team": str(TEAM_OF_ALL), "name": "Kring", "members": [str(self.mo.user.id)]}
        self.sara.visit.post(f"{CIRCLES}found/", said, expect=303)
        self.circle: UUID = Circle.objects.get().id
        self.mo.visit.post(f"{CIRCLES}{self.circle}/join/", {}, expect=303)

    def send(self, record: UUID, /, expect: int = 303, **more: str) -> BeautifulSoup:
        address = f"{CIRCLES}{self.circle}/emergency/?of={self.ada.user.id}"
        said = {"record": str(record), "hours": "4", "reason": WHY} | more
        return self.sara.visit.post(address, said, expect=expect)

    def asks(self, record: UUID) -> str:
        """Sara asks for it; the address of what she asks."""
        self.send(record)
        return f"{CIRCLES}asks/{Ask.objects.get().id}/"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_circle_is_made_joined_and_not_left_by_the_last_two(scene: Scene) -> None:
    page = words(scene.mo.visit.get(CIRCLES))
    assert "You are in the circle" in page
    assert "Kring" in page
    scene.mo.visit.post(f"{CIRCLES}{scene.circle}/leave/", {}, expect=303)

    assert "two would not be left" in words(scene.mo.visit.get(CIRCLES))
    assert kept.circles()[0].works
    scene.mo.visit.get(f"{CIRCLES}found/", expect=404)


def test_two_open_a_record_for_some_hours_and_who_can_read_it_hears(scene: Scene) -> None:
    record = record_of(scene.ada)
    page = scene.sara.visit.get(f"{CIRCLES}{scene.circle}/emergency/?of={scene.ada.user.id}")
    assert page.select_one(f'input[value="{record}"]')
    address = scene.asks(record)
    assert not scene.sara.reads(record)

    assert [one.visit.get("/desk/").select("p.note a") != [] for one in scene.everybody] == [
        False, True, False,
    ]  # fmt: skip
    assert WHY in words(scene.mo.visit.get(address))
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    # Who asked can go on, and who can read the record hears it.
    assert [one.visit.get("/desk/").select("p.note a") != [] for one in scene.everybody] == [
        True, False, True,
    ]  # fmt: skip
    scene.sara.visit.post(address, {"do": "1"}, expect=303)
    assert scene.sara.reads(record)
    assert not scene.mo.reads(record)

    [letter] = Letter.objects.all()
    assert (letter.to, letter.template) == (scene.ada.user.email, "look_at_the_desk")
    told = words(scene.ada.visit.get(CIRCLES))
    assert "A record of yours was opened by two others" in told
    assert "Sara asked and Mo agreed" in told
    notice = f"{CIRCLES}notices/{Notice.objects.get().id}/"
    scene.ada.visit.post(notice, {"stop": "1"}, expect=303)
    assert not scene.sara.reads(record)
    scene.ada.visit.post(notice, {"seen": "1"}, expect=303)
    assert "opened by two others" not in words(scene.ada.visit.get(CIRCLES))


def test_it_closes_by_itself(scene: Scene) -> None:
    record = record_of(scene.ada)
    address = scene.asks(record)
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    scene.sara.visit.post(address, {"do": "1"}, expect=303)
    vault.end_asks(by=job("end_asks"), at=clock.now() + timedelta(hours=5))

    assert not scene.sara.reads(record)
    assert "It was opened, and is closed again" in words(scene.sara.visit.get(address, expect=410))
    assert "over: it was done" in words(scene.sara.visit.get(CIRCLES))


def test_who_agrees_and_who_hears_of_it_know_which_record_it_is(scene: Scene) -> None:
    record = record_of(scene.ada)
    made_at = f"{Record.objects.get(pk=record).made_at.astimezone(clock.AMSTERDAM):%d-%m-%Y %H:%M}"
    address = scene.asks(record)
    page = words(scene.mo.visit.get(address))
    assert f"{made_at} · the social part" in page
    assert "who can read it, and hears of it once somebody agrees: Ada" in page
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    assert "Sara can go on until" in words(scene.mo.visit.get(address))

    told = words(scene.ada.visit.get(CIRCLES))
    assert "Two others may open a record of yours" in told
    assert f"{made_at} · the social part" in told
    assert "was opened" not in told
    scene.sara.visit.post(address, {"stop": "1"}, expect=303)
    told = words(scene.ada.visit.get(CIRCLES))
    assert "A record of yours stayed closed" in told
    assert "ended before anything was opened" in told
    assert not scene.sara.reads(record)


def test_who_said_to_have_read_it_can_still_end_it(scene: Scene) -> None:
    record = record_of(scene.ada)
    address = scene.asks(record)
    scene.mo.visit.post(address, {"agree": "1"}, expect=303)
    scene.sara.visit.post(address, {"do": "1"}, expect=303)
    notice = f"{CIRCLES}notices/{Notice.objects.get().id}/"
    for _press in range(2):
        scene.ada.visit.post(notice, {"seen": "1"}, expect=303)
    assert not scene.ada.visit.get("/desk/").select("p.note a")
    page = scene.ada.visit.get(CIRCLES)
    assert page.select_one(f'form[action="{notice}"] button[name=stop]')
    assert not page.select_one(f'form[action="{notice}"] button[name=seen]')
    scene.ada.visit.post(notice, {"stop": "1"}, expect=303)

    assert not scene.sara.reads(record)


def test_who_presses_second_hears_that_somebody_was_first(scene: Scene) -> None:
    """Two tabs, two colleagues, a page that was left open: nothing is done twice or by halves."""
    record = record_of(scene.ada)
    address = scene.asks(record)
    for press, by in (("agree", scene.mo), ("do", scene.sara)):
        by.visit.post(address, {press: "1"}, expect=303)
        by.visit.post(address, {press: "1"}, expect=303)
        assert "Somebody was first" in words(by.visit.get(address))
    assert Grant.objects.filter(record=record, member=scene.sara.user.id).count() == 1
    assert Notice.objects.count() == Letter.objects.count() == 1
    scene.ada.visit.post(f"{CIRCLES}notices/{Notice.objects.get().id}/", {"stop": "1"}, expect=303)

    for press, by in (("agree", scene.mo), ("do", scene.sara), ("stop", scene.sara)):
        by.visit.post(address, {press: "1"}, expect=303)
        assert "Somebody was first" in words(by.visit.get(address, expect=410))
        assert not by.reads(record)


def test_one_alone_opens_nothing(scene: Scene) -> None:
    record = record_of(scene.ada)
    address = scene.asks(record)
    for press in ("agree", "do", "agree"):
        scene.sara.visit.post(address, {press: "1"}, expect=303)
        assert "It takes two" in words(scene.sara.visit.get(address))
        assert not scene.sara.reads(record)
    scene.mo.visit.post(address, {"do": "1"}, expect=303)
    assert not scene.mo.reads(record)
    assert not Letter.objects.exists()


def test_who_is_not_in_it_sees_and_does_nothing(scene: Scene) -> None:
    asked, eve = scene.asks(record_of(scene.ada)), Desk("Eve")
    doors = [
        asked, f"{CIRCLES}asks/{uuid4()}/", f"{CIRCLES}{scene.circle}/add/",
        f"{CIRCLES}{scene.circle}/give-back/", f"{CIRCLES}{scene.circle}/emergency/",
    ]  # fmt: skip
    for one in (eve, scene.ada):
        assert "You are in no circle yet" in words(one.visit.get(CIRCLES))
        for door in doors:
            one.visit.get(door, expect=404)
            one.visit.post(door, {"agree": "1", "stop": "1", "do": "1"}, expect=404)
        assert not one.visit.get(CIRCLES).select("main form, main a[href*='/asks/']")
        for what in ("join", "leave", "reach", "steal"):
            one.visit.post(f"{CIRCLES}{scene.circle}/{what}/", {}, expect=404)
        one.visit.post(f"{CIRCLES}notices/{uuid4()}/", {"stop": "1"}, expect=404)
    scene.mo.visit.post(asked, {"agree": "1"}, expect=303)
    told = f"{CIRCLES}notices/{Notice.objects.get().id}/"
    eve.visit.post(told, {"stop": "1"}, expect=404)
    eve.visit.post(told, {"seen": "1"}, expect=404)
    scene.sara.visit.post(f"{CIRCLES}{scene.circle}/steal/", {}, expect=404)

    assert Ask.objects.get().ended_at is None
    assert Notice.objects.get().seen_at is None


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"hours": "48"}, {"record": str(UUID(int=5))}, {"record": ""}]
)
def test_what_is_not_right_is_said_and_nothing_typed_is_lost(
    scene: Scene, wrong: dict[str, str]
) -> None:
    page = scene.send(record_of(scene.ada), expect=422, **wrong)

    assert "Something is not right yet" in words(page)
    assert "reason" in wrong or WHY in words(page)
    assert not Ask.objects.exists()


def test_what_only_a_colleague_who_left_could_read_is_given_back(scene: Scene) -> None:
    record = record_of(scene.ada)
    vault.leave(member=scene.ada.user.id, by=job("people"), at=clock.now())
    address = f"{CIRCLES}{scene.circle}/give-back/"
    assert "there is 1 of them" in words(scene.sara.visit.get(address))
    said = {"member": str(scene.sara.user.id), "reason": "Ada is weg"}
    scene.sara.visit.post(address, said, expect=303)
    asked = f"{CIRCLES}asks/{Ask.objects.get().id}/"
    scene.mo.visit.post(asked, {"agree": "1"}, expect=303)
    scene.sara.visit.post(asked, {"do": "1"}, expect=303)

    assert scene.sara.reads(record)


def test_nobody_is_chosen_by_a_slip(scene: Scene) -> None:
    """A list that begins with a colleague would give to her what was meant for another."""
    record_of(scene.ada)
    vault.leave(member=scene.ada.user.id, by=job("people"), at=clock.now())
    address = f"{CIRCLES}{scene.circle}/give-back/"
    first = scene.sara.visit.get(address).select("select[name=member] option")[0]
    assert not first["value"]
    page = scene.sara.visit.post(address, {"member": "", "reason": WHY}, expect=422)
    assert WHY in words(page)
    assert not Ask.objects.exists()


def test_one_more_comes_in_by_two(scene: Scene) -> None:
    said = {"member": str(scene.ada.user.id), "reason": "Met z'n drieën"}
    scene.mo.visit.post(f"{CIRCLES}{scene.circle}/add/", said, expect=303)
    asked = f"{CIRCLES}asks/{Ask.objects.get().id}/"
    scene.sara.visit.post(asked, {"agree": "1"}, expect=303)
    scene.mo.visit.post(asked, {"do": "1"}, expect=303)
    assert "You are asked to join" in words(scene.ada.visit.get(CIRCLES))
    scene.ada.visit.post(f"{CIRCLES}{scene.circle}/join/", {}, expect=303)

    assert kept.circles()[0].has(scene.ada.user.id)


def test_an_ask_is_taken_back(scene: Scene) -> None:
    address = scene.asks(record_of(scene.ada))
    scene.sara.visit.post(address, {"nonsense": "1"}, expect=303)
    scene.sara.visit.post(address, {"stop": "1"}, expect=303)

    page = scene.mo.visit.get(address, expect=410)
    assert "Nothing was opened or given" in words(page)
    assert WHY not in words(page)
    assert not page.select("main form")
    assert "over: nothing was opened or given" in words(scene.sara.visit.get(CIRCLES))
    for wrong in (scene.ada, Desk("Eve")):
        wrong.visit.get(address, expect=404)
        assert "Sara asks" not in words(wrong.visit.get(CIRCLES))


def test_records_of_before_are_brought_within_reach() -> None:
    sara, mo = Desk("Sara"), Desk("Mo")
    sara.compare(mo)
    mo.compare(sara)
    before = record_of(sara)
    said = {"team": str(TEAM_OF_ALL), "name": "Kring", "members": [str(mo.user.id)]}
    sara.visit.post(f"{CIRCLES}found/", said, expect=303)
    circle = Circle.objects.get().id
    mo.visit.post(f"{CIRCLES}{circle}/join/", {}, expect=303)
    assert "1 record of yours" in words(sara.visit.get(CIRCLES))
    sara.visit.post(f"{CIRCLES}reach/", {}, expect=303)

    assert "1 record is within reach" in words(sara.visit.get(CIRCLES))
    assert [one.id for one in kept.reached_of(circle, sara.user.id)] == [before]


def test_who_is_in_no_circle_brings_her_own_records_within_reach() -> None:
    """She keeps records of the team, and two others are its circle."""
    ada = Desk("Ada")
    before = record_of(ada)
    scene = Scene(ada)
    page = ada.visit.get(CIRCLES)
    assert "1 record of yours" in words(page)
    assert page.select_one(f'form[action="{CIRCLES}reach/"]')
    ada.visit.post(f"{CIRCLES}reach/", {}, expect=303)

    assert "1 record is within reach" in words(ada.visit.get(CIRCLES))
    assert [one.id for one in kept.reached_of(scene.circle, ada.user.id)] == [before]


def test_who_writes_for_a_team_sees_who_its_circle_is(scene: Scene) -> None:
    page = words(scene.ada.visit.get(CIRCLES))
    assert "What you write for the team is sealed for it too. In it are: Sara Mo" in page
    elsewhere = Desk("Eve")
    Post.objects.filter(colleague=elsewhere.user).update(
        role=Role.STEWARD, municipality=places.municipality()
    )
    assert "Kring" not in words(elsewhere.visit.get(CIRCLES))


def test_one_hour_is_no_hours(scene: Scene) -> None:
    scene.send(record_of(scene.ada), hours="1")
    assert "Sara asks to read a record for 1 hour ·" in words(scene.mo.visit.get(CIRCLES))


def test_a_circle_needs_somebody_whose_words_were_compared() -> None:
    sara, mo = Desk("Sara"), Desk("Mo")
    said = {"team": str(TEAM_OF_ALL), "name": "Kring", "members": [str(mo.user.id)]}
    page = sara.visit.post(f"{CIRCLES}found/", said, expect=422)

    assert page.select_one('input[value="Kring"]')
    assert not Circle.objects.exists()


def test_closed_keys_lead_to_the_page_that_explains(scene: Scene) -> None:
    address = scene.asks(record_of(scene.ada))
    scene.mo.forget()
    for door in (CIRCLES, f"{CIRCLES}found/", address):
        scene.mo.visit.get(door, expect=302)
        assert scene.mo.visit.answer.headers["Location"] == "/desk/keys/"
    scene.mo.visit.post(address, {"agree": "1"}, expect=302)
    assert Ask.objects.get().agreed_at is None


def test_a_team_of_nobody_in_particular_is_everybody() -> None:
    assert [one.name for one in queries.teams_of(Desk().user.id)] == ["SAMEN"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_stands(scene: Scene, language: str) -> None:
    User.objects.update(language=language)
    asked = scene.asks(record_of(scene.ada))
    for door in ("", f"{scene.circle}/add/", f"{scene.circle}/give-back/"):
        assert scene.sara.visit.get(f"{CIRCLES}{door}").select_one(f"html[lang={language}]")
    assert scene.mo.visit.get(asked).select_one(f"html[lang={language}]")


def test_a_circle_that_waits_opens_nothing_and_goes_only_when_that_is_said() -> None:
    sara, mo, ada = Desk("Sara"), Desk("Mo"), Desk("Ada")
    for one, other in ((sara, mo), (mo, sara), (ada, mo), (mo, ada)):
        one.compare(other)
    said = {"team": str(TEAM_OF_ALL), "name": "Kring", "members": [str(mo.user.id)]}
    sara.visit.post(f"{CIRCLES}found/", said, expect=303)
    waits = Circle.objects.get().id
    assert mo.visit.get("/desk/").select("p.note a")
    page = sara.visit.get(CIRCLES)
    assert "does not work" in words(page)
    assert not page.select(f'main a[href*="{waits}"]')
    for door in ("emergency", "give-back", "add", "spare"):
        sara.visit.get(f"{CIRCLES}{waits}/{door}/", expect=404)

    assert "Kring. In it are: Sara, Mo." in words(ada.visit.get(f"{CIRCLES}found/"))
    page = ada.visit.post(f"{CIRCLES}found/", said | {"name": "Nieuw"}, expect=422)
    assert "waits for its second member" in words(page)
    assert page.select_one('input[value="Nieuw"]')
    assert [one.id for one in kept.circles()] == [waits]
    ada.visit.post(f"{CIRCLES}found/", said | {"name": "Nieuw", "instead": str(waits)}, expect=303)
    assert [one.name for one in kept.circles()] == ["Nieuw"]
