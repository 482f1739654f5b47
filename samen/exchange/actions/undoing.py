"""A whole run is taken back, piece by piece. What a person changed since stays hers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Changed, Conflict, Refused
from samen.exchange.models import Held, Run, Source, Touched
from samen.exchange.rules.comparing import mark
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop

_SEVERAL = 50
_HIDDEN = "hidden"
_WHY = "The import was taken back"
_OVER = (Run.State.UNDOING, Run.State.UNDONE)


@transaction.atomic
def undo_run(*, run_id: UUID, by: Actor, at: datetime) -> None:
    """Begin to take it back. Its source is paused, or it would come again in the next crawl.

    Only the last run of a source that touched anything: what came after builds on it.
    Raises Refused, Run.DoesNotExist.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state in _OVER:
        return
    later = Run.objects.filter(source=run.source_id, at__gt=run.at).exclude(state__in=_OVER)
    if Touched.objects.filter(run__in=later).exists():
        raise Refused(gettext_noop("A later import builds on this one. Take that one back first."))
    Run.objects.filter(pk=run_id).update(state=Run.State.UNDOING, undone_by=by.id, ended_at=at)
    Source.objects.filter(pk=run.source_id).update(state=Source.State.PAUSED)
    audit.record(verb="source run undone", kind="run", record_id=run_id, by=by, at=at)


@transaction.atomic
def undo_step(*, run_id: UUID, by: Actor, at: datetime) -> bool:
    """Take back the newest pieces that are left. Whether there is more to do."""
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != Run.State.UNDOING:
        return False
    rows = run.touched.filter(undone=False).select_related("held").order_by("-id")
    pieces = list(rows[:_SEVERAL])
    for touched in pieces:
        outcome = "undone" if _take_back(touched, by, at) else "left"
        run.counts[outcome] = run.counts.get(outcome, 0) + 1
    Touched.objects.filter(id__in=[each.id for each in pieces]).update(undone=True)
    if not pieces:
        run.state = Run.State.UNDONE
    run.save()
    audit.record(
        verb="source run undone",
        kind="service",
        objects=[each.service_id for each in pieces] or [run.id],
        by=by,
        at=at,
    )
    return bool(pieces)


def _take_back(touched: Touched, by: Actor, at: datetime) -> bool:
    if touched.what == Touched.What.CREATED:
        return _hide(touched, by, at)
    before = directory.facts_to_restore(service_id=touched.service_id, to=touched.version_before)
    changes = {fact: before.get(fact, {}) for fact in touched.facts}
    back = touched.what == Touched.What.WITHDRAWN
    return _write(
        touched, changes, touched.version_after, "returned" if back else "changed", by, at
    )


def _hide(touched: Touched, by: Actor, at: datetime) -> bool:
    version, now = directory.service_facts(touched.service_id)
    first = directory.facts_to_restore(service_id=touched.service_id, to=touched.version_after)
    if version != touched.version_after and now != first:
        return False
    Held.objects.filter(pk=touched.held_id).update(state=Held.State.UNDONE)
    if now["publish"]["publish"] == _HIDDEN:
        return True
    hidden = {"publish": {**now["publish"], "publish": _HIDDEN}}
    return _write(touched, hidden, version, "withdrawn", by, at)


def _write(
    touched: Touched,
    changes: Mapping[str, Mapping[str, Any]],
    version: int,
    verb: str,
    by: Actor,
    at: datetime,
) -> bool:
    try:
        with transaction.atomic():
            _changed: Changed = directory.change_service(
                service_id=touched.service_id,
                changes=changes,
                version=version,
                why=_WHY,
                by=by,
                at=at,
                verb=verb,
            )
    except (Conflict, Refused):
        return False
    held = Held.objects.get(pk=touched.held_id)
    # The next offer, once somebody lets the source go on, is compared anew.
    held.facts = {**held.facts, **{fact: mark(value) for fact, value in changes.items()}}
    held.hash = ""
    if touched.what == Touched.What.WITHDRAWN:
        held.state, held.missed = Held.State.HERE, 0
    elif touched.what == Touched.What.RETURNED:
        held.state = Held.State.ABSENT
    held.save(update_fields=["facts", "hash", "state", "missed"])
    return True
