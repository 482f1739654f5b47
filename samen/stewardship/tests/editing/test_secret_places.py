"""A street is planted where an editor could leave it, and looked for everywhere afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest

from samen.directory import actions as directory
from samen.directory.models import History, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.stewardship import jobs
from samen.stewardship.actions.editing import save_draft
from samen.stewardship.actions.suggesting import reject_suggestion, suggest_change
from samen.stewardship.models import Draft, Suggestion

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
STREET = "Zeldzaamstraat 7"
BEFORE, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def planted() -> Service:
    """A public place whose street stands in a draft and in two suggestions, one rejected."""
    make.ground()
    make.import_map(make.entry(location={"type": "public", "street": STREET, "city": "Utrecht"}))
    service = Service.objects.get()
    version, facts = directory.service_facts(service.id)
    save_draft(
        record=service.id,
        section="words",
        version=version,
        fields={"what": STREET},
        by=ANNA,
        at=BEFORE,
    )
    place = facts["location"]["locations"][0]
    for number in ("8", "9"):
        suggestion = suggest_change(
            service_id=service.id,
            changes={"location": {"locations": [place | {"street": f"{STREET}{number}"}]}},
            version=version,
            why=f"Not {STREET}",
            by=ANNA,
            at=BEFORE,
        )
    reject_suggestion(suggestion_id=suggestion.id, reason=f"It is {STREET}", by=BERT, at=BEFORE)
    return service


def found() -> str:
    return str(
        [
            *Draft.objects.values_list("fields"),
            *Suggestion.objects.values_list("changes", "why", "reason"),
            *History.objects.values_list("facts", "why"),
        ]
    )


def test_what_was_typed_about_a_place_that_an_import_made_secret_is_forgotten() -> None:
    planted()
    make.import_map(make.entry(location={"type": "confidential"}))
    assert STREET in found(), "planted"

    done = jobs.forget_hidden_places(at=LATER)

    assert done == 1
    assert STREET not in found()
    assert jobs.forget_hidden_places(at=LATER) == 0


def test_what_is_typed_afterwards_is_kept() -> None:
    service = planted()
    make.import_map(make.entry(location={"type": "confidential"}))
    jobs.forget_hidden_places(at=LATER)
    save_draft(
        record=service.id, section="words", version=1, fields={"what": "Bel"}, by=ANNA, at=LATER
    )

    assert jobs.forget_hidden_places(at=LATER) == 0
    assert Draft.objects.get().fields == {"what": "Bel"}
