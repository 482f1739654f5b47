"""The journal of the map, and the one place where it is written."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from samen.audit import actions as audit
from samen.directory.models import Change


def note(*, kind: str, record: UUID, verb: str, at: datetime) -> None:
    """One line in the journal, in the transaction of what it tells, at its end."""
    note_all([(record, verb)], kind=kind, at=at)


def note_all(changes: Iterable[tuple[UUID, str]], *, kind: str, at: datetime) -> None:
    """Records and verbs, in their order.

    Whoever reads up to the highest number must have read every number below it. A database may
    give out two numbers and commit the higher one first; so a number is taken only by the writer
    whose turn it is, and the turn lasts until the transaction ends.
    """
    rows = [Change(at=at, kind=kind, record=record, verb=verb) for record, verb in changes]
    if rows:
        audit.take_turn()
        Change.objects.bulk_create(rows)
