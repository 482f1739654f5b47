"""The desk is a server of its own (SAMEN_DOOR=desk): its pages stand without the visitors' ones."""

import pytest

from samen.directory.models import Service
from samen.people.http import Role
from samen.people.tests import make as people
from samen.stewardship.desk.sections import SECTIONS
from tests.visit import Visit

PAGES = (
    "", "map/", "map/new/", "map/{n}/", "map/{n}/history/", "suggestions/", "withdrawn/",
    *(f"map/{{n}}/{section}/" for section in SECTIONS),
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("real_map")
@pytest.mark.urls("samen.config.urls_desk")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_desk_needs_no_door_of_the_visitors(visit: Visit, page: str) -> None:
    visit.sign_in(people.colleague(Role.STEWARD))
    number = Service.objects.filter(publish="ready").order_by("number")[1].number
    visit.get(f"/desk/{page.format(n=number)}")
