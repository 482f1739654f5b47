"""Recovery without a back door, as volunteers do it: each flow once in a real browser.

Sara and Mo are the circle of the team, and have compared six words with everybody. No page shows
the words of a record yet, so what opens for whom is asked of the vault itself, by her own password.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone
from tests.journeys.eyes import stands
from tests.journeys.hands import press
from tests.serving import Installation, installed

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]
PASSWORD = "bagu-dimo-feru-nape-zolu"  # noqa: S105 opens nothing
FRESH = "wolu-pavi-sedo-kimu-raze"
TEAM = ("Sara", "Mo", "Ada", "Nora", "Lina", "Ruth", "Bo", "Fay")

BEGIN = """
import datetime
import json
from uuid import UUID
from samen.foundation import clock
from samen.foundation.actor import job
from samen.people.models import Post, User
from samen.people.rules import TEAM_OF_ALL
from samen.vault import actions, queries
from samen.vault.tests import make
make.AT = at = clock.now()
"""
SCENE = f"""
from itertools import permutations
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

def comes(name):
    user = User(email=f"{{name.lower()}}@example.org", name=name, language="en", is_active=True,
                invited_at=at)
    user.set_password("{PASSWORD}")
    user.save()
    Post.objects.create(colleague=user, role="mediator", given_at=at)
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    paper[name] = RecoveryCodes.activate(user).get_unused_codes()
    assert user.check_password("{PASSWORD}")
    return make.colleague(user.id, user.unlock_key)

paper = {{}}
team = {{name: comes(name) for name in {TEAM!r}}}
sara, mo, ada, nora, lina, ruth, *_more = team.values()
for one, other in permutations(team.values(), 2):
    if {{one.id, other.id}} & {{sara.id, mo.id}}:
        make.confirm(one, other)
circle = make.circle(TEAM_OF_ALL, sara, mo)
make.keeping_spares(circle, sara, mo)
records = {{
    "Ada": make.record(ada, owner=TEAM_OF_ALL), "Ada alone": make.record(ada),
    "Nora": make.record(nora), "Lina": make.record(lina, sara), "Lina alone": make.record(lina),
    "Ruth": make.record(ruth, owner=TEAM_OF_ALL),
}}
actions.give_spare(**ada.opens(), circle_id=circle)
actions.leave(member=ruth.id, by=job("people"), at=at)
print(json.dumps({{
    "paper": paper, "circle": str(circle), "ids": {{n: str(one.id) for n, one in team.items()}},
    "records": {{name: str(one) for name, one in records.items()}},
}}))
"""
FORGETS = """
user = User.objects.get(name="{name}")
user.set_password("{fresh}")
user.save()
"""
# Who reads what, and the newest lines of the logbook, oldest first.
ASKED = """
from samen.audit.models import Entry

def opens(name, password, record):
    user = User.objects.get(name=name)
    assert user.check_password(password)
    by = make.Actor(make.ActorKind.COLLEAGUE, user.id)
    try:
        halfway = actions.unlock(password_half=user.unlock_key, by=by, at=at)
        return make.can_read(make.opened(user.unlock_key, halfway, by, at), UUID(record))
    except actions.VaultRefuses:
        return False

