from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, models
from django.db.models import Max, Min

from samen.audit.engine import checking, heads, key_files, sealing
from samen.audit.engine.chain import Tip
from samen.audit.engine.heads import SignedHead
from samen.audit.models import Entry, EntryObject, Head, State

_AT_A_TIME = 2000
_RECORDS_AT_A_TIME = 500

# What a driver may raise about a value that no writer of ours could have written.
_UNREADABLE = (DatabaseError, ValueError, OverflowError)

# The triggers of migration 0002, per kind of database.
_GROWING = ("entry", "entryobject", "head")
_GUARDS = {
    "sqlite": {
        *(f"audit_{table}_{guard}" for table in _GROWING for guard in ("no_update", "no_delete")),
        *(f"audit_{table}_next" for table in (*_GROWING, "state")),
        *("audit_state_forward", "audit_state_no_delete"),
    },
    "postgresql": {
        *(f"audit_{table}_{guard}" for table in _GROWING for guard in ("no_change", "next")),
        *("audit_state_forward", "audit_state_no_delete"),
    },
}
_LAID = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


def logbook_answers() -> bool:
    """Whether the logbook can be read. Raises the database's own error when it cannot."""
    Entry.objects.order_by("-pk").values_list("pk", flat=True).first()
    return True


def newest_hashes(objects: Iterable[UUID], *, kind: str) -> dict[UUID, bytes]:
    """Of each record the hash in the last line that carries one: what it was when last written.

    Two queries for five hundred records. A record without such a line is left out.
    """
    found: dict[UUID, bytes] = {}
    wanted = list(objects)
    for at in range(0, len(wanted), _RECORDS_AT_A_TIME):
        some = wanted[at : at + _RECORDS_AT_A_TIME]
        lines = Entry.objects.filter(object_id__in=some, object_type=kind, details__isnull=False)
        newest = lines.values("object_id").annotate(newest=Max("seq")).values_list("newest")
        said = Entry.objects.filter(seq__in=[seq for (seq,) in newest])
        for about, hashed in said.values_list("object_id", "details"):
            if about and hashed:
                found[about] = bytes(hashed)
    return found


def todays_head_text() -> str:
    """The newest signed head as plain text, to be mailed and kept. Raises Head.DoesNotExist."""
    return signed(Head.objects.latest("number")).text


def signed(head: Head) -> SignedHead:
    return SignedHead(
        number=head.number,
        at=head.at,
        seq=head.seq,
        link=bytes(head.link),
        mac=bytes(head.mac),
        signature=bytes(head.signature),
        public_key=bytes(head.public_key),
    )


def missing_guards() -> list[str]:
    """The triggers that should refuse a change of the logbook and are gone or switched off."""
    with connection.cursor() as cursor:
        cursor.execute(_LAID[connection.vendor])
        laid = {name for (name,) in cursor.fetchall()}
    return sorted(_GUARDS[connection.vendor] - laid)


def check_logbook(
    *,
    first_key: bytes | None = None,
    kept_heads: Iterable[SignedHead] = (),
    on_line: Callable[[int], None] = lambda _: None,
) -> checking.Whole:
    """Read every line and hold it against its seals. Raises checking.Broken at the first fault."""
    kept = list(kept_heads)
    evidence = checking.Evidence(
        first_key=first_key, heads=[*_stored_heads(), *kept], trusted=_trusted(kept)
    )
    return checking.check(_Tables(), evidence, on_line=on_line)


def _trusted(kept: list[SignedHead]) -> set[bytes]:
    """The public half of this machine's key, and those of heads that the reader herself kept.

    Without either, on somebody's copy of the database, every head is believed its own key.
    """
    keys = {head.public_key for head in kept}
    with suppress(FileNotFoundError):
        keys.add(heads.public_half(key_files.read(settings.DATA / key_files.SIGNING_KEY)))
    return keys


