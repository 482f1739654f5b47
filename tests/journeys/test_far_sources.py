"""A map keeper takes a list over that another installation publishes, over TLS, in a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samen.foundation.tests.listener import certificate
from tests.journeys.conftest import Phone, Site
from tests.journeys.eyes import stands
from tests.journeys.hands import press
from tests.journeys.test_desk import comes_in, invited
from tests.journeys.test_ring import Door
from tests.journeys.test_sources import named
from tests.serving import free_port, installed, installed_with_the_map

pytestmark = [pytest.mark.journey, pytest.mark.slow]
NewPhone = Callable[..., Phone]
HOSTS = {"SAMEN_HOSTS": "localhost,127.0.0.1"}

TOWN = """
from samen.places.models import Municipality
Municipality.objects.create(slug="utrecht", name="Utrecht")
"""
WORKER = """
from samen.exchange import jobs
from samen.foundation import clock
jobs.take_in(at=clock.now())
"""
PUBLISHED = """
from samen.directory.models import Service
print(Service.objects.exclude(publish="hidden").count())
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def door(tmp_path: Path, keys: Path) -> Iterator[Door]:
    """The real map of somebody else, behind TLS of an authority that an operator knows."""
    there = installed_with_the_map(
        tmp_path / "there", SAMEN_PUBLISHER_ID="https://a.example.org", **HOSTS
    )
    door = Door(keys)
    with there.running("serve", "--only", "visitors", "--workers", "1") as server:
        door.behind = server.port
        yield door
    door.close()


@pytest.fixture
def here(tmp_path: Path, door: Door, keys: Path) -> Iterator[Site]:
    """An installation with nothing in it but a town; what is asked is its desk."""
    opening = f"localhost:{door.port}={keys}"
    made = installed(tmp_path / "here", SAMEN_FETCH_OPENINGS=opening, **HOSTS)
    made.run(TOWN)
    with made.running("serve", "--only", "desk", "--workers", "1") as server:
        address = f"http://localhost:{server.port}/"
        yield Site(made.environment | {"SAMEN_DESK_SITE": address.rstrip("/")}, address, "")


@pytest.mark.parametrize("kind", ["samen", "hsds"])
def test_a_list_of_another_installation_is_looked_at_and_taken_over(
    here: Site, door: Door, phone: NewPhone, kind: str
) -> None:
    email = "bronnen@example.org"
    signed = phone("en", width=390)
    comes_in(signed.page, invited(here, email, "--role", "steward"), email)
    page = signed.page

    page.goto(f"{here.address}desk/sources/new/")
    named(page, "De andere kaart", kind=kind)
    looks_at(page, f"https://localhost:{free_port()}/api/hsds/3.2")
    expect(page.get_by_role("alert")).to_contain_text("An operator can open it")
    expect(page.locator("input[name=name]")).to_have_value("De andere kaart")
    looks_at(page, f"https://localhost:{door.port}/api/hsds/3.2")
    expect(page.locator("main")).to_contain_text("The first ones")
    assert page.locator("main ul bdi").count() > 3
    assert here.run(PUBLISHED) == "0", "nothing is written before she has seen it"
    press(page.locator("button[name=add]"))
    press(page.get_by_role("button", name="Read it now"))
    expect(page.get_by_role("status")).to_contain_text("within a minute")

    here.run(WORKER)

    page.reload()
    stands(page)
    expect(page.locator("main h3")).to_have_count(1)
    assert int(here.run(PUBLISHED)) > 50
    page.goto(f"{here.address}desk/map/?words=Veilig+Thuis")
    expect(page.locator("main table")).to_contain_text("Veilig Thuis")
    assert signed.hosts == {here.address.split("/")[2]}


def looks_at(page: Page, address: str) -> None:
    page.locator("input[name=address]").fill(address)
    press(page.locator("button[name=look]"))
    stands(page)
