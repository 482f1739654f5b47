"""A source is read step by step. Killed at any moment, the next step goes on where the last ended.

A step asks the source and reads what it says outside of any transaction, and then writes what was
offered, how far the run is and its counts in one: either all of it happened or nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.models import Service
from samen.exchange.actions.crawling import (
    Batch,
    BeginAnew,
    NotAnswered,
    next_batch,
    pieces,
    pieces_of_names,
)
from samen.exchange.actions.leaving import take_away
from samen.exchange.actions.offering import Offering
from samen.exchange.actions.unpacking import Unpacked, unpack
from samen.exchange.models import Answered, Held, Load, Run, Source
from samen.foundation.actor import Actor
from samen.foundation.http.fetching import Gate

_TRIES = 5
_AWAY = "away"  # everything was read; now those go that are absent
_SEVERAL = 50  # withdrawn in one transaction
_LOSSES_KEPT = 200  # kinds of them
_REFUSED_KEPT = 100


@transaction.atomic
def begin_run(*, source_id: UUID, by: Actor, at: datetime) -> Run | None:
    """None when it is paused, or is being read already. Raises Source.DoesNotExist."""
    source = Source.objects.select_for_update().get(pk=source_id)
    if source.state != Source.State.ACTIVE or not source.address:
        return None
    if source.runs.filter(state=Run.State.RUNNING).exists():
        return None
    run = Run.objects.create(source=source, at=at, position=source.cursor)
    next_at = at + timedelta(hours=source.hours)
    Source.objects.filter(pk=source.pk).update(next_at=next_at)
    audit.record(verb="source asked", kind="source", record_id=source.id, by=by, at=at)
    return run


@transaction.atomic
def begin_file(
    *, source_id: UUID, documents: Sequence[Mapping[str, Any]], by: Actor, at: datetime
) -> Run:
    """Keep what somebody brought; the steps take it in. A file of before that waits is dropped."""
    source = Source.objects.select_for_update().get(pk=source_id)
    source.runs.filter(state=Run.State.RUNNING).update(state=Run.State.INCOMPLETE, ended_at=at)
    run = Run.objects.create(source=source, at=at, total=len(documents))
    Load.objects.bulk_create(
        Load(run=run, place=place, body=body) for place, body in enumerate(pieces(documents))
    )
    audit.record(verb="source brought", kind="source", record_id=source.id, by=by, at=at)
    return run


def take_step(*, run_id: UUID, gate: Gate, by: Actor, at: datetime) -> bool:
    """One step of a run. Whether there is more to do now."""
    run = Run.objects.select_related("source__municipality").get(pk=run_id)
    if run.state != Run.State.RUNNING or run.source.state != Source.State.ACTIVE:
        return False
    if run.position == _AWAY:
        return _let_go(run_id, by, at)
    try:
        batch = next_batch(run.source, run, gate)
    except BeginAnew:
        return _begin_anew(run, by, at)
    except NotAnswered as trouble:
        return _not_answered(run, trouble.code, by, at)
    return _take(run, batch, unpack(run.source, batch.documents, at), by, at)


@transaction.atomic
def _take(read: Run, batch: Batch, unpacked: Unpacked, by: Actor, at: datetime) -> bool:
    run = _same(read)
    if run is None:
        return False
    offering = Offering(run, by, at)
    offering.take(unpacked)
    offering.note_there(batch.there)
    offering.note_unchanged(batch.unchanged)
    for original in batch.gone:
        offering.note_gone(original)
    _count(run, offering)
    moved = run.total is not None and batch.total is not None and run.total != batch.total
    run.gaps += batch.gaps + (1 if moved else 0)
    run.total = batch.total if batch.total is not None else run.total
    run.position, run.tries = batch.position, 0
    if run.source.kind == Source.Kind.SAMEN and run.source.cursor:
        Source.objects.filter(pk=run.source_id).update(cursor=batch.position)
    run.in_part = run.in_part or batch.in_part
    Load.objects.bulk_create(
        Load(run=run, place=place, body=body)
        for place, body in enumerate(pieces_of_names(batch.changed))
    )
    if batch.answered and not offering.refused:
        _keep_answer(run, batch.answered)
    if batch.last:
        _all_read(run, batch.position, at)
    run.save()
    audit.record(verb="source read", kind="source", record_id=run.source_id, by=by, at=at)
    return True


def _keep_answer(run: Run, answered: Answered) -> None:
    """The newest answer to the same question."""
    Answered.objects.update_or_create(
        source=run.source,
        asked=answered.asked,
        defaults={
            "tag": answered.tag,
            "modified": answered.modified,
            "run": run,
            "originals": answered.originals,
            "total": answered.total,
            "last": answered.last,
        },
    )


def _same(read: Run) -> Run | None:
    """The run, if it is still where it was when the source was asked."""
    run = Run.objects.select_for_update().select_related("source__municipality").get(pk=read.pk)
    still = run.state == Run.State.RUNNING and run.position == read.position
    return run if still and run.source.state == Source.State.ACTIVE else None


def _count(run: Run, offering: Offering) -> None:
    for outcome, number in offering.counts.items():
        run.counts[outcome] = run.counts.get(outcome, 0) + number
    for loss, number in offering.losses.items():
        if loss in run.losses or len(run.losses) < _LOSSES_KEPT:
            run.losses[loss] = run.losses.get(loss, 0) + number
    run.refused = [*run.refused, *offering.refused][:_REFUSED_KEPT]


def _all_read(run: Run, cursor: str, at: datetime) -> None:
    """Was it whole? Only then does what is missing count as missing."""
    source = run.source
    feed = source.kind == Source.Kind.SAMEN
    in_part = feed and bool(source.cursor)
    seen = run.counts.get("seen", 0)
    if not feed and source.address and run.total is not None and seen < run.total:
        run.gaps += 1
    absent = False
    if not in_part and not run.gaps:
        missing = _missing(run)
        absent = missing.update(missed=F("missed") + 1) > 0
    if feed and not run.gaps:
        # It names only what has changed: whatever is here of it still stands there.
        here = Held.objects.filter(source=source, state=Held.State.HERE, missed=0)
        named = Service.objects.filter(pk__in=here.values("service"))
        directory.note_named(among=named, at=at)
        # What a feed read from its beginning no longer names is looked for again from there.
        waits = absent and _missing(run).filter(missed__lt=source.absences).exists()
        Source.objects.filter(pk=source.pk).update(cursor="" if waits else cursor)
    run.position = _AWAY


def _note_trouble(source: Source, code: str, at: datetime) -> None:
    since = (source.trouble_since or at) if code else None
    Source.objects.filter(pk=source.pk).update(trouble=code, trouble_since=since)


def _missing(run: Run) -> Any:
    return Held.objects.filter(source=run.source_id, state=Held.State.HERE).exclude(seen_in=run)


@transaction.atomic
def _let_go(run_id: UUID, by: Actor, at: datetime) -> bool:
    run = Run.objects.select_for_update().select_related("source").get(pk=run_id)
    away = _missing(run).filter(missed__gte=run.source.absences).order_by("id")
    going = list(away[:_SEVERAL]) if not run.gaps else []
    for held in going:
        outcome = take_away(held=held, run=run, by=by, at=at)
        run.counts[outcome] = run.counts.get(outcome, 0) + 1
    if not going:
        run.state = Run.State.INCOMPLETE if run.gaps else Run.State.WHOLE
        run.ended_at = at
        run.loads.all().delete()
        _note_trouble(run.source, "gaps" if run.gaps else "", at)
        if not run.gaps and not run.in_part:
            Source.objects.filter(pk=run.source_id).update(whole_at=run.at)
    run.save()
    audit.record(verb="source read", kind="source", record_id=run.source_id, by=by, at=at)
    return bool(going)


@transaction.atomic
def _begin_anew(read: Run, by: Actor, at: datetime) -> bool:
    run = _same(read)
    if run is None:
        return False
    Source.objects.filter(pk=run.source_id).update(cursor="")
    Run.objects.filter(pk=run.pk).update(position="", tries=0)
    audit.record(verb="source anew", kind="source", record_id=run.source_id, by=by, at=at)
    return True


@transaction.atomic
def _not_answered(read: Run, code: str, by: Actor, at: datetime) -> bool:
    """Try again in the next round; after several times the run ends where it is."""
    run = _same(read)
    if run is None:
        return False
    run.tries += 1
    if run.tries >= _TRIES:
        run.state, run.ended_at, run.gaps = Run.State.INCOMPLETE, at, run.gaps + 1
    run.save()
    _note_trouble(run.source, code[:40], at)
    audit.record(verb="source silent", kind="source", record_id=run.source_id, by=by, at=at)
    return False
