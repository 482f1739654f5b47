"""Differences between a source and a person here: put before a steward once, and decided by her."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.exchange.models import Difference, Held
from samen.exchange.rules.comparing import mark
from samen.foundation.actor import Actor

_STATE = Difference.State


class DecidedAlready(Exception):
    """Somebody else was first, or the source says so no longer."""


def put_before_a_person(
    held: Held, service_id: UUID, differ: Mapping[str, Mapping[str, Any]], at: datetime
) -> int:
    """How many are new. Part of a step: what was decided once is not asked again."""
    there = {
        (row.fact, row.state, row.mark): row
        for row in Difference.objects.filter(held=held, service=service_id, fact__in=list(differ))
    }
    new = 0
    for fact, value in differ.items():
        said = mark(value)
        decided = {(fact, state, said) for state in (_STATE.REJECTED, _STATE.ACCEPTED)}
        if decided & there.keys() or (fact, _STATE.WAITING, said) in there:
            continue
        # One waits for each fact: the newest.
        _settle(held, service_id, [fact], _STATE.REMOVED, at)
        Difference.objects.create(
            held=held, service_id=service_id, fact=fact, offered=value, mark=said, at=at
        )
        new += 1
    return new


def settle_those(held: Held, service_id: UUID, facts: Collection[str], at: datetime) -> None:
    """Both say the same by now."""
    if facts:
        _settle(held, service_id, facts, _STATE.REMOVED, at)


def _settle(held: Held, service_id: UUID, facts: Collection[str], state: str, at: datetime) -> None:
    Difference.objects.filter(
        held=held, service=service_id, fact__in=list(facts), state=_STATE.WAITING
    ).update(state=state, decided_at=at, offered={})


@transaction.atomic
def decide_difference(
    *, difference_id: UUID, accepted: bool, by: Actor, at: datetime
) -> Difference:
    """Note what she decided; the room that keeps the map writes it, in the same transaction.

    Raises DecidedAlready, Difference.DoesNotExist.
    """
    difference = Difference.objects.select_for_update().get(pk=difference_id)
    if difference.state != _STATE.WAITING:
        raise DecidedAlready
    state = _STATE.ACCEPTED if accepted else _STATE.REJECTED
    Difference.objects.filter(pk=difference.pk).update(state=state, decided_by=by.id, decided_at=at)
    audit.record(
        verb=f"difference {state.value}",
        kind="difference",
        record_id=difference.id,
        by=by,
        at=at,
    )
    return difference
