"""Leave: afterwards the tab shows none of our pages, whatever somebody presses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.journeys.conftest import Phone, Site

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]
PATHS = ("nl/", "nl/find/?need=34", "nl/i/3/", "nl/safety/", "nl/all/", "nl/about/")


def _history(session: CDPSession) -> list[dict[str, str]]:
    entries = session.send("Page.getNavigationHistory")["entries"]
    return [entry for entry in entries if entry["url"] != "about:blank"]


def _visit(page: Page, site: Site, count: int) -> None:
    for path in PATHS[:count]:
        page.goto(f"{site.address}{path}")


@pytest.mark.parametrize("count", [1, 3, 6])
def test_with_script_nothing_of_us_is_left_in_the_tab(
    site: Site, phone: NewPhone, count: int
) -> None:
    her = phone("nl")
    session = her.context.new_cdp_session(her.page)
    _visit(her.page, site, count)

    her.page.click("#leave")
    her.page.wait_for_url(site.neutral)

    left = [entry for entry in _history(session) if entry["url"].startswith(site.address)]
    assert [entry["url"] for entry in left if not entry["url"].endswith("/exit/")] == []
    assert all("Samen" not in entry["title"] for entry in left)
    for _ in range(count + 2):
        her.page.go_back()
        if her.page.url == "about:blank":  # where this tab began
            break
        expect(her.page.locator("h1")).to_have_text("It rains")
    her.page.go_forward()
    assert not her.page.url.startswith(site.address)


@pytest.mark.parametrize("count", [1, 3, 6])
def test_without_script_back_and_forward_show_the_neutral_site(
    site: Site, phone: NewPhone, count: int
) -> None:
    her = phone("nl", script=False)
    _visit(her.page, site, count)

    her.page.click("#leave")
    her.page.wait_for_url(site.neutral)

    for _ in range(count):
        her.page.go_back()
        assert her.page.url == site.neutral
    her.page.go_forward()
    assert her.page.url == site.neutral


def test_the_only_trace_is_a_cookie_of_two_minutes(site: Site, phone: NewPhone) -> None:
    her = phone("nl")
    _visit(her.page, site, 3)
    her.page.click("#leave")
    her.page.wait_for_url(site.neutral)

    [cookie] = her.context.cookies()
    assert (cookie["name"], cookie["value"]) == ("v", "1")
    answer = her.context.request.get(f"{site.address}nl/", max_redirects=0)
    assert answer.status == 303
    assert answer.headers["location"] == site.neutral
    assert answer.body() == b""

    her.context.clear_cookies()
    her.page.goto(f"{site.address}nl/")
    assert her.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    expect(her.page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("key", ["Shift", "Escape"])
def test_three_presses_leave_but_never_while_typing(site: Site, phone: NewPhone, key: str) -> None:
    her = phone("nl")
    her.page.goto(f"{site.address}nl/")
    her.page.focus("#q")
    for _ in range(4):
        her.page.keyboard.press(key)
    assert her.page.url.startswith(site.address)

    her.page.locator("#leave").focus()
    her.page.keyboard.press(key)
    expect(her.page.locator("#count")).to_contain_text("2")
    her.page.keyboard.press(key)
    her.page.keyboard.press(key)
    her.page.wait_for_url(site.neutral)


def test_leave_is_the_first_thing_after_the_skip_link(site: Site, phone: NewPhone) -> None:
    her = phone("ar")
    her.page.goto(f"{site.address}ar/find/?need=34")
    her.page.keyboard.press("Tab")
    her.page.keyboard.press("Tab")

    assert her.page.evaluate("document.activeElement.id") == "leave"
    her.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = her.page.locator("#leave").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert 0 <= box["y"] < 740
