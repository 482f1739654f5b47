"""Who may read: a key that somebody gives, and that is taken back by a new epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from samen.audit import actions as audit
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault.actions import contents
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner
from samen.vault.actions.members import trusted_identity
from samen.vault.actions.records import note_altered, noted, present_keys
from samen.vault.actions.rows import update_rows
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Key
from samen.vault.models import Grant, Part, Record
from samen.vault.rules import Altered, Gone, LastHolder, NotConfirmed, check_amount

_HANDFUL = 100  # records in one transaction: others wait a tenth of a second


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the re-encryption is. `waits_for`: whose six words somebody has to confirm first."""

    done: int
    left: int
    waits_for: frozenset[UUID] = frozenset()
    altered: frozenset[UUID] = frozenset()  # found changed, left as they are, and in the logbook


@dataclass(slots=True)
class _Stuck:
    """What a slice could not do, and why."""

    waits_for: set[UUID] = field(default_factory=set)
    altered: set[UUID] = field(default_factory=set)


def give_access(
    *, keyring: Keyring, record_ids: Sequence[UUID], member: UUID, by: Actor, at: datetime
) -> int:
    """Give a colleague what she can read herself. Given twice, it is held once.

    Raises NotYours, NoGrant, TooMuch, and NotConfirmed until the six words were compared.
    """
    check_amount(len(record_ids))

    def give() -> int:
        check_owner(keyring, by)
        [keys] = present_keys([member])
        identity = trusted_identity(keyring, keys)
        known = contents.held(keyring, record_ids, at=at, lock=True)
        has = Grant.objects.filter(record__in=record_ids, keys=keys, ends_at=None)
        already = set(has.values_list("record", flat=True))
        fresh = [
            contents.grant_to(keyring, one, keys, identity, at)
            for one in known
            if one.record.id not in already
        ]
        # A grant to her keys of before, or one for an emergency, makes place.
        Grant.objects.filter(
            record__in=[grant.record_id for grant in fresh], member=member
        ).delete()
        Grant.objects.bulk_create(fresh, batch_size=100)
        audit.record(
            verb="access given",
            kind="vault member",
            record_id=member,
            objects=record_ids,
            action=Action.EXECUTE,
            by=by,
            at=at,
        )
        return len(fresh)

    return noted(give, verb="giving access", objects=record_ids, by=by, at=at)


def end_access(
    *, keyring: Keyring, record_ids: Sequence[UUID], member: UUID, by: Actor, at: datetime
) -> int:
    """Take a colleague's access away, at once. `reencrypt` then gives the others a new key.

    She may have read what she could read. Raises NotYours, NoGrant, TooMuch, LastHolder.
    """
    check_amount(len(record_ids))

    def end() -> int:
        check_owner(keyring, by)
        contents.held(keyring, record_ids, at=at, lock=True)
        others = Grant.objects.filter(record__in=record_ids, ends_at=None).exclude(member=member)
        if len(set(others.values_list("record", flat=True))) != len(set(record_ids)):
            raise LastHolder
        gone = Grant.objects.filter(record__in=record_ids, member=member)
        stale = list(gone.values_list("record", flat=True))
        gone.delete()
        Record.objects.filter(pk__in=stale).update(stale=True)
        audit.record(
            verb="access ended",
            kind="vault member",
            record_id=member,
            objects=record_ids,
            action=Action.EXECUTE,
            by=by,
            at=at,
        )
        return len(stale)

    return noted(end, verb="ending access", objects=record_ids, by=by, at=at)


