from datetime import datetime
from uuid import UUID

from samen.audit.models import Entry
from samen.foundation.actor import Actor


def record(*, verb: str, kind: str, record_id: UUID, by: Actor, at: datetime) -> Entry:
    """Write one line in the logbook, inside the caller's transaction.

    `verb` says what was done ("service imported"), `kind` and `record_id` to what.
    """
    return Entry.objects.create(
        verb=verb,
        record_kind=kind,
        record_id=record_id,
        actor_kind=by.kind,
        actor_id=by.id,
        at=at,
    )
