from uuid import uuid4

import pytest

from samen.directory import actions as directory
from samen.directory.models import Service, ServiceText
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.stewardship.actions.editing import edit_service
from samen.stewardship.desk.sections import SECTIONS
from samen.stewardship.rules.translating import contact_in
from samen.stewardship.tests.editing.make import filled

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())


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


@pytest.mark.usefixtures("real_map")
@pytest.mark.django_db
def test_every_entry_of_the_map_can_be_edited_and_previewed() -> None:
    """What came in by a file holds to the rules of the desk, or nobody could put it right."""
    site = {"website": {"website": "https://example.org/nieuw"}}
    for service in Service.objects.order_by("number"):
        edited = edit_service(
            service_id=service.id, changes=site, version=service.version, why="", by=ANNA, at=NOON
        )

        assert edited.changed.facts == ("website",), service.key
        assert edited.waiting is None


@pytest.mark.usefixtures("real_map")
@pytest.mark.django_db
def test_no_text_of_the_map_would_be_refused_for_contact_data() -> None:
    refused = [
        (text.service.key, text.field, text.language, found)
        for text in ServiceText.objects.select_related("service")
        if (found := contact_in(text.body))
    ]

    assert refused == []
