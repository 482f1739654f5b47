"""A map keeper takes a list over from somebody else, on a phone, in a real browser."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Phone, Site
from tests.journeys.eyes import stands
from tests.journeys.hands import press
from tests.journeys.test_desk import comes_in, invited

pytestmark = pytest.mark.journey
NewPhone = Callable[..., Phone]
WIDTH = 390

# A list that does not answer, read once: an address of this machine is never asked.
SILENT = """
from samen.exchange import jobs
from samen.exchange.actions.sources import Wanted, add_source
from samen.foundation import clock
from samen.foundation.actor import job
wanted = Wanted("utrecht", "Kaart die zwijgt", "hsds", address="https://127.0.0.1:9")
add_source(wanted=wanted, by=job("test"), at=clock.now())
jobs.take_in(at=clock.now())
"""
DUTCH = """
from samen.people.models import User
User.objects.filter(email="bronnen@example.org").update(language="nl")
"""


def listed(original: str, **said: Any) -> dict[str, Any]:
    return {
        "id": original,
        "name": f"Inloop {original}",
        "description": "Koffie en raad.",
        "organization": {"id": "o1", "name": "Buurthuis De Brug"},
        "phones": [{"number": "030 1234567", "extension": 12}],
        "accreditations": "HKZ",
        "schedules": [{"freq": "MONTHLY", "byday": "1MO", "opens_at": "09:00"}],
    } | said


def named(page: Page, name: str, *, kind: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("select[name=kind]").select_option(kind)
    page.locator("select[name=municipality]").select_option("utrecht")


def given(page: Page, *records: dict[str, Any], button: str) -> None:
    body = json.dumps({"contents": records}).encode()
    page.locator("input[type=file]").set_input_files(
        {"name": "lijst.json", "mimeType": "application/json", "buffer": body}
    )
    pressed(page, f"button[name={button}]")


def pressed(page: Page, what: str) -> None:
    press(page.locator(what).first)
    looked_at(page)


def looked_at(page: Page) -> None:
    """Nothing that shuts anybody out, and nothing beside the screen of a phone."""
    stands(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def test_a_list_is_taken_over_decided_about_and_let_go(
    site: Site, desk: str, phone: NewPhone
) -> None:
    email = "bronnen@example.org"
    signed = phone("en", width=WIDTH)
    comes_in(signed.page, invited(site, email, "--role", "steward"), email)
    site.run(DUTCH)
    page = signed.page
    takes_over(page, desk)
    decides(page, desk)
    lets_go(page)
    sees_who_is_silent(page, site, desk)
    assert signed.hosts == {desk.split("/")[2]}


def takes_over(page: Page, desk: str) -> None:
    page.goto(f"{desk}desk/sources/")
    pressed(page, 'a[href="/desk/sources/new/"]')
    named(page, "Sociale kaart De Brug", kind="package")
    pressed(page, "button[name=look]")
    nameless = {"id": "", "name": ""}
    given(page, listed("een"), listed("twee"), nameless, button="look")
    expect(page.locator("main")).to_contain_text("Inloop een")
    given(page, listed("een"), listed("twee"), nameless, button="take")
    expect(page.locator("main")).to_contain_text("Keurmerken")


def decides(page: Page, desk: str) -> None:
    """Somebody here has written another text, and the list says a third thing."""
    source = page.url
    page.goto(f"{desk}desk/map/?words=Inloop+een")
    press(page.locator("main table a").first)
    page.goto(f"{page.url}words/")
    page.locator("[name=what]").fill("Thee en een luisterend oor.")
    pressed(page, "form[data-draft] .acts button:not([name])")
    page.goto(source)
    given(page, listed("een", description="Soep en raad."), listed("twee"), button="take")
    pressed(page, 'a[href="/desk/offers/"]')
    expect(page.locator("main")).to_contain_text("Inloop een · Wat ze doen")
    pressed(page, "main table a")
    expect(page.locator("main")).to_contain_text("Soep")
    pressed(page, "button[name=accept]")
    page.goto(source)


def lets_go(page: Page) -> None:
    pressed(page, 'form[action$="/undo/"] button')
    pressed(page, 'form[action$="/resume/"] button')
    pressed(page, 'form[action$="/pause/"] button')
    pressed(page, 'a[href$="/remove/"]')
    pressed(page, 'form[action$="/remove/"] button')
    expect(page.locator("main")).not_to_contain_text("De Brug")


def sees_who_is_silent(page: Page, site: Site, desk: str) -> None:
    site.run(SILENT)
    page.goto(f"{desk}desk/")
    pressed(page, 'a[href="/desk/sources/#silent"]')
    expect(page.locator("article")).to_contain_text("Kaart die zwijgt")
    pressed(page, "article a")
    pressed(page, 'a[href$="/change/"]')
