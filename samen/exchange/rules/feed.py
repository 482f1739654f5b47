"""What others are told of the journal of the map: which record, and what to do about it.

Read aloud: the feed says that something happened to an id, never what. Of a record that is not
shown (hidden, withdrawn, merged, never published) whoever follows is told to let go of it. A change
of an organisation shows in its services, and one of the towns or the needs in many: each of those
services is told of as changed, unless something happened to it later, and then it is told of there.

A cursor is a place in the journal: a row, and how far the services that it touched were told. It
carries a mark of that row, so that the cursor of another map, or of a map that was put back to an
older state, is known for what it is and nothing is left out in silence.
"""

import binascii
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

SERVICE, ORGANIZATION = "service", "organization"
MOST, USUAL = 1_000, 100  # changes in one answer
PARAMETERS = ("after", "limit")

_FORM = struct.Struct(">QQ6s")
_HIGHEST = 2**63 - 1
_LONGEST = 64  # signs of a cursor
# Whoever holds the record must hear these, whatever became of it since.
_AS_THEY_WERE = frozenset({"withdrawn", "redacted"})
_APPEARED = frozenset({"created", "returned"})


class BadCursor(Exception):
    """It is none of ours, or not of this map as it is now."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the journal."""

    id: int
    at: datetime
    kind: str
    record: UUID
    verb: str

    @property
    def mark(self) -> bytes:
        moment = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        said = f"{self.id} {moment} {self.kind} {self.record} {self.verb}"
        return blake2b(said.encode(), digest_size=6).digest()


@dataclass(frozen=True, slots=True)
class Cursor:
    row: int = 0  # the last line that was read; 0 before the first
    number: int = 0  # of the last service that was told of because of it
    mark: bytes = bytes(6)

    def __str__(self) -> str:
        packed = _FORM.pack(self.row, self.number, self.mark)
        return urlsafe_b64encode(packed).rstrip(b"=").decode()


BEGINNING = Cursor()


def read_cursor(text: str) -> Cursor:
    """Raises BadCursor."""
    if not text:
        return BEGINNING
    try:
        packed = urlsafe_b64decode(text.encode("ascii") + b"==") if len(text) <= _LONGEST else b""
        cursor = Cursor(*_FORM.unpack(packed))
    except (UnicodeEncodeError, binascii.Error, struct.error) as error:
        raise BadCursor from error
    if max(cursor.row, cursor.number) > _HIGHEST or str(cursor) != text:
        raise BadCursor
    return cursor


@dataclass(frozen=True, slots=True)
class Known:
    """What a record is by now."""

    shown: bool
    heir: UUID | None = None
    stamp: int = 0  # of the last change that may show in it


@dataclass(frozen=True, slots=True)
class Touched:
    """A service that shows a change of something else."""

    number: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    id: UUID
    type: str
    action: str
    at: datetime
    merged_into: UUID | None = None

    def written(self) -> dict[str, Any]:
        moment = self.at.astimezone(UTC).isoformat(timespec="milliseconds")
        said = {
            "id": str(self.id),
            "type": self.type,
            "action": self.action,
            "changed_at": moment.replace("+00:00", "Z"),
        }
        return said | ({"merged_into": str(self.merged_into)} if self.merged_into else {})


Step = tuple[Cursor, Told | None]


def steps(
    rows: Sequence[Row],
    known: Mapping[UUID, Known],
    touched: Mapping[int, Sequence[Touched]],
    *,
    after: Cursor,
) -> Iterator[Step]:
    """What is told, in order, each with the place after it. A quiet line is a place alone."""
    for row in rows:
        for number, told in _of_row(row, known, touched.get(row.id, ())):
            if row.id > after.row or number > after.number:
                yield Cursor(row.id, number, row.mark), told


def _of_row(
    row: Row, known: Mapping[UUID, Known], touched: Sequence[Touched]
) -> Iterator[tuple[int, Told | None]]:
    told = row.kind in (SERVICE, ORGANIZATION)
    yield 0, _direct(row, known.get(row.record)) if told else None
    if row.kind != SERVICE:
        for each in touched:
            yield each.number, Told(each.id, SERVICE, "changed", row.at)


def _direct(row: Row, now: Known | None) -> Told:
    action = action_of(row, now)
    heir = now.heir if now is not None and action == "merged" else None
    return Told(row.record, row.kind, action, row.at, heir)


def action_of(row: Row, now: Known | None) -> str:
    """What to do about it, for who reads this today."""
    if now is None:
        return "deleted"
    if row.verb in _AS_THEY_WERE:
        return row.verb
    if now.shown:
        return row.verb if row.verb in _APPEARED else "changed"
    if row.verb in _APPEARED and now.stamp > row.id:
        return row.verb  # and what happened to it later is told where it happened
    return "merged" if now.heir else "withdrawn"
