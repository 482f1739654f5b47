import pytest

from samen.directory import actions as directory
from samen.directory.models import Service
from samen.stewardship.desk.sections import SECTIONS
from samen.stewardship.tests.editing.make import filled


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.usefixtures("real_map")
@pytest.mark.django_db
def test_what_is_opened_and_saved_as_it_is_changes_nothing(section: str) -> None:
    for service in Service.objects.order_by("number"):
        _version, now = directory.service_facts(service.id)
        form = filled(section, now)

        assert form.is_valid(), f"{service.key}: {form.errors}"
        for fact, value in form.facts(now).items():
            assert value == now.get(fact), f"{service.key} {fact}"
