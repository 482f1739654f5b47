"""A line for what was refused, beside the line of what was done."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.audit.actions import Action, Outcome
from samen.foundation.actor import Actor
from samen.vault.rules import Altered, Gone, VaultRefuses

T = TypeVar("T")


def noted(
    act: Callable[[], T], *, verb: str, objects: Sequence[UUID], by: Actor, at: datetime
) -> T:
    """Do it in a transaction that has ended before anything is handed out.

    When it is refused nothing of it stays but a line that says so.
    """
    try:
        with transaction.atomic(durable=True):
            return act()
    except VaultRefuses as refused:
        worst = isinstance(refused, Altered | Gone)
        with transaction.atomic():
            audit.record(
                verb=f"{verb} {'found altered' if worst else 'refused'}",
                kind="vault",
                record_id=objects[0] if len(objects) == 1 else None,
                objects=objects if len(objects) > 1 else (),
                action=Action.EXECUTE,
                outcome=Outcome.SERIOUS_FAILURE if worst else Outcome.MINOR_FAILURE,
                by=by,
                at=at,
            )
        raise


@contextmanager
def naming(objects: Sequence[UUID], *, verb: str, by: Actor, at: datetime) -> Iterator[None]:
    """For what notes itself when it is done: a line when something is found altered."""
    try:
        yield
    except Altered:
        note_altered(objects, verb=verb, by=by, at=at)
        raise


def note_altered(ids: Sequence[UUID], *, verb: str = "reading", by: Actor, at: datetime) -> None:
    with transaction.atomic():
        audit.record(
            verb=f"{verb} found altered",
            kind="vault",
            objects=ids,
            action=Action.EXECUTE,
            outcome=Outcome.SERIOUS_FAILURE,
            by=by,
            at=at,
        )
