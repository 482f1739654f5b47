"""Records: written, read together with their line in the logbook, and erased for good."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from samen.audit import actions as audit
from samen.audit.actions import Action, LifeCycle
from samen.foundation.actor import Actor
from samen.vault.actions import circles, contents, renewing, sealed_files
from samen.vault.actions.contents import Held, Page, Told
from samen.vault.actions.ground import check_owner, keep_salts, store
from samen.vault.actions.members import present_keys, trusted_identity
from samen.vault.actions.noting import naming, note_altered, noted
from samen.vault.actions.sweeping import mark_erased
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Key, Words
from samen.vault.models import CircleGrant, File, Grant, MemberKeys, Part, Record
from samen.vault.rules import (
    MOST_AT_ONCE,
    Altered,
    Gone,
    NoGrant,
    NotConfirmed,
    VaultRefuses,
    check_amount,
)


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What one line in the logbook let out."""

    words: Mapping[UUID, Words]
    altered: frozenset[UUID] = frozenset()  # nothing of these is shown
    waits_for: frozenset[UUID] = frozenset()  # colleagues whose six words come first


def create_record(  # noqa: PLR0913 a record is all of this
    *,
    keyring: Keyring,
    kind: str,
    compartment: str,
    parts: Mapping[str, Words],
    members: Iterable[UUID] = (),
    owner: UUID | None = None,
    purpose: str = "",
    by: Actor,
    at: datetime,
) -> UUID:
    """A new secret, for her, these colleagues, and the circle of the organisation that owns it.

    Raises NotYours, Altered, NotConfirmed: also when she knows the six words of nobody in the
    circle.
    """
    with (
        naming([owner or keyring.member], verb="writing", by=by, at=at),
        transaction.atomic(),
    ):
        return created(
            keyring=keyring,
            kind=kind,
            compartment=compartment,
            parts=parts,
            members=members,
            owner=owner,
            purpose=purpose,
            by=by,
            at=at,
        )


def created(  # noqa: PLR0913 a record is all of this
    *,
    keyring: Keyring,
    kind: str,
    compartment: str,
    parts: Mapping[str, Words],
    members: Iterable[UUID],
    owner: UUID | None = None,
    purpose: str = "",
    by: Actor,
    at: datetime,
) -> UUID:
    """For the verbs of this room, inside their transaction: they name what is found altered."""
    check_owner(keyring, by)
    record = Record(id=uuid4(), kind=kind, compartment=compartment, owner=owner, made_at=at)
    keep_salts([record.id])
    record.save(force_insert=True)
    one = Held(record, Grant(), Key.new())
    kept = [Part(record=record, name=name, version=1) for name in sorted(parts)]
    for part in kept:
        contents.seal_part(keyring, one, part, parts[part.name])
    Part.objects.bulk_create(kept)
    for keys in present_keys([keyring.member, *members]):
        identity = trusted_identity(keyring, keys)
        contents.grant_to(keyring, one, keys, identity, at).save(force_insert=True)
    CircleGrant.objects.bulk_create(circles.grants_for(keyring, [one]))
    audit.record(
        verb=f"{kind} sealed",
        kind=kind,
        record_id=record.id,
        action=Action.CREATE,
        sensitivity=compartment,
        purpose=purpose,
        details=contents.state_of(record, kept),
        by=by,
        at=at,
    )
    return record.id


