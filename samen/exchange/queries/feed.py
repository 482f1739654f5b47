"""The changes of the map, in order, for those who keep a copy. Nothing is read that is not told.

The numbers of the journal become visible in their order (directory/actions/journal.py): when a row
is there, every row before it is there or will never be. So whoever goes on after the last row she
saw misses none, however late it was committed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from samen.directory import queries as directory
from samen.directory.models import Change, Organization, Service
from samen.exchange.rules import feed
from samen.exchange.rules.feed import BadCursor, Cursor, Known, Row, Step, Told, Touched

__all__ = ["BadCursor", "Changes", "changes_after"]

_AT_ONCE = 500  # rows
# Many lines in a row may tell of nothing outside: so many are passed over for one answer.
_FARTHEST = 20_000


@dataclass(frozen=True, slots=True)
class Changes:
    told: Sequence[Told]
    next: str
    more: bool


def changes_after(cursor: str, *, most: int) -> Changes:
    """Raises BadCursor."""
    last, told = feed.read_cursor(cursor), list[Told]()
    for passed, (place, each) in enumerate(_steps(last, at_once=_AT_ONCE)):
        if len(told) == most or passed > _FARTHEST:
            return Changes(told, str(last), more=True)
        if each is not None:
            told.append(each)
        last = place
    return Changes(told, str(last), more=False)


def _steps(cursor: Cursor, *, at_once: int) -> Iterator[Step]:
    rows = _rows(cursor.row, at_once)
    if cursor.row and (not rows or (rows[0].id, rows[0].mark) != (cursor.row, cursor.mark)):
        raise BadCursor
    while rows:
        yield from feed.steps(rows, _known(rows), _touched(rows), after=cursor)
        full = len(rows) > at_once
        rows = _rows(rows[-1].id + 1, at_once) if full else []


def _rows(since: int, at_once: int) -> list[Row]:
    """From this one on."""
    rows = Change.objects.filter(pk__gte=since).order_by("pk")
    return [
        Row(*row) for row in rows.values_list("pk", "at", "kind", "record", "verb")[: at_once + 1]
    ]


def _known(rows: Sequence[Row]) -> Mapping[UUID, Known]:
    services = _services({row.record for row in rows if row.kind == feed.SERVICE})
    owners = {row.record for row in rows if row.kind == feed.ORGANIZATION}
    return {**services, **_organizations(owners)}


def _services(ids: Collection[UUID]) -> dict[UUID, Known]:
    found = Service.objects.filter(id__in=ids)
    rows = list(found.values_list("id", "publish", "merged_into", "stamp"))
    heirs = directory.heirs() if any(merged for _id, _shown, merged, _stamp in rows) else {}
    return {
        id_: Known(publish != Service.Publish.HIDDEN, heirs.get(id_), stamp)
        for id_, publish, _merged, stamp in rows
    }


def _organizations(ids: Collection[UUID]) -> dict[UUID, Known]:
    """One is shown with its services."""
    shown = Service.objects.filter(organization=OuterRef("pk"))
    shown = shown.exclude(publish=Service.Publish.HIDDEN)
    found = Organization.objects.filter(id__in=ids).annotate(shown=Exists(shown))
    return {id_: Known(is_shown) for id_, is_shown in found.values_list("id", "shown")}


def _touched(rows: Sequence[Row]) -> Mapping[int, list[Touched]]:
    """The published services in which a row is the last thing that shows, by their numbers."""
    others = [row.id for row in rows if row.kind != feed.SERVICE]
    if not others:
        return {}
    found: dict[int, list[Touched]] = defaultdict(list)
    services = Service.objects.filter(stamp__in=others).exclude(publish=Service.Publish.HIDDEN)
    for stamp, number, id_ in services.order_by("number").values_list("stamp", "number", "id"):
        found[stamp].append(Touched(number, id_))
    return found
