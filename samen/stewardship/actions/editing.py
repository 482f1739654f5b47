"""A steward changes the map: at once, or through a second person where it can do harm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Changed, Refused
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.actions.keeping import check_texts, check_whole, forget_place
from samen.stewardship.actions.suggesting import suggest_change
from samen.stewardship.models import Draft, Suggestion
from samen.stewardship.rules.suggesting import critical_facts

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Edited:
    changed: Changed
    waiting: Suggestion | None  # what a second person has to look at


@transaction.atomic
def edit_service(
    *, service_id: UUID, changes: Facts, version: int, why: str, by: Actor, at: datetime
) -> Edited:
    """Raises Conflict, Refused, Service.DoesNotExist; then nothing at all was written."""
    _version, now = directory.service_facts(service_id)
    check_texts(changes, now)
    check_whole(service_id, changes)
    critical = critical_facts(now, changes)
    waiting = None
    if critical:
        waiting = suggest_change(
            service_id=service_id,
            changes={fact: changes[fact] for fact in critical},
            version=version,
            why=why,
            by=by,
            at=at,
        )
    changed = directory.change_service(
        service_id=service_id,
        changes={fact: value for fact, value in changes.items() if fact not in critical},
        version=version,
        why=why,
        by=by,
        at=at,
    )
    if changed.redacted:
        forget_place(service_id)
    return Edited(changed, waiting)


@transaction.atomic
def restore_version(
    *, service_id: UUID, to: int, version: int, why: str, by: Actor, at: datetime
) -> Edited:
    """As an edit: what needs a second person waits for one. Raises as `edit_service`."""
    then = directory.facts_to_restore(service_id=service_id, to=to)
    return edit_service(service_id=service_id, changes=then, version=version, why=why, by=by, at=at)


@transaction.atomic
def save_draft(
    *,
    record: UUID,
    section: str,
    version: int,
    fields: Mapping[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    """Keep what was typed, until it is saved or thrown away."""
    if section == "place" and _is_secret(record):
        raise Refused(gettext_noop("Of a secret place nothing is kept."))
    draft, _new = Draft.objects.update_or_create(
        colleague=by.id,
        record=record,
        section=section,
        defaults={"version": version, "fields": dict(fields), "saved_at": at},
    )
    audit.record(verb="draft saved", kind="draft", record_id=draft.id, by=by, at=at)


@transaction.atomic
def drop_draft(*, record: UUID, section: str, by: Actor, at: datetime) -> None:
    mine = Draft.objects.filter(colleague=by.id, record=record, section=section)
    for draft in mine:
        mine.delete()
        audit.record(verb="draft dropped", kind="draft", record_id=draft.id, by=by, at=at)


def _is_secret(record: UUID) -> bool:
    _version, facts = directory.service_facts(record)
    return any(p["type"] == "confidential" for p in facts["location"]["locations"])
