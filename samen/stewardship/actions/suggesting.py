"""A change by one person, put on the map by another."""

from collections.abc import Mapping
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
from samen.stewardship.models import Suggestion
from samen.stewardship.rules.suggesting import critical_facts

Facts = Mapping[str, Mapping[str, Any]]


class NeedsSecondPerson(Exception):
    """Who wrote it cannot also approve it."""


class AlreadyDecided(Exception):
    """Somebody else was first."""


@transaction.atomic
def suggest_change(
    *, service_id: UUID, changes: Facts, version: int, why: str, by: Actor, at: datetime
) -> Suggestion:
    """Put the facts that differ before somebody else. Pressed twice it is one suggestion.

    Raises Refused when nothing differs or it cannot be true, Service.DoesNotExist.
    """
    _version, now = directory.service_facts(service_id)
    wanted = {fact: value for fact, value in changes.items() if now.get(fact, {}) != value}
    if not wanted:
        raise Refused(gettext_noop("Nothing was changed."))
    check_texts(wanted, now)
    check_whole(service_id, wanted)
    same = {"service_id": service_id, "author": by.id, "state": Suggestion.State.WAITING}
    for waiting in Suggestion.objects.select_for_update().filter(**same):
        if waiting.changes == wanted:
            return waiting
    suggestion = Suggestion.objects.create(
        **same,
        version=version,
        changes=wanted,
        critical=bool(critical_facts(now, wanted)),
        why=why[:200],
        at=at,
    )
    audit.record(
        verb="suggestion written", kind="suggestion", record_id=suggestion.id, by=by, at=at
    )
    return suggestion


@transaction.atomic
def approve_suggestion(
    *, suggestion_id: UUID, version: int, reason: str, by: Actor, at: datetime
) -> Changed:
    """Write it on the map. `version` is that of the service as the approver has seen it.

    Raises NeedsSecondPerson, AlreadyDecided, Conflict, Refused, Suggestion.DoesNotExist.
    """
    suggestion = _waiting(suggestion_id)
    _version, now = directory.service_facts(suggestion.service_id)
    # What was harmless when it was written may be critical by now, and the other way round.
    critical = suggestion.critical or bool(critical_facts(now, suggestion.changes))
    if critical and suggestion.author == by.id:
        raise NeedsSecondPerson
    check_texts(suggestion.changes, now)
    check_whole(suggestion.service_id, suggestion.changes)
    changed = directory.change_service(
        service_id=suggestion.service_id,
        changes=suggestion.changes,
        version=version,
        why=suggestion.why,
        by=by,
        at=at,
    )
    _decide(suggestion, Suggestion.State.APPROVED, reason, by, at)
    if changed.redacted:
        forget_place(suggestion.service_id)
    return changed


@transaction.atomic
def reject_suggestion(*, suggestion_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Raises AlreadyDecided, Refused without a reason, Suggestion.DoesNotExist."""
    if not reason.strip():
        raise Refused(gettext_noop("Say why, so that the one who suggested it can learn from it."))
    _decide(_waiting(suggestion_id), Suggestion.State.REJECTED, reason, by, at)


def _waiting(suggestion_id: UUID) -> Suggestion:
    suggestion = Suggestion.objects.select_for_update().get(pk=suggestion_id)
    if suggestion.state != Suggestion.State.WAITING:
        raise AlreadyDecided
    return suggestion


def _decide(
    suggestion: Suggestion, state: Suggestion.State, reason: str, by: Actor, at: datetime
) -> None:
    Suggestion.objects.filter(pk=suggestion.pk).update(
        state=state, decided_by=by.id, decided_at=at, reason=reason[:200]
    )
    audit.record(
        verb=f"suggestion {state.value}",
        kind="suggestion",
        record_id=suggestion.id,
        on_behalf_of=suggestion.author,
        by=by,
        at=at,
    )
