"""The map as files, as the worker made them last: which there are, and whether they may be given.

An edition is a folder named after the revision of the map that it shows. It is given as long as
nothing in it was taken away since: withdrawn, made secret, merged, hidden or deleted. From that
moment it is not given any more, to nobody, until the worker has made the next.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from samen.directory import queries as directory
from samen.directory.models import Change, Service

HSDS, CSV, XLSX = "samen-hsds.zip", "samen.csv", "samen.xlsx"
FILES = {
    HSDS: "application/zip",
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ABOUT, IDS = "about.json", "ids"

_AT_ONCE = 200
_BYTES_OF_AN_ID = 16
# What of a record must not be given any more, whatever it is by now.
_TAKEN_AWAY = ("withdrawn", "redacted", "merged", "deleted")


@dataclass(frozen=True, slots=True)
class Held:
    """An edition on the disk."""

    folder: Path
    revision: int
    at: datetime

    def file(self, name: str) -> Path:
        return self.folder / name


def root() -> Path:
    return Path(settings.DATA) / "downloads"


def folder_of(revision: int) -> Path | None:
    """Where the edition of a revision lies. The mark keeps it from being taken for that of another
    map with as many changes, such as a backup that was put back."""
    mark = directory.mark(revision)
    return None if mark is None else root() / f"{revision}-{mark.hex()}"


def held() -> Held | None:
    """The newest edition of this map, whether or not it may still be given."""
    for folder in sorted(_editions(), key=_revision, reverse=True):
        if folder == folder_of(_revision(folder)) and (about := _about(folder)):
            return Held(folder, _revision(folder), about)
    return None


def edition() -> Held | None:
    """The newest edition, if it may be given."""
    newest = held()
    return None if newest is None or was_recalled(newest) else newest


def was_recalled(held: Held) -> bool:
    """Whether something that is in it was taken away since."""
    since = Change.objects.filter(pk__gt=held.revision, kind="service")
    gone = set(since.filter(verb__in=_TAKEN_AWAY).values_list("record", flat=True))
    others = set(since.values_list("record", flat=True)) - gone
    gone |= others - shown_of(others)
    return bool(gone) and not gone.isdisjoint(_ids(held))


def shown_of(ids: set[UUID]) -> set[UUID]:
    published = Service.objects.exclude(publish=Service.Publish.HIDDEN)
    return set(published.filter(id__in=ids).values_list("id", flat=True)) if ids else set()


def published() -> Iterator[list[UUID]]:
    """Every published service by number, some at a time."""
    shown = Service.objects.exclude(publish=Service.Publish.HIDDEN).order_by("number")
    last = -1
    while rows := list(shown.filter(number__gt=last).values_list("number", "id")[:_AT_ONCE]):
        yield [id_ for _number, id_ in rows]
        last = rows[-1][0]


def _editions() -> list[Path]:
    return [p for p in root().glob("*-*") if p.name[0].isdecimal()] if root().is_dir() else []


def _revision(folder: Path) -> int:
    said = folder.name.partition("-")[0]
    return int(said) if said.isdecimal() else 0


def _about(folder: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads((folder / ABOUT).read_text())["created"])
    except (OSError, ValueError, KeyError):
        return None


def _ids(held: Held) -> Iterator[UUID]:
    try:
        packed = held.file(IDS).read_bytes()
    except OSError:  # taken away this very moment: nobody can say what is in it
        packed = b""
    for start in range(0, len(packed), _BYTES_OF_AN_ID):
        yield UUID(bytes=packed[start : start + _BYTES_OF_AN_ID])
