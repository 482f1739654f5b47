"""The list of a municipality within its own site: its own entries, and no other site around it."""

import pytest

from samen.directory.models import MunicipalityContact, Service, ServiceArea
from samen.directory.tests import make
from samen.needs.tests import make as needs
from samen.places.models import Municipality
from samen.places.tests import make as places
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

EMBED = "/nl/m/utrecht/embed/"


@pytest.fixture
def utrecht() -> Municipality:
    return places.municipality("utrecht")


def here(municipality: Municipality, name: str, **columns: str) -> Service:
    made = make.service(name=name, **columns)
    ServiceArea.objects.create(service=made, municipality=municipality)
    return made


def test_a_list_holds_what_is_published_there(visit: Visit, utrecht: Municipality) -> None:
    steun = here(utrecht, "Steunpunt")
    make.phone(steun, "030 123 45 67")
    here(utrecht, "Verborgen", publish="hidden")
    here(places.municipality("arnhem", "Arnhem"), "Elders")
    page = visit.get(EMBED)

    said = words(page)
    assert "Steunpunt" in said
    assert "Verborgen" not in said
    assert "Elders" not in said
    [link] = page.select(f"a[href='/nl/i/{steun.number}/']")
    assert link["target"] == "_top", "a page opens beside the frame"
    assert page.select("a[href^='tel:']")
    assert not visit.answer.cookies


def test_a_list_of_one_need(visit: Visit, utrecht: Municipality) -> None:
    shelter = needs.need("sup.shelter", label="Een veilige plek")
    make.answers(here(utrecht, "Huis"), shelter)
    here(utrecht, "Anders")
    said = words(visit.get(f"{EMBED}?need={shelter.number}"))

    assert "Huis" in said
    assert "Een veilige plek" in said
    assert "Anders" not in said


@pytest.mark.parametrize("need", ["999999", "x", "-1", "%00"])
@pytest.mark.usefixtures("utrecht")
def test_a_need_that_is_none_is_not_here(visit: Visit, need: str) -> None:
    visit.get(f"{EMBED}?need={need}", expect=404)


@pytest.mark.usefixtures("utrecht")
def test_a_need_for_colleagues_has_no_list(visit: Visit) -> None:
    inside = needs.need("gbvims.rape", staff_only=True)

    visit.get(f"{EMBED}?need={inside.number}", expect=404)
    visit.get("/nl/m/nergens/embed/", expect=404)


def test_only_the_sites_of_the_municipality_may_frame_it(
    visit: Visit, utrecht: Municipality
) -> None:
    visit.get(EMBED)
    assert "frame-ancestors 'none'" in visit.answer.headers["Content-Security-Policy"]
    for number, site in enumerate(("https://www.utrecht.nl/hulp", "https://wijk.example.org/")):
        MunicipalityContact.objects.create(
            municipality=utrecht,
            department=MunicipalityContact.Department.values[number],
            website=site,
        )
    visit.get(EMBED)

    policy = visit.answer.headers["Content-Security-Policy"]
    ancestors = policy.partition("frame-ancestors ")[2]
    assert "https://utrecht.nl https://www.utrecht.nl" in ancestors
    assert "https://wijk.example.org" in ancestors
    assert "*" not in policy
    assert "X-Frame-Options" not in visit.answer.headers
