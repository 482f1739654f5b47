"""Keys that several people hold together: of a desk, of an organisation."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault.actions import contents
from samen.vault.actions.ground import check_owner
from samen.vault.actions.noting import naming
from samen.vault.actions.records import created
from samen.vault.engine.hybrid import KeyPair, PublicKey
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Words
from samen.vault.models import Grant, Intake
from samen.vault.rules import SMALLEST_CIRCLE, Altered, Gone, NotYours

KIND = "intake"
_PAIR = "pair"


def make_intake(
    *, keyring: Keyring, owner: UUID, holders: Iterable[UUID], by: Actor, at: datetime
) -> UUID:
    """A key pair for a desk or an organisation, held by at least two. The one before is retired.

    Only who holds that one may put another in its place; anybody, when nobody can open it any more.
    Holders are added and removed like those of any record (`Intake.record`): `give_access`,
    `end_access`, `reencrypt`. Raises NotYours, NotConfirmed, Altered.
    """
    with naming([owner], verb="making an intake key", by=by, at=at), transaction.atomic():
        return _made(keyring, owner, {keyring.member, *holders}, by, at)


def _made(keyring: Keyring, owner: UUID, everybody: set[UUID], by: Actor, at: datetime) -> UUID:
    check_owner(keyring, by)
    before = Intake.objects.select_for_update().filter(owner=owner, retired_at=None).first()
    if before is not None:
        public_of(before)  # who holds it stands in a row that somebody may have changed
    present = _holders(before) if before else set()
    if len(everybody) < SMALLEST_CIRCLE or (present and keyring.member not in present):
        raise NotYours
    pair = KeyPair.new()
    record_id = created(
        keyring=keyring,
        kind=KIND,
        compartment="key",
        parts={_PAIR: Words(pair.reveal())},
        members=everybody - {keyring.member},
        by=by,
        at=at,
    )
    Intake.objects.filter(owner=owner, retired_at=None).update(retired_at=at)
    intake = Intake.objects.create(
        id=uuid4(), owner=owner, record_id=record_id, public=pair.public.raw, made_at=at
    )
    audit.record(
        verb="intake key made",
        kind="intake key",
        record_id=intake.id,
        action=Action.CREATE,
        details=_hash_of(intake),
        by=by,
        at=at,
    )
    return intake.id


def renew_intake(*, keyring: Keyring, owner: UUID, by: Actor, at: datetime) -> None:
    """A new pair for who holds the present one. What was sealed to the old one, they still open.

    Raises NotYours, NotConfirmed, Gone, Altered.
    """
    with naming([owner], verb="making an intake key", by=by, at=at), transaction.atomic():
        everybody = _holders(present_intake(owner))
        if keyring.member not in everybody:
            raise NotYours
        if len(everybody) >= SMALLEST_CIRCLE:
            _made(keyring, owner, everybody, by, at)


def _holders(intake: Intake) -> set[UUID]:
    """Who can open it."""
    grants = Grant.objects.filter(record=intake.record_id, ends_at=None, keys__retired_at=None)
    return set(grants.values_list("member", flat=True))


def worn(keyring: Keyring) -> list[UUID]:
    """Owners of pairs of hers that somebody knows who left: their record is past its first key."""
    hers = Intake.objects.filter(
        retired_at=None,
        record__epoch__gt=1,
        record__stale=False,
        record__grants__keys=keyring.row,
        record__grants__ends_at=None,
    )
    return list(hers.order_by("made_at").values_list("owner", flat=True))


def public_of(intake: Intake) -> PublicKey:
    """What is sealed to it. Raises Altered when somebody put another key in its place."""
    known = logbook.newest_hashes([intake.id], kind="intake key")
    if known.get(intake.id) != _hash_of(intake):
        raise Altered
    return PublicKey(bytes(intake.public))


def present_intake(owner: UUID) -> Intake:
    """Raises Gone when this desk or organisation has no key (yet)."""
    found = Intake.objects.filter(owner=owner, retired_at=None).first()
    if found is None:
        raise Gone
    return found


def pair_of(keyring: Keyring, intake: Intake, *, at: datetime) -> KeyPair:
    """For verbs of this room only. Raises NoGrant for who does not hold it, Altered."""
    [one] = contents.held(keyring, [intake.record_id], at=at)
    parts = contents.parts_of([intake.record_id])
    if contents.check_unchanged([one.record], opened=parts):
        raise Altered
    [part] = parts[intake.record_id]
    pair = KeyPair(contents.words_of(one, part))
    if pair.public != public_of(intake):
        raise Altered
    return pair


def _hash_of(intake: Intake) -> bytes:
    said = intake.owner.bytes + intake.record_id.bytes + bytes(intake.public)
    return sha256(b"samen.vault.intake.v1" + said).digest()
