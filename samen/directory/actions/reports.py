"""What an import did, and the lines it leaves behind."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from samen.audit import actions as audit
from samen.directory.actions import journal
from samen.foundation.actor import Actor
from samen.needs.actions import Refusal


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact that a person changed since the last import, and that no file replaces."""

    entry: str
    fact: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many records became what. Of services.yaml, organisations count as well."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: tuple[Kept, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """Who imports and when. One line in the journal and one in the logbook for each record."""

    by: Actor
    at: datetime

    def leave(self, *, kind: str, record_id: UUID, verb: str) -> None:
        journal.note(kind=kind, record=record_id, verb=verb, at=self.at)
        audit.record(
            verb=f"{kind} {verb} by import", kind=kind, record_id=record_id, by=self.by, at=self.at
        )
