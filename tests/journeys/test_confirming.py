"""Somebody who got a letter about her own organisation answers it on her phone, in Arabic."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone, Site
from tests.journeys.eyes import stands
from tests.journeys.hands import press

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]

LETTER = """
from datetime import timedelta
from samen.directory.models import Service
from samen.foundation import clock
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.models import Review
at = clock.now()
service = Service.objects.get(key="{key}")
Service.objects.filter(pk=service.pk).update(
    email="desk@example.org", review_due_on=(at - timedelta(days=1)).date()
)
jobs.review_listings(at=at)
review = Review.objects.get(service=service, outcome="")
print(Letter.objects.get(about_id=review.id).values["link"])
"""
ASSURED = """
from samen.directory.models import Service
service = Service.objects.get(key="{key}")
print(service.number, service.assurer, service.verified, service.publish)
"""
SUGGESTED = """
from samen.stewardship.models import Suggestion
suggestion = Suggestion.objects.get(service__key="{key}")
print(sorted(suggestion.changes), suggestion.changes["email"]["email"], suggestion.why)
"""


def open_letter(site: Site, her: Phone, key: str) -> Page:
    """The link is a Dutch one; she chooses her language on the page."""
    path = urlsplit(site.run(LETTER.format(key=key))).path
    her.page.goto(site.address.rstrip("/") + path)
    expect(her.page.locator("html")).to_have_attribute("lang", "nl")
    her.page.locator("details.langs summary").click()
    press(her.page.locator("details.langs a[href^='/ar/']"))
    expect(her.page.locator("html")).to_have_attribute("dir", "rtl")
    return her.page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_press_on_a_phone_confirms(site: Site, phone: NewPhone, *, script: bool) -> None:
    key = "mdm-zorgcafe" if script else "veilig-thuis"
    her = phone("ar", script=script)
    page = open_letter(site, her, key)
    if script:
        page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        stands(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    press(page.locator("button[value=yes]"))

    expect(page.locator("h1")).to_contain_text("شكرا")
    number, assurer, *_rest = site.run(ASSURED.format(key=key)).split()
    assert assurer == "organization"
    press(page.locator("main a.pill"))
    expect(page).to_have_url(f"{site.address}ar/i/{number}/")
    expect(page.locator("dl.know")).to_contain_text("أكدت المنظمة هذا")
    assert her.context.cookies() == []
    assert her.hosts == {site.address.split("/")[2]}

    page.go_back()
    page.reload()
    expect(page.locator("h1")).to_contain_text("شكرا")


def test_what_has_changed_is_typed_on_a_phone_and_nothing_is_lost_on_the_way(
    site: Site, phone: NewPhone
) -> None:
    her = phone("ar", script=False)
    page = open_letter(site, her, "centrum-seksueel-geweld")
    page.locator("main details summary").click()
    page.locator("#email").fill("new-desk@example.org")
    page.locator("#day_0").fill("tomorrow")
    page.locator("#words").fill("الباب الخلفي")
    press(page.locator("button[value=otherwise]"))

    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#email")).to_have_value("new-desk@example.org")
    expect(page.locator("#day_0")).to_have_value("tomorrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#day_0").fill("")
    press(page.locator("button[value=otherwise]"))

    expect(page.locator("h1")).to_contain_text("شكرا")
    said = site.run(SUGGESTED.format(key="centrum-seksueel-geweld"))
    assert said == "['email'] new-desk@example.org الباب الخلفي"
