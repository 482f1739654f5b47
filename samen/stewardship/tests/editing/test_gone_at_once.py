"""A withdrawn entry leaves what visitors see: pages, lists, index and the pages kept in front."""

from uuid import uuid4

import pytest
from django.test import Client

from samen.directory.models import Service
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.stewardship.actions.withdrawing import decide_withdrawal, withdraw_service
from tests.visit import Visit

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())


@pytest.mark.usefixtures("real_map")
@pytest.mark.django_db
def test_a_withdrawn_entry_is_nowhere_with_the_next_question_and_comes_back(visit: Visit) -> None:
    service = Service.objects.filter(publish="ready").order_by("number")[0]
    page, chosen = f"/nl/i/{service.number}/", f"/nl/find/?i={service.number}"
    visit.get(page)
    assert service.name in visit.get(chosen).get_text()

    withdrawal = withdraw_service(service_id=service.id, why="Danger", by=ANNA, at=NOON)
    visit.get(page, expect=404)
    visit.get(f"{page}card/", expect=404)
    visit.get(chosen, expect=404)

    decide_withdrawal(
        withdrawal_id=withdrawal.id, returns=True, reason="Safe again", by=BERT, at=NOON
    )
    visit.get(page)


@pytest.mark.usefixtures("real_map")
@pytest.mark.django_db
def test_partners_are_told_at_once_to_take_it_back_too(client: Client) -> None:
    """The recall: whoever keeps a copy of the map hears of it with her next question."""
    service = Service.objects.filter(publish="ready").order_by("number")[0]
    feed = "/api/hsds/3.2/changes"
    page = client.get(feed, {"limit": "1000"}).json()
    while page["more"]:
        page = client.get(feed, {"limit": "1000", "after": page["next"]}).json()
    copied_until = page["next"]

    withdrawal = withdraw_service(service_id=service.id, why="Danger", by=ANNA, at=NOON)
    [recall] = client.get(feed, {"after": copied_until}).json()["changes"]
    assert recall == {
        "id": str(service.id),
        "type": "service",
        "action": "withdrawn",
        "changed_at": "2026-11-22T12:00:00.000Z",
    }

    decide_withdrawal(
        withdrawal_id=withdrawal.id, returns=True, reason="Safe again", by=BERT, at=NOON
    )
    told = client.get(feed, {"after": copied_until}).json()["changes"]
    assert [each["action"] for each in told] == ["withdrawn", "returned"]