def reencrypt(*, keyring: Keyring, limit: int, by: Actor, at: datetime) -> Progress:
    """A slice of the records somebody left: a new key each, a new epoch, for those who stay.

    A handful is one transaction, with a line for each record: killed anywhere, they were done or
    they were not. Anybody who holds the records goes on with it. Raises NotYours, TooMuch.
    """
    check_amount(limit)
    check_owner(keyring, by)
    stale = Record.objects.filter(
        stale=True, grants__keys=keyring.row, grants__member=keyring.member, grants__ends_at=None
    )
    there, done, passed, stuck = stale.count(), 0, 0, _Stuck()
    waiting = stale.order_by("made_at", "id").values_list("id", flat=True)
    # What is done leaves the list; what is stuck stays in it and is passed by.
    while done < limit and done + passed < there:
        ids = list(waiting[passed : passed + min(_HANDFUL, limit - done)])
        if not ids:  # somebody else was quicker
            break
        renew = partial(_renew, keyring, ids, stuck, by=by, at=at)
        renewed = noted(renew, verb="reencrypting", objects=ids, by=by, at=at)
        done, passed = done + renewed, passed + len(ids) - renewed
    if stuck.altered:
        note_altered(sorted(stuck.altered), by=by, at=at)
    left = max(there - done, 0)
    return Progress(done, left, frozenset(stuck.waits_for), frozenset(stuck.altered))


def _renew(
    keyring: Keyring, ids: Sequence[UUID], stuck: "_Stuck", *, by: Actor, at: datetime
) -> int:
    known = contents.held(keyring, ids, at=at, lock=True)
    there = contents.parts_of(ids)
    altered = contents.check_unchanged([one.record for one in known], opened=there)
    holders = _holders(ids)
    renewed = []
    for one in known:
        if one.record.id in altered:
            stuck.altered.add(one.record.id)
        elif one.record.stale:  # somebody else may have done it meanwhile
            parts = there.get(one.record.id, [])
            fresh = _sealed_anew(keyring, one, parts, holders[one.record.id], stuck, at)
            renewed += [(one.record, parts, fresh)] if fresh else []
    update_rows(
        [part for _record, parts, _fresh in renewed for part in parts], ["sealed", "digest"]
    )
    records = [record for record, _parts, _fresh in renewed]
    update_rows(records, ["epoch", "stale"])
    Grant.objects.filter(record__in=records).exclude(keys__retired_at__isnull=False).delete()
    Grant.objects.bulk_create(
        [grant for _record, _parts, fresh in renewed for grant in fresh], batch_size=100
    )
    states = {record.id: contents.state_of(record, parts) for record, parts, _fresh in renewed}
    for kind, compartment in sorted({(record.kind, record.compartment) for record in records}):
        audit.record_each(
            verb="record sealed anew",
            kind=kind,
            states={
                record.id: states[record.id]
                for record in records
                if (record.kind, record.compartment) == (kind, compartment)
            },
            sensitivity=compartment,
            by=by,
            at=at,
        )
    return len(renewed)


def _sealed_anew(
    keyring: Keyring,
    one: Held,
    parts: Sequence[Part],
    holders: Sequence[Grant],
    stuck: "_Stuck",
    at: datetime,
) -> list[Grant]:
    """The grants of the new epoch; the parts are changed in place, and not kept yet."""
    try:
        identities = [contents.holder_identity(keyring, one, grant) for grant in holders]
        inside = [contents.inside_of(one, part) for part in parts]
    except NotConfirmed as needed:
        stuck.waits_for |= needed.members
        return []
    except (Altered, Gone):
        stuck.altered.add(one.record.id)
        return []
    record = one.record
    record.epoch, record.stale = record.epoch + 1, False
    renewed = Held(record, one.grant, Key.new())
    for part, words in zip(parts, inside, strict=True):
        contents.reseal_part(renewed.key, record, part, words, contents.where(record, part))
    fresh = []
    for grant, identity in zip(holders, identities, strict=True):
        fresh.append(contents.grant_to(keyring, renewed, grant.keys, identity, at))
        fresh[-1].ends_at = grant.ends_at
    return fresh


def _holders(ids: Sequence[UUID]) -> dict[UUID, list[Grant]]:
    """Everybody who stays, of each record."""
    found: dict[UUID, list[Grant]] = {one: [] for one in ids}
    grants = Grant.objects.filter(record__in=ids, keys__retired_at=None).select_related("record")
    for grant in grants.prefetch_related("keys", "granter_keys"):
        found[grant.record_id].append(grant)
    return found