def write_parts(
    *,
    keyring: Keyring,
    record_id: UUID,
    parts: Mapping[str, Words],
    purpose: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Write new parts, or new versions of parts. Raises NotYours, NoGrant, Altered, Gone.

    What is written after somebody left, she cannot read: a record that waits for its new key gets
    it first. Raises NotConfirmed when the words of somebody who stays must be compared for that.
    """

    def said(_one: Held) -> Mapping[str, Words]:
        return parts

    write_made(keyring=keyring, record_id=record_id, make=said, purpose=purpose, by=by, at=at)


def write_made(
    *,
    keyring: Keyring,
    record_id: UUID,
    make: Callable[[Held], Mapping[str, Words]],
    purpose: str,
    by: Actor,
    at: datetime,
) -> None:
    """For the verbs of this room: parts that are made when the key of the record is known."""

    def write() -> None:
        check_owner(keyring, by)
        [one] = contents.held(keyring, [record_id], at=at, lock=True)
        there = contents.parts_of([record_id])
        # What was changed behind our back is not sealed over: it would then pass for ours.
        if contents.check_unchanged([one.record], opened=there):
            raise Altered
        kept = {part.name: part for part in there.get(record_id, [])}
        if one.record.stale:
            one = renewing.renewed(keyring, one, list(kept.values()), at)
        for name, words in make(one).items():
            part = kept.setdefault(name, Part(record=one.record, name=name, version=0))
            part.version += 1
            contents.seal_part(keyring, one, part, words)
            part.save()
        audit.record(
            verb=f"{one.record.kind} written",
            kind=one.record.kind,
            record_id=record_id,
            sensitivity=one.record.compartment,
            purpose=purpose,
            details=contents.state_of(one.record, kept.values()),
            by=by,
            at=at,
        )

    noted(write, verb="writing", objects=[record_id], by=by, at=at)


def open_record(  # noqa: PLR0913 a reading says all of this
    *,
    keyring: Keyring,
    record_id: UUID,
    names: Iterable[str] | None = None,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> Mapping[str, Page]:
    """The words of one record, all parts or these. The line stands before they leave.

    Raises NotYours, NoGrant, NotConfirmed, Gone, Altered; the last two leave a line too.
    """

    def read() -> Mapping[str, Page]:
        check_owner(keyring, by)
        record = Record.objects.filter(pk=record_id).first()
        if record is None:
            raise NoGrant
        audit.record(
            verb=f"{record.kind} read",
            kind=record.kind,
            record_id=record_id,
            action=Action.READ,
            life_cycle=LifeCycle.ACCESS,
            sensitivity=record.compartment,
            purpose=purpose,
            role=role,
            by=by,
            at=at,
        )
        [one] = contents.held(keyring, [record_id], at=at)
        parts = contents.parts_of([record_id])
        if contents.check_unchanged([one.record], opened=parts):
            raise Altered
        wanted = None if names is None else set(names)
        authors: dict[UUID, MemberKeys | None] = {}

        def author_of(row: UUID) -> MemberKeys | None:
            if row not in authors:
                authors[row] = MemberKeys.objects.filter(pk=row).first()
            return authors[row]

        return {
            part.name: contents.page_of(one, part, author_of)
            for part in parts.get(record_id, [])
            if wanted is None or part.name in wanted
        }

    return noted(read, verb="reading", objects=[record_id], by=by, at=at)


def open_many(  # noqa: PLR0913 a reading says all of this
    *,
    keyring: Keyring,
    record_ids: Sequence[UUID],
    name: str,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> Opened:
    """The same part of many records under one line that names them all: a list, a search.

    A record that was altered does not darken the others: it is named in `altered` and in a line of
    its own. Signatures of authors are not looked at. Raises NotYours, NoGrant.
    """

    def read() -> Opened:
        check_owner(keyring, by)
        audit.record(
            verb="list read",
            kind="vault list",
            objects=record_ids,
            action=Action.READ,
            life_cycle=LifeCycle.ACCESS,
            sensitivity=_of_all(record_ids),
            purpose=purpose,
            role=role,
            by=by,
            at=at,
        )
        return _words_of_many(keyring, record_ids, name, at)

    opened = noted(read, verb="reading", objects=record_ids, by=by, at=at)
    if opened.altered:
        note_altered(sorted(opened.altered), by=by, at=at)
    return opened


def erase_records(*, record_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Shred for good: the salts first, so that every copy is unreadable, then the rows.

    Needs no key: a job does it when the time of keeping is over. Killed in between, the rest is
    done by `finish_erasures`.
    """
    check_amount(len(record_ids))
    files = File.objects.filter(record__in=record_ids).values_list("id", flat=True)
    store().erase([*record_ids, *files])
    return _remove_rows(record_ids, by=by, at=at)


def _of_all(record_ids: Sequence[UUID]) -> str:
    """How sensitive a list is: as the compartment of its records, or mixed."""
    found: set[str] = set()
    for start in range(0, len(record_ids), MOST_AT_ONCE):
        some = Record.objects.filter(pk__in=record_ids[start : start + MOST_AT_ONCE])
        found.update(some.values_list("compartment", flat=True).distinct())
    return found.pop() if len(found) == 1 else "mixed" if found else ""


def _words_of_many(keyring: Keyring, record_ids: Sequence[UUID], name: str, at: datetime) -> Opened:
    shut: dict[UUID, VaultRefuses] = {}
    known = contents.held(keyring, record_ids, at=at, shut=shut)
    parts = contents.parts_of(record_ids, name=name)
    told = contents.told_of(record_ids, but=name)
    whole: dict[UUID, list[Part | Told]] = {
        one: [*parts.get(one, []), *told.get(one, [])] for one in record_ids
    }
    altered = contents.check_unchanged([one.record for one in known], opened=whole)
    words: dict[UUID, Words] = {}
    for one in known:
        if one.record.id in altered:
            continue
        try:
            for part in parts.get(one.record.id, []):
                words[one.record.id] = contents.words_of(one, part)
        except (Altered, Gone):
            altered.add(one.record.id)
    waits_for = set[UUID]()
    for record_id, refused in shut.items():
        if isinstance(refused, NotConfirmed):
            waits_for |= refused.members
        else:
            altered.add(record_id)
    return Opened(words, frozenset(altered), frozenset(waits_for))


@transaction.atomic
def _remove_rows(ids: Sequence[UUID], *, by: Actor, at: datetime) -> int:
    files = File.objects.filter(record__in=ids)
    for file_id in files.values_list("id", flat=True):
        sealed_files.forget(file_id)
    files.delete()
    Grant.objects.filter(record__in=ids).delete()
    Part.objects.filter(record__in=ids).delete()
    done = Record.objects.filter(pk__in=ids).delete()[1].get("vault.Record", 0)
    mark_erased()
    audit.record(
        verb="records erased",
        kind="vault",
        objects=ids,
        action=Action.DELETE,
        life_cycle=LifeCycle.ERASURE,
        by=by,
        at=at,
    )
    return done
