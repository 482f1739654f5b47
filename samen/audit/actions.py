from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from samen.audit import queries
from samen.audit.engine import chain, heads, key_files, sealing
from samen.audit.engine.chain import Tip
from samen.audit.models import Entry, EntryObject, Head, State
from samen.audit.rules import Action, LifeCycle, Outcome, check_code, check_hash, moment_kept
from samen.foundation.actor import Actor

__all__ = [
    "Action",
    "LifeCycle",
    "LogbookStopped",
    "Outcome",
    "make_signing_key",
    "record",
    "record_each",
    "sign_head",
]

_HEADS = UUID("0d9f0a53-1a35-4a59-9a0e-6d7b7f3f7c11")


class LogbookStopped(Exception):
    """The logbook cannot go on, and so nothing may: what it would write could not be believed."""


def record(  # noqa: PLR0913 one argument for each column of the norm
    *,
    verb: str,
    kind: str,
    by: Actor,
    at: datetime,
    record_id: UUID | None = None,
    objects: Collection[UUID] = (),
    action: Action = Action.UPDATE,
    outcome: Outcome = Outcome.SUCCESS,
    life_cycle: LifeCycle | None = None,
    role: str = "",
    purpose: str = "",
    on_behalf_of: UUID | None = None,
    sensitivity: str = "",
    details: bytes | None = None,
) -> Entry:
    """Write one line in the logbook, inside the caller's transaction.

    `verb` says what was done ("service imported"), `kind` and `record_id` to what, or `objects`
    to which many. Role, purpose and sensitivity are codes, `details` is a hash of 32 bytes: no
    words about anybody. Of a visitor the line keeps the day only.

    Every writer waits for the one before it, until that one's transaction ends. So record last,
    and at once before a read that must not happen unseen.

    Raises NotACode, LogbookStopped, OSError, and the database's own errors: in every case the
    caller's transaction must not be committed, and what was to be read must not be shown.
    """
    entry = Entry(
        event_date_time=moment_kept(by.kind, at),
        event_action_code=action.value,
        event_outcome=outcome.value,
        event_type=check_code("verb", verb, needed=True),
        user_kind=by.kind.value,
        user_id=by.id,
        on_behalf_of=on_behalf_of,
        role=check_code("role", role),
        purpose=check_code("purpose", purpose),
        object_type=check_code("kind", kind, needed=True),
        object_id=record_id,
        life_cycle=life_cycle.value if life_cycle else None,
        sensitivity=check_code("sensitivity", sensitivity),
        details=check_hash(details),
    )
    _append([entry], sorted(set(objects)))
    return entry


def record_each(
    *, verb: str, kind: str, states: Mapping[UUID, bytes], sensitivity: str, by: Actor, at: datetime
) -> None:
    """A line for each of these records, with its hash: as many calls of `record`, in one go.

    Raises what `record` raises, and then none of them stands.
    """
    _append(
        [
            Entry(
                event_date_time=moment_kept(by.kind, at),
                event_action_code=Action.UPDATE.value,
                event_outcome=Outcome.SUCCESS.value,
                event_type=check_code("verb", verb, needed=True),
                user_kind=by.kind.value,
                user_id=by.id,
                object_type=check_code("kind", kind, needed=True),
                object_id=record_id,
                sensitivity=check_code("sensitivity", sensitivity),
                details=check_hash(state),
            )
            for record_id, state in states.items()
        ]
    )


def take_turn() -> None:
    """Wait for the writer before, as `record` will, and let nobody else write until we end.

    For a list beside the logbook whose numbers must become visible in their order.
    """
    if not connection.in_atomic_block:
        message = "A turn lasts as long as a transaction, and there is none."
        raise LogbookStopped(message)
    _locked_state()


