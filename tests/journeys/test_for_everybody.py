"""Every kind of page: no accessibility violation, no sideways scrolling, in each direction."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Phone, Site
from tests.journeys.eyes import IN_THE_DARK, RULES, stands

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]

KINDS = (
    "", "?place=arnhem", "find/?need=34", "find/?need=36&place=arnhem&speaks=ar", "find/?i=3,4,8",
    "i/3/", "i/8/", "i/45/", "i/3/card/", "i/3/wrong/", "i/3/thanks/", "place/?need=34", "all/",
    "safety/", "about/", "not-here/",
)  # fmt: skip
# Ukrainian has the longest words of the ten (tests/test_weight.py measures it).
LANGUAGES = ("nl", "ar", "uk")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(
    site: Site, phone: NewPhone, language: str, kind: str, *, dark: bool
) -> None:
    her = phone(language, dark=dark)
    her.page.goto(f"{site.address}{language}/{kind}")
    if her.page.locator("details:not([open])").count():
        her.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")

    stands(her.page, IN_THE_DARK if dark else RULES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_at_320_pixels_nothing_scrolls_sideways(
    site: Site, phone: NewPhone, language: str, kind: str
) -> None:
    her = phone(language, width=320)
    her.page.goto(f"{site.address}{language}/{kind}")
    her.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    assert her.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_letters_twice_as_large_nothing_is_lost(
    site: Site, phone: NewPhone, language: str
) -> None:
    her = phone(language, width=640)
    her.page.goto(f"{site.address}{language}/find/?need=34")
    her.page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert her.page.evaluate("document.documentElement.scrollWidth") <= 640
