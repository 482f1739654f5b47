"""Who may read: a key that somebody gives, and that is taken back by a new epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from samen.audit import actions as audit
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault.actions import contents
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner
from samen.vault.actions.members import trusted_identity
from samen.vault.actions.records import noted, present_keys
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Key
from samen.vault.models import Grant, Part, Record
from samen.vault.rules import Altered, LastHolder, NotConfirmed, check_amount


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the re-encryption is. `waits_for`: whose six words somebody has to confirm first."""

    done: int
    left: int
    waits_for: frozenset[UUID] = field(default_factory=frozenset)


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

    Each record is one transaction with its own line: killed anywhere, it was done or it was not.
    Anybody who holds the records goes on with it. Raises NotYours, TooMuch, Altered.
    """
    check_amount(limit)
    check_owner(keyring, by)
    stale = Record.objects.filter(
        stale=True, grants__keys=keyring.row, grants__member=keyring.member, grants__ends_at=None
    )
    ids = list(stale.order_by("made_at", "id").values_list("id", flat=True))
    done, waits_for = 0, set[UUID]()
    for record_id in ids:
        if done == limit:
            break
        try:
            done += noted(
                lambda record_id=record_id: _renew(keyring, record_id, by=by, at=at),  # type: ignore[misc]  # mypy cannot read a default in a lambda
                verb="reencrypting",
                objects=[record_id],
                by=by,
                at=at,
            )
        except NotConfirmed as needed:
            waits_for |= needed.members
    return Progress(done, len(ids) - done, frozenset(waits_for))


def _renew(keyring: Keyring, record_id: UUID, *, by: Actor, at: datetime) -> int:
    [one] = contents.held(keyring, [record_id], at=at, lock=True)
    if not one.record.stale:
        return 0
    there = contents.parts_of([record_id])
    if contents.check_unchanged([one.record], opened=there):
        raise Altered
    holders = list(
        Grant.objects.select_related("keys", "granter_keys", "record").filter(record=one.record)
    )
    present = [grant for grant in holders if grant.keys.retired_at is None]
    identities = [contents.holder_identity(keyring, one, grant) for grant in present]
    parts = there.get(record_id, [])
    inside = [contents.inside_of(one, part) for part in parts]
    record = one.record
    record.epoch, record.stale = record.epoch + 1, False
    renewed = Held(record, one.grant, Key.new())
    for part, words in zip(parts, inside, strict=True):
        contents.reseal_part(renewed.key, record, part, words, contents.where(record, part))
    Part.objects.bulk_update(parts, ["sealed", "digest"], batch_size=50)
    record.save(update_fields=["epoch", "stale"])
    Grant.objects.filter(pk__in=[grant.pk for grant in present]).delete()
    fresh = [
        contents.grant_to(keyring, renewed, grant.keys, identity, at)
        for grant, identity in zip(present, identities, strict=True)
    ]
    for grant, before in zip(fresh, present, strict=True):
        grant.ends_at = before.ends_at
    Grant.objects.bulk_create(fresh, batch_size=100)
    audit.record(
        verb="record sealed anew",
        kind=record.kind,
        record_id=record.id,
        sensitivity=record.compartment,
        details=contents.state_of(record, parts),
        by=by,
        at=at,
    )
    return 1
