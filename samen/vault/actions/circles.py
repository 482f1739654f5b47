"""The continuity circle of an organisation: no record is lost because one person is.

The circle has a key pair. Its secret half lies under a key that nobody has: each two of the circle
have the halves of it. Every record of the organisation is sealed to the circle too, so two of them
together open what nobody else can (actions/by_two.py), and one of them alone opens nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import combinations
from uuid import UUID, uuid4

from django.db.models import F, Q

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault import queries
from samen.vault.actions import contents
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner, keep_salts, place, shred_of
from samen.vault.actions.members import present_keys, trusted_identity
from samen.vault.actions.noting import noted
from samen.vault.engine import envelope, hybrid, pairs, signing
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.hybrid import KeyPair, PublicKey
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed
from samen.vault.models import (
    Circle,
    CircleGrant,
    CircleMember,
    Grant,
    Half,
    MemberKeys,
    Record,
)
from samen.vault.rules import (
    SMALLEST_CIRCLE,
    AlreadyOne,
    Altered,
    LastHolder,
    NoGrant,
    NotConfirmed,
    NotYours,
    check_amount,
)

KIND = "circle"


def found_circle(  # noqa: PLR0913 a circle is all of this
    *,
    keyring: Keyring,
    owner: UUID,
    name: str,
    members: Iterable[UUID],
    instead_of: UUID | None = None,
    by: Actor,
    at: datetime,
) -> UUID:
    """A circle of her and these colleagues. It works once a second one of them has joined.

    One that waits for its second member, or has lost it, goes only when `instead_of` names it.
    Raises AlreadyOne; NotYours when there is one that works, or with nobody beside her;
    NotConfirmed.
    """
    everybody = {keyring.member, *members}

    def found() -> UUID:
        check_owner(keyring, by)
        if len(everybody) < SMALLEST_CIRCLE or working(owner) is not None:
            raise NotYours
        waits = Circle.objects.select_for_update().filter(owner=owner, retired_at=None).first()
        if waits is not None and waits.id != instead_of:
            raise AlreadyOne
        known = [(keys, trusted_identity(keyring, keys)) for keys in present_keys(everybody)]
        pair, key = KeyPair.new(), Key.new()
        circle = Circle(id=uuid4(), owner=owner, name=name, public=pair.public.raw, made_at=at)
        keep_salts([circle.id])
        circle.sealed_pair = envelope.seal(
            pair.reveal(), key=key, shred=shred_of(circle.id), context=_at(circle)
        ).raw
        if waits is not None:
            Circle.objects.filter(pk=waits.pk).update(retired_at=at)
            note("circle replaced", waits, objects=[circle.id], by=by, at=at)
        circle.save(force_insert=True)
        CircleMember.objects.bulk_create(
            CircleMember(circle=circle, member=keys.member, keys=keys) for keys, _who in known
        )
        Half.objects.bulk_create(
            half for two in combinations(known, 2) for half in halves_of(circle.id, key, *two)
        )
        _sign(keyring, circle, at)
        note("circle founded", circle, objects=sorted(everybody), by=by, at=at)
        return circle.id

    return noted(found, verb="founding a circle", objects=(), by=by, at=at)


def join_circle(*, keyring: Keyring, circle_id: UUID, by: Actor, at: datetime) -> None:
    """She agrees to belong: who confirmed her six words may from now on trust the circle.

    Raises NotYours, Altered, and NotConfirmed until she knows the six words of all the others.
    """

    def join() -> None:
        check_owner(keyring, by)
        circle = locked(circle_id)
        hers = CircleMember.objects.filter(circle=circle, keys=keyring.row, signature=None)
        if not hers.exists():
            raise NotYours
        check_whole(circle)
        others = present_members(circle, but=keyring.member)
        for one in others:
            trusted_identity(keyring, one.keys)
            my_half(keyring, circle.id, one.keys_id)
        _sign(keyring, circle, at)
        note("circle joined", circle, by=by, at=at)

    noted(join, verb="joining a circle", objects=[circle_id], by=by, at=at)


def leave_circle(*, keyring: Keyring, circle_id: UUID, by: Actor, at: datetime) -> None:
    """She goes, or does not want to come in. Raises NotYours, LastHolder when two must stay."""

    def go() -> None:
        check_owner(keyring, by)
        circle = locked(circle_id)
        hers = CircleMember.objects.filter(circle=circle, member=keyring.member).first()
        if hers is None:
            raise NotYours
        rest = [one for one in joined(circle) if one.member != keyring.member]
        if hers.signature is not None and len(rest) < SMALLEST_CIRCLE:
            raise LastHolder
        check_whole(circle)
        forget_member(circle, keyring.member)
        note("circle left", circle, by=by, at=at)

    noted(go, verb="leaving a circle", objects=[circle_id], by=by, at=at)


def reach_circle(*, keyring: Keyring, limit: int, by: Actor, at: datetime) -> int:
    """Records of hers that the present circle of their organisation cannot open yet: a slice.

    After a circle was founded, or a new one took the place of one that could do nothing any more.
    Raises NotYours, TooMuch, NotConfirmed, Altered.
    """
    check_amount(limit)
    ids = queries.out_of_reach(keyring)[:limit]

    def reach() -> int:
        check_owner(keyring, by)
        known = contents.held(keyring, ids, at=at, lock=True)
        there = contents.parts_of(ids)
        if contents.check_unchanged([one.record for one in known], opened=there):
            raise Altered
        fresh = grants_for(keyring, known)
        CircleGrant.objects.filter(record__in=ids).delete()
        CircleGrant.objects.bulk_create(fresh, batch_size=100)
        audit.record(
            verb="circle reached", kind="vault", objects=ids, action=Action.EXECUTE, by=by, at=at
        )
        return len(fresh)

    return noted(reach, verb="reaching a circle", objects=ids, by=by, at=at) if ids else 0


# What follows is for the verbs of this room.


def working(owner: UUID | None) -> Circle | None:
    """The circle of an organisation, when two of it can do something together."""
    found = Circle.objects.filter(owner=owner, retired_at=None).first() if owner else None
    return found if found is not None and len(joined(found)) >= SMALLEST_CIRCLE else None


def joined(circle: Circle) -> list[CircleMember]:
    """Who belongs to it, and still has the keys she joined with."""
    return [one for one in present_members(circle) if one.signature is not None]


def present_members(circle: Circle, *, but: UUID | None = None) -> list[CircleMember]:
    rows = CircleMember.objects.filter(circle=circle, keys__retired_at=None)
    found = rows.select_related("keys").order_by("member")
    return [one for one in found if one.member != but]


def within_reach(ids: Iterable[UUID], *, circle: Circle | None = None) -> set[UUID]:
    """Those that two of this circle, or of any, can open."""
    some = [circle] if circle else Circle.objects.all()
    works = [one for one in some if len(joined(one)) >= SMALLEST_CIRCLE]
    reached = CircleGrant.objects.filter(
        record__in=list(ids), circle__in=works, epoch=F("record__epoch")
    )
    return set(reached.values_list("record", flat=True))


def grants_for(keyring: Keyring, known: Sequence[Held]) -> list[CircleGrant]:
    """The circle's own, not kept yet, of those records whose organisation has a circle.

    Raises NotConfirmed when she confirmed nobody of it, Altered.
    """
    owners = {one.record.owner for one in known if one.record.owner}
    found = {owner: circle for owner in owners if (circle := working(owner))}
    public = {owner: trusted_public(keyring, circle) for owner, circle in found.items()}
    return [
        CircleGrant(
            record=one.record,
            circle=found[one.record.owner],
            epoch=one.record.epoch,
            sealed=hybrid.seal(
                one.key,
                to=public[one.record.owner],
                context=_granted_at(one.record, found[one.record.owner]),
            ).raw,
        )
        for one in known
        if one.record.owner in found
    ]


def trusted_public(keyring: Keyring, circle: Circle) -> PublicKey:
    """Signed by one of the circle whose six words she confirmed. Raises NotConfirmed, Altered."""
    check_whole(circle)
    needed = set()
    for one in joined(circle):
        try:
            identity = trusted_identity(keyring, one.keys)
        except NotConfirmed:
            needed.add(one.member)
            continue
        _check_signature(one, circle, identity)
        return PublicKey(bytes(circle.public))
    raise NotConfirmed(needed)


def check_trusted(keyring: Keyring, owner: UUID | None) -> None:
    """Before a record is sealed to the circle of its organisation. Raises NotConfirmed, Altered."""
    if circle := working(owner):
        trusted_public(keyring, circle)


def opened_by_circle(circle: Circle, pair: KeyPair, record: Record) -> Held:
    """A record, by the key that two of the circle put together. Raises NoGrant, Altered."""
    grant = CircleGrant.objects.filter(record=record, circle=circle, epoch=record.epoch).first()
    if grant is None:
        raise NoGrant
    try:
        key = pair.unseal(Sealed(bytes(grant.sealed)), context=_granted_at(record, circle))
    except CannotOpen:
        raise Altered from None
    return Held(record, Grant(), key)


def pair_of_circle(circle: Circle, key: Key) -> KeyPair:
    """Raises Altered when these are not the two halves."""
    try:
        opened = envelope.unseal(
            Sealed(bytes(circle.sealed_pair)),
            key=key,
            shred=shred_of(circle.id),
            context=_at(circle),
        )
        pair = KeyPair(opened.words)
    except CannotOpen:
        raise Altered from None
    if pair.public.raw != bytes(circle.public):
        raise Altered
    return pair


def halves_of(
    shared: UUID, key: Key, one: tuple[MemberKeys, Identity], other: tuple[MemberKeys, Identity]
) -> list[Half]:
    """The halves of these two, each sealed to who has it. Not kept yet."""
    mine, yours = pairs.in_halves(key)
    return [
        Half(
            shared=shared,
            keys=keys,
            other=beside,
            sealed=hybrid.seal(
                half, to=identity.public, context=_half_at(shared, keys.id, beside.id)
            ).raw,
        )
        for (keys, identity), (beside, _who), half in ((one, other, mine), (other, one, yours))
    ]


def my_half(keyring: Keyring, shared: UUID, other: UUID) -> Key:
    """Her half of the key that she and the owner of `other` have together.

    Raises NoGrant, Altered.
    """
    half = Half.objects.filter(shared=shared, keys=keyring.row, other=other).first()
    if half is None:
        raise NoGrant
    try:
        return keyring.bundle.pair.unseal(
            Sealed(bytes(half.sealed)), context=_half_at(shared, keyring.row, other)
        )
    except CannotOpen:
        raise Altered from None


def forget_member(circle: Circle, member: UUID) -> None:
    CircleMember.objects.filter(circle=circle, member=member).delete()
    hers = Q(keys__member=member) | Q(other__member=member)
    Half.objects.filter(hers, shared=circle.id).delete()


def check_whole(circle: Circle) -> None:
    """Raises Altered: somebody wrote in it, or brought back a circle of yesterday."""
    known = logbook.newest_hashes([circle.id], kind=KIND)
    if known.get(circle.id) != _hash_of(circle):
        raise Altered


def note(
    verb: str, circle: Circle, *, objects: Sequence[UUID] = (), by: Actor, at: datetime
) -> None:
    audit.record(
        verb=verb,
        kind=KIND,
        record_id=circle.id,
        objects=objects,
        action=Action.EXECUTE,
        details=_hash_of(circle),
        by=by,
        at=at,
    )


def locked(circle_id: UUID) -> Circle:
    """A circle that is there still. Raises NotYours."""
    circle = Circle.objects.select_for_update().filter(pk=circle_id, retired_at=None).first()
    if circle is None:
        raise NotYours
    return circle


def _sign(keyring: Keyring, circle: Circle, at: datetime) -> None:
    signature = keyring.bundle.signer.sign(
        _belongs(circle), context=_belongs_at(circle, keyring.row)
    )
    CircleMember.objects.filter(circle=circle, keys=keyring.row).update(
        signature=signature, joined_at=at
    )


def _check_signature(one: CircleMember, circle: Circle, identity: Identity) -> None:
    try:
        signing.check(
            bytes(one.signature or b""),
            _belongs(circle),
            by=identity.verifying,
            context=_belongs_at(circle, one.keys_id),
        )
    except CannotOpen:
        raise Altered from None


def _belongs(circle: Circle) -> bytes:
    return circle.owner.bytes + bytes(circle.public)


def _belongs_at(circle: Circle, keys: UUID) -> Context:
    return place("in circle", circle.id, 1, 1, str(keys))


def _at(circle: Circle) -> Context:
    return place(KIND, circle.id, 1, 1, str(circle.owner))


def _half_at(shared: UUID, keys: UUID, other: UUID) -> Context:
    return place("half", shared, 1, 1, f"{keys} {other}")


def _granted_at(record: Record, circle: Circle) -> Context:
    return place("for circle", record.id, record.epoch, 1, f"{record.kind} {circle.id}")


def _hash_of(circle: Circle) -> bytes:
    """The circle, who belongs to it, and every half."""
    said = [circle.owner.bytes, circle.name.encode(), bytes(circle.public)]
    said.append(bytes(circle.sealed_pair))
    if circle.keeps_spares:
        said.append(b"keeps spares")
    for one in CircleMember.objects.filter(circle=circle).order_by("member"):
        said += [one.member.bytes, one.keys_id.bytes, bytes(one.signature or b"")]
    for half in Half.objects.filter(shared=circle.id).order_by("keys", "other"):
        said += [half.keys_id.bytes, half.other_id.bytes, bytes(half.sealed)]
    hashed = b"".join(sha256(one).digest() for one in said)
    return sha256(b"samen.vault.circle.v1" + hashed).digest()
