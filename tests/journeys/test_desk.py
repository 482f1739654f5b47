"""The desk in a real browser: a passkey, a steward's morning, and an older version that returns."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone, Site
from tests.journeys.eyes import stands
from tests.journeys.hands import press

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]
PASSWORD = "bagu-dimo-feru-nape-zolu"  # noqa: S105 opens nothing


def invited(site: Site, email: str, *more: str) -> str:
    said = site.samen("invite", email, "--language", "en", *more)
    [link] = re.findall(r"http://\S+", said)
    return str(link)


def has_a_passkey(page: Page) -> None:
    """As on a phone that knows its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def comes_in(page: Page, link: str, email: str, look: Callable[[Page], None] | None = None) -> None:
    """From the link in the letter to the desk, with a passkey of her own; `look` at each page."""
    look = look or (lambda _page: None)
    has_a_passkey(page)
    page.goto(link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    look(page)
    press(page.get_by_role("button", name="Keep this password"))
    look(page)
    password(page, email)
    look(page)
    press(page.get_by_role("link", name="Add a passkey"))
    look(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes on paper")
    look(page)
    press(page.get_by_role("link", name="To your first page"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def password(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page.get_by_role("button", name="Sign in"))


def test_a_passkey_opens_the_desk(site: Site, desk: str, phone: NewPhone) -> None:
    email = "administrator@example.org"
    her = phone("en")
    comes_in(her.page, invited(site, email), email, look=stands)
    press(her.page.get_by_role("button", name="Sign out"))
    her.page.goto(f"{desk}desk/colleagues/")
    password(her.page, email)
    expect(her.page.get_by_role("heading", level=1)).to_have_text("Second step")
    stands(her.page)
    her.page.get_by_role("button", name="Use your passkey").click()

    expect(her.page.get_by_role("heading", level=1)).to_have_text("Colleagues")
    stands(her.page)
    press(her.page.get_by_role("link", name="Invite somebody"))
    stands(her.page)
    assert her.hosts == {desk.split("/")[2]}


@pytest.mark.usefixtures("desk")
def test_a_morning_of_a_steward(site: Site, phone: NewPhone) -> None:
    """She changes an entry, sees it as visitors do, and takes a slip back."""
    email = "steward@example.org"
    her = phone("en", width=1200)
    page = her.page
    comes_in(page, invited(site, email, "--role", "steward"), email)
    stands(page)
    press(page.get_by_role("link", name="To the map"))
    page.get_by_label("Name, organisation or key").fill("Korrelatie")
    press(page.get_by_role("button", name="Look"))
    stands(page)
    press(page.locator("table a").first)
    stands(page)
    entry = page.url
    press(page.get_by_role("link", name="Words"))
    stands(page)
    before = page.get_by_label("What they do, in Dutch").input_value()
    page.get_by_label("What they do, in Dutch").fill("Een nieuwe zin die er zo niet hoort.")
    press(page.get_by_role("button", name="Look first"))
    expect(page.locator("article.help")).to_contain_text("Een nieuwe zin")
    stands(page)
    press(page.get_by_role("button", name="Keep", exact=True))
    expect(page.get_by_role("status").first).to_contain_text("Kept")
    number = entry.rstrip("/").rpartition("/")[2]
    page.goto(f"{site.address}nl/i/{number}/")
    expect(page.locator("main")).to_contain_text("Een nieuwe zin")

    page.goto(f"{entry}history/")
    stands(page)
    press(page.get_by_role("button", name="Back to version").first)
    page.goto(f"{entry}words/")
    expect(page.get_by_label("What they do, in Dutch")).to_have_value(before)


def test_what_is_typed_is_kept_by_itself_and_is_there_after_a_sign_out(
    site: Site, desk: str, phone: NewPhone
) -> None:
    email = "editor@example.org"
    her = phone("en", width=1200)
    page = her.page
    comes_in(page, invited(site, email, "--role", "editor"), email)
    page.goto(f"{desk}desk/map/3/words/")
    with page.expect_response(lambda answer: answer.status == 204):
        page.get_by_label("About the hours, in Dutch").fill("Nog niet klaar")
    expect(page.locator("#draft")).to_contain_text("kept for later")
    page.context.clear_cookies()
    page.goto(f"{desk}desk/map/3/words/")
    password(page, email)
    page.get_by_role("button", name="Use your passkey").click()

    expect(page.get_by_label("About the hours, in Dutch")).to_have_value("Nog niet klaar")
    page.goto(f"{desk}desk/map/3/hours/")
    stands(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def compared(pages: dict[str, Page], desk: str) -> None:
    """Each types the six words that the other one reads to her."""
    words = {name: page.locator(".code").inner_text() for name, page in pages.items()}
    for one, other in (("sara", "mo"), ("mo", "sara")):
        page = pages[one]
        page.goto(f"{desk}desk/keys/")
        press(page.get_by_role("link", name=other.title()))
        page.get_by_label("The six words").fill(words[other])
        stands(page)
        press(page.get_by_role("button", name="Compare"))
        expect(page.locator(".lead")).to_contain_text("You compared the six words")


def test_two_colleagues_compare_six_words_and_are_a_circle(
    site: Site, desk: str, phone: NewPhone
) -> None:
    pages = {}
    for name in ("sara", "mo"):
        email = f"{name}@example.org"
        page = phone("en").page
        comes_in(page, invited(site, email, "--name", name.title()), email)
        page.goto(f"{desk}desk/keys/")
        stands(page)
        pages[name] = page
    compared(pages, desk)
    hers, his = pages["sara"], pages["mo"]
    hers.goto(f"{desk}desk/circles/")
    stands(hers)
    press(hers.get_by_role("link", name="Make a circle"))
    hers.get_by_label("How you call the circle").fill("Kring")
    hers.get_by_label("Mo", exact=True).check()
    stands(hers)
    press(hers.get_by_role("button", name="Make the circle"))
    expect(hers.locator("main")).to_contain_text("does not work")
    his.goto(f"{desk}desk/circles/")
    stands(his)
    press(his.get_by_role("button", name="Join"))
    expect(his.locator("main")).to_contain_text("You are in the circle")

    for link in (
        "Somebody needs help now",
        "Records that nobody",
        "Take somebody in",
        "Spare keys",
    ):
        his.goto(f"{desk}desk/circles/")
        press(his.get_by_role("link", name=link))
        stands(his)
    keeps_a_spare_key(hers, his, desk)


def keeps_a_spare_key(hers: Page, his: Page, desk: str) -> None:
    """He asks that the circle keeps spare keys, she agrees and gives one; he sees whose it has."""
    his.get_by_label("Why").fill("We want it.")
    press(his.get_by_role("button", name="Ask the others"))
    hers.goto(f"{desk}desk/circles/")
    press(hers.get_by_role("link", name="Mo asks"))
    stands(hers)
    press(hers.get_by_role("button", name="I agree"))
    his.goto(f"{desk}desk/circles/")
    press(his.get_by_role("link", name="Mo asks"))
    press(his.get_by_role("button", name="Go on: do it now"))
    hers.goto(f"{desk}desk/keys/")
    press(hers.get_by_role("button", name="Give a spare key"))
    expect(hers.locator("main")).to_contain_text("has a spare of your keys")
    stands(hers)
    press(his.get_by_role("link", name="Spare keys", exact=True))
    expect(his.locator("main")).to_contain_text("Sara")
    stands(his)