def sign_head(*, by: Actor, at: datetime) -> Head:
    """Sign where the chain stands. The signing is a line too, and the head covers it.

    Raises LogbookStopped when the line before is not the one that the chain goes on from: a head
    must not vouch for what was changed. Only `check_logbook` looks at every line.
    """
    last = record(
        verb="head signed", kind="head", record_id=_HEADS, action=Action.EXECUTE, by=by, at=at
    )
    _check_it_hangs_on_the_one_before(last)
    private_key = key_files.made_once(settings.DATA, key_files.SIGNING_KEY)
    newest = Head.objects.aggregate(newest=Max("number"))["newest"] or 0
    head = Head(
        number=newest + 1,
        at=at.replace(microsecond=0),
        seq=last.seq,
        link=last.link,
        mac=last.mac,
        public_key=heads.public_half(private_key),
    )
    head.signature = heads.sign(queries.signed(head), private_key=private_key)
    head.save(force_insert=True)
    return head


def make_signing_key() -> bytes:
    """The public half of the key that signs heads; the key is made when there is none."""
    return heads.public_half(key_files.made_once(settings.DATA, key_files.SIGNING_KEY))


def _append(entries: Sequence[Entry], objects: Sequence[UUID] = ()) -> None:
    """`objects` are named by the last of them."""
    if not entries:
        return
    if not connection.in_atomic_block:
        message = "A line is written in the transaction of what it tells, and there is none."
        raise LogbookStopped(message)
    try:
        _append_to_chain(entries, objects)
    except Exception:
        # Whoever catches this still cannot commit what has no line.
        transaction.set_rollback(True)
        raise


def _append_to_chain(entries: Sequence[Entry], objects: Sequence[UUID]) -> None:
    state = _locked_state()
    tip = Tip(state.seq, bytes(state.link), bytes(state.mac))
    key = queries.present_key(bytes(state.sealed_key), after=tip)
    if key is None:
        message = "No secret of this installation opens the logbook's key. See docs/logbook.md."
        raise LogbookStopped(message)
    for entry in entries:
        entry.seq = tip.seq + 1
        row = _row(entry, objects if entry is entries[-1] else ())
        tip = chain.following(tip, row, key=key)
        entry.link, entry.mac = tip.link, tip.mac
        key = chain.evolve(key)
    Entry.objects.bulk_create(entries, batch_size=50)
    EntryObject.objects.bulk_create(
        EntryObject(entry_seq=tip.seq, object_id=object_id) for object_id in objects
    )
    State.objects.filter(id=state.id).update(
        seq=tip.seq,
        link=tip.link,
        mac=tip.mac,
        origin=state.origin,
        sealed_key=_sealed(key, tip),
    )


def _row(entry: Entry, objects: Sequence[UUID]) -> bytes:
    """Every column but the two seals, and the records that the line names."""
    seq, _link, _mac, *columns = (getattr(entry, f.attname) for f in entry._meta.concrete_fields)
    return chain.row_of([seq, objects, *columns])


def _sealed(key: bytes, after: Tip) -> bytes:
    return sealing.seal(key, after=after, secret=settings.SECRET_KEY)


def _locked_state() -> State:
    """The row on which writers wait for each other. SQLite has locked the whole file already."""
    state = State.objects.select_for_update().first()
    if state is None:
        # Two may begin at once: the second waits here, and finds the row of the first.
        State.objects.bulk_create([State()], ignore_conflicts=True)
        state = State.objects.select_for_update().get()
    if not state.origin:
        _begin(state)
    return state


def _begin(state: State) -> None:
    if Entry.objects.exists():
        message = "There are lines, and what was noted about the last one is gone."
        raise LogbookStopped(message)
    # The file stays when the transaction does not: the next first line takes the same key.
    first_key = key_files.made_once(settings.DATA, key_files.FIRST_KEY)
    tip = chain.beginning(chain.origin_of(first_key))
    state.origin, state.link, state.mac = tip.link, tip.link, tip.mac
    state.sealed_key = _sealed(first_key, tip)


def _check_it_hangs_on_the_one_before(last: Entry) -> None:
    before = Entry.objects.filter(seq=last.seq - 1).values_list("link", flat=True).first()
    if before is None:
        whole = last.seq == 1
    else:
        whole = bytes(last.link) == chain.link_of(
            _row(last, ()), bytes(last.mac), after=bytes(before)
        )
    if not whole:
        message = f"Line {last.seq - 1} is not as it was written. Run: samen verify_log"
        raise LogbookStopped(message)
