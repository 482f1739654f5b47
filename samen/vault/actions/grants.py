"""Who may read: a key that somebody gives, and that is taken back by a new epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from samen.audit import actions as audit
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault.actions import contents, intakes, renewing
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner
from samen.vault.actions.members import present_keys, trusted_identity
from samen.vault.actions.noting import note_altered, noted
from samen.vault.actions.renewing import Stuck
from samen.vault.engine.keyring import Keyring
from samen.vault.models import Grant, Record
from samen.vault.rules import Altered, LastHolder, NotConfirmed, NotYours, check_amount

_HANDFUL = 100  # records in one transaction: others wait a tenth of a second


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the re-encryption is. `waits_for`: whose six words somebody has to confirm first."""

    done: int
    left: int
    waits_for: frozenset[UUID] = frozenset()
    altered: frozenset[UUID] = frozenset()  # found changed, left as they are, and in the logbook


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
        _check_lasting(known)
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
        _check_lasting(contents.held(keyring, record_ids, at=at, lock=True))
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
    there, done, passed, stuck = stale.count(), 0, 0, Stuck()
    waiting = stale.order_by("made_at", "id").values_list("id", flat=True)
    # What is done leaves the list; what is stuck stays in it and is passed by.
    while done < limit and done + passed < there:
        ids = list(waiting[passed : passed + min(_HANDFUL, limit - done)])
        if not ids:  # somebody else was quicker
            break
        renew = partial(_renew, keyring, ids, stuck, by=by, at=at)
        renewed = noted(renew, verb="reencrypting", objects=ids, by=by, at=at)
        done, passed = done + renewed, passed + len(ids) - renewed
    _renew_intakes(keyring, stuck, by=by, at=at)
    if stuck.altered:
        note_altered(sorted(stuck.altered), by=by, at=at)
    left = max(there - done, 0)
    return Progress(done, left, frozenset(stuck.waits_for), frozenset(stuck.altered))


def _renew(keyring: Keyring, ids: Sequence[UUID], stuck: Stuck, *, by: Actor, at: datetime) -> int:
    known = contents.held(keyring, ids, at=at, lock=True)
    there = contents.parts_of(ids)
    altered = contents.check_unchanged([one.record for one in known], opened=there)
    stuck.altered |= altered
    # Somebody else may have done it meanwhile.
    waiting = [one for one in known if one.record.stale and one.record.id not in altered]
    renewed = [one.record for one in renewing.seal_anew(keyring, waiting, there, stuck, at)]
    for kind, compartment in sorted({(record.kind, record.compartment) for record in renewed}):
        audit.record_each(
            verb="record sealed anew",
            kind=kind,
            states={
                record.id: contents.state_of(record, there.get(record.id, ()))
                for record in renewed
                if (record.kind, record.compartment) == (kind, compartment)
            },
            sensitivity=compartment,
            by=by,
            at=at,
        )
    return len(renewed)


def _renew_intakes(keyring: Keyring, stuck: Stuck, *, by: Actor, at: datetime) -> None:
    """Who left a desk knows its pair: what is sealed to it from now on is sealed to another."""
    for owner in intakes.worn(keyring):
        try:
            intakes.renew_intake(keyring=keyring, owner=owner, by=by, at=at)
        except NotConfirmed as needed:
            stuck.waits_for |= needed.members
        except Altered:  # it has its line; the others go on
            stuck.altered.add(intakes.present_intake(owner).record_id)


def _check_lasting(known: Sequence[Held]) -> None:
    """Who reads in an emergency decides about nobody. Raises NotYours."""
    if any(one.grant.ends_at for one in known):
        raise NotYours
