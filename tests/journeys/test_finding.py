"""From the first page to a number that answers, as somebody with a cheap phone does it."""

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Phone, Site
from tests.journeys.hands import press

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]

# The horizontal place of every character of every number, read from what is painted.
GLYPHS = """
() => [...document.querySelectorAll('.num')].filter(e => e.checkVisibility()).map(e => {
  const text = e.firstChild, range = document.createRange(), at = [];
  for (let i = 0; i < text.length; i++) {
    range.setStart(text, i); range.setEnd(text, i + 1);
    const box = range.getBoundingClientRect();
    if (box.width) at.push([Math.round(box.top), box.left]);
  }
  return [text.data, at];
})
"""


def test_a_woman_who_reads_arabic_finds_a_number_in_one_tap(site: Site, phone: NewPhone) -> None:
    her = phone("ar", script=False)
    her.page.goto(site.address)
    expect(her.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(her.page.locator("html")).to_have_attribute("lang", "ar")

    press(her.page.locator(".tile").first)

    call = her.page.locator("a.call").first
    expect(call).to_be_visible()
    assert call.get_attribute("href") == "tel:08002000"


def test_with_her_town_it_takes_two_taps(site: Site, phone: NewPhone) -> None:
    her = phone("ar", script=False)
    her.page.goto(site.address)

    press(her.page.locator(".pill[href*='place=arnhem']"))
    press(her.page.locator(".tile").first)

    expect(her.page.locator("a.call").first).to_be_visible()
    assert "place=arnhem" in her.page.url


def test_nothing_is_kept_and_nobody_else_is_asked(site: Site, phone: NewPhone) -> None:
    her = phone("ar")
    her.page.goto(site.address)
    press(her.page.locator(".tile").nth(3))
    press(her.page.locator("article h2 a").first)
    press(her.page.locator("footer a").first)

    assert her.hosts == {site.address.split("/")[2]}
    assert her.context.cookies() == []
    stored = her.page.evaluate("[localStorage.length, sessionStorage.length]")
    assert stored == [0, 0]


@pytest.mark.parametrize("path", ["ar/", "ar/find/?need=36&place=amsterdam", "ar/i/3/"])
def test_two_requests_before_one_can_read(site: Site, phone: NewPhone, path: str) -> None:
    her = phone("ar")
    kinds: list[str] = []
    her.page.on("request", lambda request: kinds.append(request.resource_type))
    her.page.goto(f"{site.address}{path}")

    assert kinds[:2] == ["document", "stylesheet"]
    # Then the deferred script, and an icon where the browser shows one.
    assert set(kinds[2:]) <= {"script", "other", "image"}
    assert len(kinds) <= 4


def test_in_ones_own_words_back_never_asks_to_send_again(site: Site, phone: NewPhone) -> None:
    her = phone("nl")
    her.page.goto(f"{site.address}nl/")
    her.page.fill("#q", "mijn man slaat mij")
    press(her.page.locator("form button"))

    assert "need=" in her.page.url
    assert "man" not in her.page.url.split("/")[-1]
    press(her.page.locator("article h2 a").first)
    her.page.go_back()
    expect(her.page.locator("a.call").first).to_be_visible()
    her.page.reload()
    expect(her.page.locator("a.call").first).to_be_visible()


def test_what_is_not_understood_stays_in_the_field(site: Site, phone: NewPhone) -> None:
    her = phone("nl", script=False)
    her.page.goto(f"{site.address}nl/")
    her.page.fill("#q", "xqzvwk jjjj")
    press(her.page.locator("form button"))

    assert her.page.locator("#q").input_value() == "xqzvwk jjjj"
    assert her.page.locator("main .list a").count() > 40
    assert her.page.locator("a[href='tel:08002000']").count() > 1


@pytest.mark.parametrize("path", ["", "find/?need=34", "i/3/", "safety/", "i/15/"])
@pytest.mark.parametrize("language", ["ar", "fa"])
def test_numbers_keep_their_order_for_the_eye(
    site: Site, phone: NewPhone, language: str, path: str
) -> None:
    her = phone(language)
    her.page.goto(f"{site.address}{language}/{path}")
    numbers = her.page.evaluate(GLYPHS)

    assert len(numbers) >= 3
    for text, boxes in numbers:
        for before, after in itertools.pairwise(boxes):
            if before[0] == after[0]:
                assert before[1] < after[1], f"{text} is painted in the wrong order"


def test_a_wrong_entry_is_told_without_a_word(site: Site, phone: NewPhone) -> None:
    her = phone("ar", script=False)
    her.page.goto(f"{site.address}ar/i/3/wrong/")
    press(her.page.locator("form button"))
    expect(her.page.locator("[role=alert]")).to_be_visible()

    her.page.locator("input[name=reason]").first.check()
    press(her.page.locator("form button"))

    assert her.page.url.endswith("/ar/i/3/thanks/")
    assert her.context.cookies() == []