def _stored_heads() -> Iterator[SignedHead]:
    # Few, one a day, and read before the lines that they were signed over.
    try:
        for number, at, seq, *parts in _rows(Head, order="number"):
            link, mac, signature, public_key = (bytes(part) for part in parts)
            yield SignedHead(number, _moment(at), seq, link, mac, signature, public_key)
    except (TypeError, *_UNREADABLE) as error:
        sentence = "A signed head was changed: it cannot be read."
        raise checking.Broken(0, checking.What.HEAD, sentence) from error


def _moment(stored: Any) -> datetime:
    """A moment to the second, exactly as we write it: another spelling of it is a change."""
    if isinstance(stored, datetime):
        at = stored
    else:
        at = datetime.fromisoformat(stored).replace(tzinfo=UTC)
        if str(at.replace(tzinfo=None)) != stored:
            raise ValueError
    if at.microsecond:
        raise ValueError
    return at


class _Tables:
    """The logbook as the driver hands it out.

    Past the fields of Django, which take several spellings of an id or a moment for the same.
    """

    def state(self) -> checking.State | None:
        rows = _rows(State, order="id")
        if not rows:
            return None
        _id, seq, *parts = rows[0]
        link, mac, origin, sealed = (part if isinstance(part, bytes) else b"" for part in parts)
        seq = seq if isinstance(seq, int) else 0
        key = present_key(sealed, after=Tip(seq, link, mac))
        return checking.State(seq, link, mac, origin, key)

    def lines(self, *, after: int | None) -> Iterator[checking.Line]:
        while batch := self._batch(after, _AT_A_TIME):
            yield from batch
            after = batch[-1].seq

    def named_from_to(self) -> tuple[Any, Any]:
        ends = EntryObject.objects.aggregate(first=Min("entry_seq"), last=Max("entry_seq"))
        return ends["first"], ends["last"]

    def _batch(self, after: int | None, size: int) -> list[checking.Line]:
        where, values = ("", ()) if after is None else ("WHERE seq > %s", (after,))
        try:
            rows = _rows(Entry, where, values, order="seq", limit=size)
        except _UNREADABLE:
            # One of them cannot be read. Come closer until it stands alone.
            return self._batch(after, size // 2) if size > 1 else self._unreadable(after)
        return self._with_objects(rows) if rows else []

    def _unreadable(self, after: int | None) -> list[checking.Line]:
        numbers = Entry.objects.order_by("seq").values_list("seq", flat=True)
        seq = (numbers if after is None else numbers.filter(seq__gt=after)).first()
        return [checking.Line(seq, None, b"", b"")]

    def _with_objects(self, rows: Sequence[Sequence[Any]]) -> list[checking.Line]:
        where = "WHERE entry_seq BETWEEN %s AND %s"
        named: dict[Any, list[Any]] = {}
        for seq, object_id in _rows(
            EntryObject, where, (rows[0][0], rows[-1][0]), order="entry_seq, object_id"
        ):
            # SQLite keeps a broken number if one was put in: then this line has one too many.
            named.setdefault(int(seq), []).append(object_id)
        return [
            checking.Line(seq, [seq, named.get(seq, []), *values], link, mac)
            for seq, link, mac, *values in rows
        ]


def present_key(sealed: bytes, *, after: Tip) -> bytes | None:
    """The key of the line after; None when no secret of this installation opens it."""
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    try:
        return sealing.unseal(sealed, after=after, secrets=secrets)
    except sealing.CannotOpen:
        return None


def _rows(
    model: type[models.Model],
    where: str = "",
    values: Sequence[Any] = (),
    *,
    order: str,
    limit: int | None = None,
) -> list[tuple[Any, ...]]:
    columns = ", ".join(_as_stored(field) for field in model._meta.concrete_fields)
    cut = f"LIMIT {limit}" if limit else ""
    # Nothing but names of our own models goes into the text.
    sql = f"SELECT {columns} FROM {model._meta.db_table} {where} ORDER BY {order} {cut}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _as_stored(field: "models.Field[Any, Any]") -> str:
    """SQLite keeps a moment as text, and its driver would read it: ask for the text itself."""
    moment = isinstance(field, models.DateTimeField) and connection.vendor == "sqlite"
    return f"CAST({field.column} AS TEXT)" if moment else str(field.column)
