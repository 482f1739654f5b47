"""A steward invites who speaks for an organisation."""

import pytest

from samen.directory.models import Service, ServiceArea
from samen.directory.tests import make
from samen.people.models import Post, User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.post.models import Letter, mark_of
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

SARA = {"email": "sara@example.org", "name": "Sara", "reads": "nl"}


@pytest.fixture
def service() -> Service:
    service = make.service(name="Het huis")
    ServiceArea.objects.create(service=service, municipality=places.municipality("utrecht"))
    return service


def page_of(service: Service) -> str:
    return f"/desk/pages/{service.organization_id}/invite/"


def contacts() -> list[tuple[str, object]]:
    return list(
        Post.objects.filter(role=Role.CONTACT).values_list("colleague__email", "organization")
    )


def test_she_gets_a_letter_and_speaks_for_that_organisation_only(
    visit: Visit, service: Service
) -> None:
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))

    visit.post(page_of(service), SARA)

    assert contacts() == [("sara@example.org", service.organization_id)]
    assert Letter.objects.get().recipient == mark_of("sara@example.org")
    page = words(visit.get(page_of(service)))
    assert "Sara" in page
    assert "not here yet" in page


def test_the_entry_leads_there(visit: Visit, service: Service) -> None:
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))

    page = visit.get(f"/desk/map/{service.number}/")

    assert page.select_one(f'a[href="{page_of(service)}"]')


@pytest.mark.parametrize("role", [Role.STEWARD, Role.EDITOR, Role.CONTACT])
def test_nobody_invites_for_an_organisation_of_another(
    visit: Visit, service: Service, role: Role
) -> None:
    mine = service.organization_id if role is Role.CONTACT else None
    where = None if mine else places.municipality("arnhem")
    visit.sign_in(people.colleague(role, municipality=where, organization=mine))

    visit.post(page_of(service), SARA, expect=404 if role is Role.STEWARD else 403)

    assert not User.objects.filter(email="sara@example.org").exists()


@pytest.mark.parametrize(
    ("field", "value"), [("email", "sara"), ("name", ""), ("reads", "xx"), ("email", "")]
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    visit: Visit, service: Service, field: str, value: str
) -> None:
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))

    page = visit.post(page_of(service), SARA | {field: value}, expect=422)

    kept = page.select_one("#id_name" if field != "name" else "#id_email")
    assert kept
    assert kept["value"] in {"Sara", "sara@example.org"}
    assert not contacts()


def test_who_has_left_comes_back_by_an_administrator_only(visit: Visit, service: Service) -> None:
    gone = people.colleague(Role.EDITOR, municipality="utrecht")
    User.objects.filter(pk=gone.pk).update(ended_at=people.AT, is_active=False)
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))

    page = visit.post(page_of(service), SARA | {"email": gone.email}, expect=422)

    assert "administrator" in words(page)
    assert not contacts()


def test_a_colleague_who_works_in_dutch_reads_refusals_in_dutch(
    visit: Visit, service: Service
) -> None:
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht", reads="nl"))

    page = visit.post(f"/desk/map/{service.number}/withdraw/", {"reason": " "}, expect=422)

    assert "gevaarlijk" in words(page)
