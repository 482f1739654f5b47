"""What one organisation hands to another: exactly what was agreed to, until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction

from samen.audit import actions as audit
from samen.audit.actions import Action, LifeCycle
from samen.foundation.actor import Actor
from samen.vault.actions.ground import check_owner, keep_salts, place, shred_of, store
from samen.vault.actions.intakes import pair_of, present_intake, public_of
from samen.vault.actions.noting import naming, noted
from samen.vault.actions.sweeping import mark_erased
from samen.vault.engine import envelope, hybrid, signing
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed, Words
from samen.vault.engine.signing import SIGNATURE
from samen.vault.models import Packet
from samen.vault.rules import Altered, Gone, NoGrant, check_amount

_KIND, _SENSITIVITY = "packet", "referral"


@dataclass(frozen=True, slots=True, repr=False)
class OpenPacket:
    words: Words
    sender: UUID
    consent: bytes
    ends_at: datetime


def seal_packet(  # noqa: PLR0913 a packet is all of this
    *,
    keyring: Keyring,
    receiver: UUID,
    words: Words,
    consent: bytes,
    ends_at: datetime,
    by: Actor,
    at: datetime,
) -> UUID:
    """Seal these words to an organisation, and sign them with what was agreed to.

    `consent` is the hash of the consent, 32 bytes. Raises NotYours, Gone, Altered.
    """
    with naming([receiver], verb="writing", by=by, at=at), transaction.atomic():
        check_owner(keyring, by)
        intake, key, number = present_intake(receiver), Key.new(), uuid4()
        packet = Packet(
            id=number,
            intake=intake,
            sender_keys_id=keyring.row,
            consent=consent,
            made_at=at,
            ends_at=ends_at,
        )
        keep_salts([number])
        here = _place_of(packet)
        signature = keyring.bundle.signer.sign(words, context=here)
        packet.sealed_key = hybrid.seal(key, to=public_of(intake), context=here).raw
        packet.sealed = envelope.seal(
            signature + words, key=key, shred=shred_of(number), context=here
        ).raw
        packet.save(force_insert=True)
        audit.record(
            verb="packet sealed",
            kind=_KIND,
            record_id=number,
            action=Action.CREATE,
            sensitivity=_SENSITIVITY,
            details=consent,
            by=by,
            at=at,
        )
        return number


def open_packet(
    *,
    keyring: Keyring,
    packet_id: UUID,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> OpenPacket:
    """A holder of the receiver's key reads it. Raises NotYours, NoGrant, Gone, Altered."""

    def read() -> OpenPacket:
        check_owner(keyring, by)
        audit.record(
            verb="packet read",
            kind=_KIND,
            record_id=packet_id,
            action=Action.READ,
            life_cycle=LifeCycle.ACCESS,
            sensitivity=_SENSITIVITY,
            purpose=purpose,
            role=role,
            by=by,
            at=at,
        )
        found = Packet.objects.select_related("intake", "sender_keys").filter(pk=packet_id)
        packet = found.first()
        if packet is None:
            raise NoGrant
        pair = pair_of(keyring, packet.intake, at=at)
        if packet.ends_at <= at:
            raise Gone
        here = _place_of(packet)
        try:
            key = pair.unseal(Sealed(bytes(packet.sealed_key)), context=here)
            inside = envelope.unseal(
                Sealed(bytes(packet.sealed)), key=key, shred=shred_of(packet.id), context=here
            ).words
            signature, words = inside[:SIGNATURE], inside[SIGNATURE:]
            sender = Identity.read(bytes(packet.sender_keys.identity))
            signing.check(signature, words, by=sender.verifying, context=here)
        except CannotOpen:
            raise Altered from None
        return OpenPacket(
            Words(words), packet.sender_keys.member, bytes(packet.consent), packet.ends_at
        )

    return noted(read, verb="reading", objects=[packet_id], by=by, at=at)


def erase_packets(*, packet_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Declined, withdrawn, accepted and copied, or over: shredded."""
    check_amount(len(packet_ids))
    store().erase(packet_ids)
    with transaction.atomic():
        mark_erased()
        done = Packet.objects.filter(pk__in=packet_ids).delete()[0]
        audit.record(
            verb="packets erased",
            kind=_KIND,
            objects=packet_ids,
            action=Action.DELETE,
            life_cycle=LifeCycle.ERASURE,
            by=by,
            at=at,
        )
    return done


def _place_of(packet: Packet) -> Context:
    """Sender, receiver, consent and end are bound in: none of them can be changed afterwards."""
    said = (
        packet.intake_id.bytes,
        packet.sender_keys_id.bytes,
        bytes(packet.consent),
        packet.ends_at.astimezone(UTC).isoformat().encode(),
    )
    bound = sha256(b"".join(len(one).to_bytes(4, "big") + one for one in said)).hexdigest()
    return place(_KIND, packet.id, 1, 1, bound)
