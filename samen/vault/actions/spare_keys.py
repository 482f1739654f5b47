"""A spare key with the circle of her team, for a colleague who wants one (security.md 2.7).

Off until two of the circle switch it on, and then hers to give or not. What is given is the root of
her keys, sealed to the circle: one of it alone opens nothing, and two together (by_two.py) hand it
on without seeing it, three days after everybody heard of it, to nobody but herself: to the new keys
she has since, whose six words both have compared. She opens with it what she could read before.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, QuerySet

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault import queries
from samen.vault.actions import circles, contents
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner, keep_salts, place, shred_of, store
from samen.vault.actions.members import keyring_of_before, present_keys
from samen.vault.actions.noting import note_altered, noted
from samen.vault.actions.sweeping import mark_erased
from samen.vault.engine import hybrid, pairs
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.hybrid import KeyPair
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed
from samen.vault.models import Circle, Grant, MemberKeys, SpareKey
from samen.vault.rules import (
    SMALLEST_CIRCLE,
    Altered,
    NoGrant,
    NotYours,
    VaultRefuses,
    check_amount,
)

KIND = "spare key"
_GONE = sha256(b"samen.vault.spare.v1 gone").digest()


def give_spare(*, keyring: Keyring, circle_id: UUID, by: Actor, at: datetime) -> None:
    """She gives this circle a spare of her keys; one she gave before goes.

    Raises NotYours when the circle keeps none, NotConfirmed, Altered.
    """

    def give() -> list[UUID]:
        check_owner(keyring, by)
        circle = circles.locked(circle_id)
        if not circle.keeps_spares or len(circles.joined(circle)) < SMALLEST_CIRCLE:
            raise NotYours
        public = circles.trusted_public(keyring, circle)
        before = SpareKey.objects.filter(keys=keyring.row)
        gone = list(before.values_list("id", flat=True))
        before.delete()
        spare = SpareKey(id=uuid4(), keys_id=keyring.row, circle=circle, made_at=at)
        keep_salts([spare.id])
        spare.sealed = hybrid.seal(
            _masked(spare, keyring.root), to=public, context=_at(spare, circle.id)
        ).raw
        spare.save(force_insert=True)
        _note("spare key given", spare, by=by, at=at)
        return gone

    # Once the new one is there, and not before.
    store().erase(noted(give, verb="giving a spare key", objects=[circle_id], by=by, at=at))


def take_back_spare(*, keyring: Keyring, by: Actor, at: datetime) -> None:
    """She wants no spare any more: also an old copy of it opens nothing. Raises NotYours."""

    def take() -> None:
        check_owner(keyring, by)
        spares = SpareKey.objects.filter(keys=keyring.row)
        _note_gone(spares, by=by, at=at)
        forget(spares)

    noted(take, verb="taking a spare key back", objects=[keyring.member], by=by, at=at)


def stop_spares(*, keyring: Keyring, circle_id: UUID, by: Actor, at: datetime) -> None:
    """This circle keeps no spare keys any more, and those it has are gone. One of it is enough.

    Raises NotYours, Altered.
    """

    def stop() -> None:
        check_owner(keyring, by)
        circle = circles.locked(circle_id)
        circles.check_whole(circle)
        belongs = keyring.row in {one.keys_id for one in circles.joined(circle)}
        if not belongs or not circle.keeps_spares:
            raise NotYours
        spares = SpareKey.objects.filter(circle=circle)
        _note_gone(spares, by=by, at=at)
        forget(spares)
        circle.keeps_spares = False
        circle.save(update_fields=["keeps_spares"])
        circles.note("circle keeps no spare keys", circle, by=by, at=at)

    noted(stop, verb="keeping no spare keys", objects=[circle_id], by=by, at=at)


def take_over(*, keyring: Keyring, limit: int, by: Actor, at: datetime) -> int:
    """With the spare that was handed to her: her keys of now open what those of before did.

    A slice at each call; how many it were. What was altered stays as it is, with a line. With the
    last one the spare is gone. Raises NotYours, TooMuch, Altered.
    """
    check_amount(limit)
    shut: dict[UUID, VaultRefuses] = {}

    def take() -> list[UUID]:
        check_owner(keyring, by)
        spare = SpareKey.objects.filter(handed_to=keyring.row).order_by("made_at").first()
        if spare is None:
            raise NotYours
        ids = list(left_of(spare).values_list("record", flat=True))
        known = _some(_before(keyring, spare), ids, limit, shut, at) if ids else []
        [keys] = present_keys([keyring.member])
        contents.give_instead(keyring, known, keys, keyring.bundle.identity, at)
        taken = [one.record.id for one in known]
        audit.record(
            verb="access taken over",
            kind="vault member",
            record_id=keyring.member,
            objects=taken,
            action=Action.EXECUTE,
            by=by,
            at=at,
        )
        return taken

    taken = noted(take, verb="taking over", objects=[keyring.member], by=by, at=at)
    if shut:
        note_altered(sorted(shut), by=by, at=at)
    elif not queries.handed_to(keyring.member):
        # In a transaction of its own: its salt may go only when all else is kept.
        with transaction.atomic():
            empty = SpareKey.objects.filter(handed_to=keyring.row)
            _note_gone(empty, by=by, at=at)
            forget(empty)
    return len(taken)


# What follows is for the verbs of this room.


def waiting_for(member: UUID, circle: Circle) -> list[SpareKey]:
    """Spares of keys she has no more. Raises NoGrant when there is none, Altered."""
    spares = list(_of_before(member, circle))
    if not spares:
        raise NoGrant
    known = logbook.newest_hashes([one.id for one in spares], kind=KIND)
    if any(known.get(one.id) != _hash_of(one) for one in spares):
        raise Altered
    return spares


def hand_over(
    spare: SpareKey, pair: KeyPair, keys: MemberKeys, to: Identity, *, by: Actor, at: datetime
) -> None:
    """From the circle to her keys of now; what it is stays hidden from who does it."""
    try:
        masked = pair.unseal(Sealed(bytes(spare.sealed)), context=_at(spare, spare.circle_id))
    except CannotOpen:
        raise Altered from None
    spare.handed = hybrid.seal(masked, to=to.public, context=_at(spare, keys.id)).raw
    spare.handed_to = keys
    spare.save(update_fields=["handed", "handed_to"])
    _note("spare key handed over", spare, by=by, at=at)


def records_of(member: UUID, circle: Circle) -> QuerySet[Grant, UUID]:
    """What she could read with the keys whose spare this circle has."""
    hers = Grant.objects.filter(keys__in=_of_before(member, circle).values("keys"))
    return hers.values_list("record", flat=True)


def left_of(spare: SpareKey) -> QuerySet[Grant]:
    """What her keys of before open and those of now do not."""
    hers = Grant.objects.filter(keys=spare.keys_id, ends_at=None, epoch=F("record__epoch"))
    return hers.order_by("record")


def forget(spares: QuerySet[SpareKey]) -> None:
    """The salts first, so that no copy of them opens anything, then the rows."""
    store().erase(list(spares.values_list("id", flat=True)))
    if spares.delete()[0]:
        mark_erased()


def _of_before(member: UUID, circle: Circle) -> QuerySet[SpareKey]:
    spares = SpareKey.objects.filter(circle=circle, keys__member=member)
    return spares.exclude(keys__retired_at=None).select_related("keys").order_by("made_at")


def _before(keyring: Keyring, spare: SpareKey) -> Keyring:
    """Her vault of before. Raises Altered."""
    try:
        masked = keyring.bundle.pair.unseal(
            Sealed(bytes(spare.handed or b"")), context=_at(spare, keyring.row)
        )
    except CannotOpen:
        raise Altered from None
    return keyring_of_before(spare.keys, _masked(spare, masked))


def _some(
    before: Keyring, ids: list[UUID], limit: int, shut: dict[UUID, VaultRefuses], at: datetime
) -> list[Held]:
    """The first slice of which something opens."""
    for start in range(0, len(ids), limit):
        some = ids[start : start + limit]
        if known := contents.held(before, some, at=at, lock=True, shut=shut):
            return known
    return []


def _masked(spare: SpareKey, key: Key) -> Key:
    """With its shred salt laid over it, or taken off: without the salt it is chance."""
    return pairs.joined(key, Key(shred_of(spare.id)))


def _at(spare: SpareKey, whose: UUID) -> Context:
    return place(KIND, spare.id, 1, 1, f"{spare.keys_id} {whose}")


def _hash_of(spare: SpareKey) -> bytes:
    said = (spare.keys_id.bytes, spare.circle_id.bytes, bytes(spare.sealed))
    return sha256(b"samen.vault.spare.v1" + b"".join(sha256(one).digest() for one in said)).digest()


def _note(verb: str, spare: SpareKey, *, by: Actor, at: datetime) -> None:
    audit.record(
        verb=verb,
        kind=KIND,
        record_id=spare.id,
        objects=[spare.keys_id],
        action=Action.EXECUTE,
        details=_hash_of(spare),
        by=by,
        at=at,
    )


def _note_gone(spares: Iterable[SpareKey], *, by: Actor, at: datetime) -> None:
    """A row of yesterday that is put back is another one than the logbook knows last."""
    for spare in spares:
        audit.record(
            verb="spare key gone",
            kind=KIND,
            record_id=spare.id,
            objects=[spare.keys_id],
            action=Action.DELETE,
            details=_GONE,
            by=by,
            at=at,
        )