lines = list(Entry.objects.order_by("-seq").values_list("event_type", flat=True)[:{back}])[::-1]
print(json.dumps([[opens(*one) for one in {asked!r}], lines]))
"""


@dataclass(frozen=True)
class Team:
    here: Installation
    address: str
    seed: dict[str, Any]

    def run(self, lines: str) -> str:
        return self.here.run(BEGIN + lines)

    def reads(self, *asked: tuple[str, str], fresh: str = "") -> tuple[list[bool], list[str]]:
        """For each name and record; `fresh`: who has the new password by now."""
        said = [
            (name, FRESH if name == fresh else PASSWORD, self.seed["records"][record])
            for name, record in asked
        ]
        read, lines = json.loads(self.run(ASKED.format(asked=said, back=40)).splitlines()[-1])
        return read, lines

    def forgets(self, name: str) -> None:
        """An administrator invited her again, and she chose a new password."""
        self.run(FORGETS.format(name=name, fresh=FRESH))

    def comes_in(self, her: Phone, name: str, password: str = PASSWORD, site: str = "") -> Page:
        """With a code of those on paper as second step."""
        page = her.page
        page.goto(f"{site or self.address}desk/sign-in/")
        page.locator("input[name=login]").fill(f"{name.lower()}@example.org")
        page.locator("input[name=password]").fill(password)
        press(page.get_by_role("button", name="Sign in"))
        page.locator("input[name=code]").fill(self.seed["paper"][name].pop())
        press(page.locator("main form button[type=submit]").first)
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        return page

    def goes(self, page: Page, path: str) -> None:
        page.goto(f"{self.address}desk/{path}")

    def circle(self, page: Page, link: str, *, exact: bool = False) -> None:
        self.goes(page, "circles/")
        press(page.get_by_role("link", name=link, exact=exact).first)

    def agrees(self, page: Page, link: str) -> None:
        self.circle(page, link)
        stands(page)
        press(page.get_by_role("button", name="I agree"))
        expect(page.locator("main")).to_contain_text("You agreed")

    def types_the_words_of(self, page: Page, name: str) -> None:
        words = self.run(
            f'print(*queries.six_words(User.objects.get(name="{name}").id))'
        ).splitlines()[-1]
        self.goes(page, f"keys/of/{self.seed['ids'][name]}/")
        page.get_by_label("The six words").fill(words)
        press(page.get_by_role("button", name="Compare"))
        expect(page.locator(".lead")).to_contain_text("You compared the six words")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    here = installed(tmp_path_factory.mktemp("recovering"), SAMEN_ENVIRONMENT="test")
    seed = json.loads(here.run(BEGIN + SCENE).splitlines()[-1])
    with serving(here) as address:
        yield Team(here, address, seed)


@contextmanager
def serving(here: Installation) -> Iterator[str]:
    with here.running("serve", "--only", "desk", "--workers", "1") as server:
        here.environment["SAMEN_DESK_SITE"] = f"http://localhost:{server.port}"
        yield f"http://localhost:{server.port}/"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_paper_opens_everything_again_once(
    team: Team, phone: NewPhone, *, script: bool
) -> None:
    name = "Nora" if script else "Bo"
    page = team.comes_in(phone("en"), name)
    team.goes(page, "keys/paper/")
    press(page.get_by_role("button", name="Make the code"))
    code = page.locator(".code").inner_text()
    stands(page)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("no other code was made")
    stands(page)
    team.forgets(name)

    page = team.comes_in(phone("en", script=script), name, FRESH)
    press(page.get_by_role("link", name="Your keys are closed"))
    press(page.get_by_role("link", name="I have my code on paper"))
    types_the_code(page, "AAAA BBBB")
    expect(page.get_by_label("The code on your paper")).to_have_value("AAAA BBBB")
    expect(page.locator("main")).to_contain_text("This code opens nothing")
    types_the_code(page, code.lower())
    expect(page.get_by_role("status")).to_contain_text("Your keys are open again")
    if script:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        read, lines = team.reads(("Nora", "Nora"), fresh="Nora")
        assert read == [True]
        assert "vault recovered" in lines
    team.goes(page, "keys/recover/")
    types_the_code(page, code)
    expect(page.get_by_role("status")).to_contain_text("open already")


def types_the_code(page: Page, code: str) -> None:
    page.get_by_label("The code on your paper").fill(code)
    page.get_by_label("Your password").fill(FRESH)
    press(page.get_by_role("button", name="Open my keys"))


def test_who_begins_again_is_given_back_by_two(team: Team, phone: NewPhone) -> None:
    """She has no script; what only she could read stays closed, as she was told."""
    team.forgets("Lina")
    hers = team.comes_in(phone("en", script=False), "Lina", FRESH)
    press(hers.get_by_role("link", name="Your keys are closed"))
    press(hers.get_by_role("link", name="I have neither the old password nor the paper"))
    expect(hers.locator(".lead")).to_contain_text("stays closed for good")
    hers.get_by_label("Your password").fill(FRESH)
    press(hers.get_by_role("button", name="Make new keys"))
    expect(hers.get_by_role("status")).to_contain_text("they type your six words")
    sara, mo = (team.comes_in(phone("en", width=1200), name) for name in ("Sara", "Mo"))
    team.types_the_words_of(sara, "Lina")
    stands(sara)
    press(sara.get_by_role("button", name="Give access again"))
    expect(sara.get_by_role("status")).to_contain_text("Keys that are new need two")
    team.types_the_words_of(mo, "Lina")
    press(sara.get_by_role("button", name="Give access again"))
    expect(sara.locator("main")).to_contain_text("1 record can be read again")
    expect(sara.locator("main")).to_contain_text("has not typed yours yet")
    stands(sara)

    asked = (("Lina", "Lina"), ("Lina", "Lina alone"))
    assert team.reads(*asked, fresh="Lina")[0] == [False, False]
    team.types_the_words_of(hers, "Sara")
    read, lines = team.reads(*asked, fresh="Lina")
    assert read == [True, False]
    assert {"colleague key confirmed", "access given", "giving access refused"} <= {*lines}


def asks_in_an_emergency(team: Team, sara: Page) -> None:
    """And can do nothing more alone."""
    team.circle(sara, "Somebody needs help now")
    sara.get_by_label("Whose record is it").select_option(label="Ada")
    press(sara.get_by_role("button", name="Show the records"))
    sara.locator("input[type=radio]").first.check()
    sara.get_by_label("Why").fill("She rang and is in danger")
    stands(sara)
    press(sara.get_by_role("button", name="Ask the others"))
    press(sara.get_by_role("link", name="Sara asks to read").first)
    expect(sara.get_by_role("button", name="Go on")).to_have_count(0)
    expect(sara.get_by_role("button", name="I agree")).to_have_count(0)


def test_two_open_a_record_in_an_emergency_and_all_see_it(team: Team, phone: NewPhone) -> None:
    """She who can read it hears of it and ends it; the next time the clock does."""
    sara, mo, ada = (team.comes_in(phone("en"), name) for name in ("Sara", "Mo", "Ada"))
    asked = (("Sara", "Ada"), ("Mo", "Ada"), ("Ada", "Ada"))
    for by_her in (True, False):
        asks_in_an_emergency(team, sara)
        mo.goto(team.address + "desk/")
        expect(mo.locator("p.note")).to_contain_text("Something waits for you in a circle")
        team.agrees(mo, "Sara asks to read")
        sara.reload()
        press(sara.get_by_role("button", name="Go on"))
        expect(sara.get_by_role("status")).to_contain_text("It is open for you")

        ada.goto(team.address + "desk/")
        press(ada.get_by_role("link", name="Two others open a record of yours"))
        expect(ada.locator("main")).to_contain_text("Sara asked and Mo agreed")
        stands(ada)
        if by_her:
            assert team.reads(*asked)[0] == [True, False, True]
            press(ada.get_by_role("button", name="End it now"))
            press(ada.get_by_role("button", name="I have read this"))
            press(sara.get_by_role("link", name="Sara asks to read").first)
            expect(sara.locator("p.note")).to_contain_text("It was opened, and is closed again")
            stands(sara)
    team.run(f"actions.end_asks(by=job('end_asks'), at=at + {timedelta(hours=2)!r})")
    read, lines = team.reads(*asked)
    assert read == [False, False, True]
    said = {"emergency asked", "reason read", "emergency agreed", "emergency done"}
    assert said | {"emergency stopped", "emergency over"} <= {*lines}


def test_what_nobody_can_read_any_more_is_given_by_two(team: Team, phone: NewPhone) -> None:
    sara, mo = (team.comes_in(phone("en"), name) for name in ("Sara", "Mo"))
    team.circle(sara, "Records that nobody can read any more")
    expect(sara.locator(".lead")).to_contain_text("there is 1 of them")
    sara.get_by_label("Why").fill("Ruth left us")
    sara.get_by_label("Colleague").select_option(label="Mo")
    stands(sara)
    press(sara.get_by_role("button", name="Ask the others"))
    team.agrees(mo, "Sara asks to give records to Mo")
    press(sara.get_by_role("link", name="Sara asks to give records to Mo"))
    expect(sara.locator(".lead")).to_contain_text("1 record is to go to Mo, for good")
    press(sara.get_by_role("button", name="Go on"))
    expect(sara.get_by_role("status")).to_contain_text("the records are given")

    read, lines = team.reads(("Mo", "Ruth"), ("Sara", "Ruth"))
    assert read == [True, False]
    assert {"give back asked", "give back agreed", "access given back"} <= {*lines}


def begins_again(team: Team, phone: NewPhone) -> Page:
    """Ada has neither the old password nor the paper; the circle has her spare key."""
    team.forgets("Ada")
    ada = team.comes_in(phone("en"), "Ada", FRESH)
    team.goes(ada, "keys/begin/")
    expect(ada.locator(".lead")).to_contain_text("You gave a circle a spare key")
    ada.get_by_label("Your password").fill(FRESH)
    press(ada.get_by_role("button", name="Make new keys"))
    expect(ada.locator("main")).to_contain_text("Call two of them on a number you know")
    stands(ada)
    return ada


def test_a_spare_key_comes_back_after_three_days(team: Team, phone: NewPhone) -> None:
    ada = begins_again(team, phone)
    sara, mo = (team.comes_in(phone("en"), name) for name in ("Sara", "Mo"))
    for page in (sara, mo):
        team.types_the_words_of(page, "Ada")
    for name in ("Sara", "Mo"):
        team.types_the_words_of(ada, name)
    team.circle(sara, "Spare keys", exact=True)
    sara.get_by_label("Why").fill("She lost her phone and her paper")
    stands(sara)
    press(sara.get_by_role("button", name="Ask the others"))
    team.agrees(mo, "Sara asks to hand Ada her spare key")
    team.circle(sara, "Sara asks to hand Ada her spare key")
    expect(sara.get_by_role("button", name="Go on")).to_have_count(0)
    team.goes(ada, "circles/")
    expect(ada.locator("main")).to_contain_text("You are to get your spare key")
    stands(ada)
    assert team.reads(("Ada", "Ada alone"), fresh="Ada")[0] == [False]

    three_days_later(team, phone)
    read, lines = team.reads(("Ada", "Ada alone"), ("Sara", "Ada alone"), fresh="Ada")
    assert read == [True, False]
    assert {"spare key asked", "spare key handed over", "access taken over"} <= {*lines}


def three_days_later(team: Team, phone: NewPhone) -> None:
    """Nobody said no: Sara hands it over, and Ada takes what was hers."""
    later = datetime.now(UTC) + timedelta(hours=73)
    with serving(Installation(team.here.environment | {"SAMEN_NOW": later.isoformat()})) as site:
        then = Team(team.here, site, team.seed)
        sara, ada = (
            then.comes_in(phone("en"), "Sara"), then.comes_in(phone("en"), "Ada", FRESH)
        )  # fmt: skip
        then.circle(sara, "Sara asks to hand Ada her spare key")
        press(sara.get_by_role("button", name="Go on"))
        expect(sara.get_by_role("status")).to_contain_text("It is handed over")
        then.goes(ada, "keys/")
        stands(ada)
        press(ada.get_by_role("button", name="Read them again"))
        expect(ada.get_by_role("status")).to_contain_text("You can read")


def test_a_circle_grows_by_two_and_one_goes(team: Team, phone: NewPhone) -> None:
    """Before the third is in, neither of the two can go: alone nobody helps anybody."""
    sara, mo, fay = (team.comes_in(phone("en", width=1200), name) for name in ("Sara", "Mo", "Fay"))
    team.goes(sara, "circles/")
    press(sara.get_by_role("button", name="Leave the circle"))
    expect(sara.get_by_role("status")).to_contain_text("two would not be left")
    press(sara.get_by_role("link", name="Take somebody in"))
    sara.get_by_label("Colleague").select_option(label="Fay")
    sara.get_by_label("Why").fill("With three of us one can be ill")
    press(sara.get_by_role("button", name="Ask the others"))
    team.agrees(mo, "Sara asks to take Fay into the circle")
    press(sara.get_by_role("link", name="Sara asks to take Fay into the circle"))
    press(sara.get_by_role("button", name="Go on"))
    expect(sara.get_by_role("status")).to_contain_text("joins, on her own page")
    expect(sara.locator("main")).to_contain_text("was asked, has not joined yet")
    team.goes(fay, "circles/")
    stands(fay)
    press(fay.get_by_role("button", name="Join"))
    expect(fay.locator("main")).to_contain_text("You are in the circle")
    press(sara.get_by_role("button", name="Leave the circle"))
    expect(sara.get_by_role("status")).to_contain_text("You left the circle")
    stands(sara)
    _read, lines = team.reads()
    assert {"add asked", "add agreed", "add done", "circle joined", "circle left"} <= {*lines}
