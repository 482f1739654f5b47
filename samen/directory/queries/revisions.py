from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection

from samen.directory.models import Change, Service
from samen.foundation.prepared import Prepared

_known: ContextVar[int | None] = ContextVar("revision of the map", default=None)


def revision() -> int:
    """The number of the last change of the map, 0 for an empty one. One query."""
    known = _known.get()
    if known is not None:
        return known
    ((last,),) = _rows("SELECT MAX(id) FROM directory_change")
    return last or 0


def mark(revision: int) -> bytes | None:
    """What tells a change from that of another map with as many, such as a backup that was put
    back: 6 bytes. None before the first change. One query."""
    rows = _rows("SELECT at, kind, record, verb FROM directory_change WHERE id = %s", revision)
    return blake2b(repr(rows).encode(), digest_size=6).digest() if rows else None


def _rows(sql: str, *values: int | str) -> list[tuple[Any, ...]]:
    """By hand: every page asks, or whoever comes first after a change, and the ORM takes ten times
    as long as the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@contextmanager
def one_revision() -> Iterator[int]:
    """A page is of one revision: whoever asks for it within is told the same, and asked once."""
    now = revision()
    token = _known.set(now)
    try:
        yield now
    finally:
        _known.reset(token)


_ONE_SERVICE, _SERVICES_OF_ONE = "service", "organization"
_GONE = frozenset({"deleted", "merged"})


@dataclass(frozen=True, slots=True)
class Pending:
    """What was changed after a revision, up to another."""

    services: frozenset[UUID]  # that are not what they were
    whole: bool  # whether nothing else may have changed
    until: int  # the revision up to which this was read


def changes_since(since: int, *, most: int) -> Pending:
    """The services of the next lines of the journal, at most so many lines. Three queries at most,
    and one more after something was deleted.

    `whole` is False when nobody can tell all of them: after a change of the needs or the places,
    or of a service of which there is no trace. Nothing is left when `until` is `since`.
    """
    changes = Change.objects.filter(pk__gt=since).order_by("pk")
    lines = list(changes.values_list("pk", "kind", "record")[:most])
    # Who changes one service often has still changed one.
    journal = {(kind, record) for _, kind, record in lines}
    named = {record for kind, record in journal if kind == _ONE_SERVICE}
    owners = [record for kind, record in journal if kind == _SERVICES_OF_ONE]
    missing = named.difference(each for (each,) in _there(named))
    if missing:  # told perhaps in a later line than these
        ends = Change.objects.filter(pk__gt=since, kind=_ONE_SERVICE, verb__in=_GONE)
        missing.difference_update(ends.filter(record__in=missing).values_list("record", flat=True))
    return Pending(
        frozenset(named.union(each for (each,) in _owned(owners))),
        whole=not missing and all(kind in _KINDS for kind, _ in journal),
        until=lines[-1][0] if lines else since,
    )


_there = Prepared(lambda ids: Service.objects.filter(id__in=ids).order_by().values_list("id"))
_owned = Prepared(
    lambda ids: Service.objects.filter(organization__in=ids).order_by().values_list("id")
)


def oldest_change_since(since: int) -> datetime | None:
    """When the first change after the revision was made."""
    return Change.objects.filter(pk__gt=since).order_by("pk").values_list("at", flat=True).first()


# Whom to ask at a municipality is on its page, and in no service.
_KINDS = (_ONE_SERVICE, _SERVICES_OF_ONE, "municipality")
_LAST_OF_GROUND = f"""
    SELECT MAX(id) FROM directory_change
    WHERE id > %s AND id <= %s AND kind NOT IN ({", ".join(["%s"] * len(_KINDS))})
"""  # noqa: S608 places for values, no value


class _Ground:
    """What stands under the services, needs and places, changes seldom, and is large to read."""

    def __init__(self) -> None:
        self._known = (0, 0)  # a revision, and the last change of the ground up to then

    def cache_clear(self) -> None:
        self._known = (0, 0)

    def of(self, revision: int) -> int:
        seen, last = self._known
        if revision == seen:
            return last
        if revision < seen:  # of another map: a backup was put back
            seen, last = 0, 0
        ((newer,),) = _rows(_LAST_OF_GROUND, seen, revision, *_KINDS)
        last = newer or last
        self._known = (revision, last)
        return last


_ground = _Ground()


def ground(revision: int) -> int:
    """The revision at which needs and places became what they are: those that are kept in memory
    hold as long as it is the same. One query when the map has changed, else none."""
    return _ground.of(revision)


def ids_of(keys: Sequence[str]) -> list[UUID]:
    """The services with these keys, published or not, in the order of the keys. One query."""
    found = dict(Service.objects.filter(key__in=keys).values_list("key", "id"))
    return [found[key] for key in keys if key in found]
