"""What two of a circle do together: one asks with a reason, another one agrees, the first acts.

Who agrees hands her half of the circle's key to who asked, sealed to her and bound to exactly what
was asked and until when. The halves meet in the session of who asked, for one verb, and no word
and no key comes out of it but what was agreed to.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.audit.actions import Action
from samen.foundation.actor import Actor
from samen.vault.actions import circles, contents, spare_keys
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner, place, shred_of
from samen.vault.actions.members import present_keys, trusted_identity
from samen.vault.actions.noting import noted
from samen.vault.engine import envelope, hybrid, pairs, signing
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.hybrid import KeyPair
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed, Words
from samen.vault.models import (
    Ask,
    AskReader,
    Circle,
    CircleMember,
    Grant,
    Half,
    MemberKeys,
    Notice,
    Part,
    Record,
)
from samen.vault.rules import (
    ASK_LASTS,
    SPARE_LASTS,
    SPARE_WAITS,
    Altered,
    LastHolder,
    NoGrant,
    NotByTwo,
    NotYours,
    Over,
    Purpose,
    TooEarly,
    check_amount,
    check_emergency,
    check_reason,
)

KIND = "circle ask"
Tell = Callable[[Sequence[UUID]], None]


def ask_emergency(  # noqa: PLR0913 an emergency says all of this
    *,
    keyring: Keyring,
    circle_id: UUID,
    record_id: UUID,
    reason: str,
    hours: int,
    by: Actor,
    at: datetime,
) -> UUID:
    """To read one record that nobody gave her, for some hours, because somebody needs help now.

    Raises NotYours, NoGrant, NoReason, NotConfirmed, Altered.
    """

    def ask() -> UUID:
        check_owner(keyring, by)
        check_emergency(reason, hours)
        if Grant.objects.filter(_lasting_of(keyring.member), record=record_id).exists():
            raise NotYours
        asked = _asked(keyring, circle_id, Purpose.EMERGENCY, at)
        asked.hours = hours
        return _keep(keyring, asked, [record_id], reason, by=by)

    return noted(ask, verb="asking in an emergency", objects=[record_id], by=by, at=at)


def ask_to_give_back(  # noqa: PLR0913 who, what, to whom
    *,
    keyring: Keyring,
    circle_id: UUID,
    record_ids: Sequence[UUID],
    member: UUID,
    reason: str,
    by: Actor,
    at: datetime,
) -> UUID:
    """To give a colleague, for good, records that nobody can read any more.

    Raises NotYours, NoGrant, NoReason, TooMuch, NotConfirmed, Altered.
    """

    def ask() -> UUID:
        check_owner(keyring, by)
        check_amount(len(record_ids))
        check_reason(reason)
        asked = _asked(keyring, circle_id, Purpose.GIVE_BACK, at, _compared(keyring, member))
        _check_orphaned(record_ids)
        return _keep(keyring, asked, record_ids, reason, by=by)

    return noted(ask, verb="asking to give back", objects=record_ids, by=by, at=at)


def ask_to_add(
    *, keyring: Keyring, circle_id: UUID, member: UUID, reason: str, by: Actor, at: datetime
) -> UUID:
    """To take one more colleague into the circle, or one again who has new keys.

    Raises NotYours, NoReason, NotConfirmed, Altered.
    """

    def ask() -> UUID:
        check_owner(keyring, by)
        check_reason(reason)
        asked = _asked(keyring, circle_id, Purpose.ADD, at, _compared(keyring, member))
        if member in {one.member for one in circles.present_members(asked.circle)}:
            raise NotYours
        return _keep(keyring, asked, [], reason, by=by)

    return noted(ask, verb="asking to add", objects=[member], by=by, at=at)


def ask_to_keep_spares(
    *, keyring: Keyring, circle_id: UUID, reason: str, by: Actor, at: datetime
) -> UUID:
    """To keep, from now on, spare keys of colleagues who want it. Off until two agree.

    Raises NotYours, NoReason, NotConfirmed, Altered.
    """

    def ask() -> UUID:
        check_owner(keyring, by)
        check_reason(reason)
        asked = _asked(keyring, circle_id, Purpose.KEEP_SPARES, at)
        if asked.circle.keeps_spares:
            raise NotYours
        return _keep(keyring, asked, [], reason, by=by)

    return noted(ask, verb="asking to keep spare keys", objects=[circle_id], by=by, at=at)


def ask_for_spare(
    *, keyring: Keyring, circle_id: UUID, member: UUID, reason: str, by: Actor, at: datetime
) -> UUID:
    """To hand a colleague who has lost everything, and has new keys, the spare of those of before.

    Three days lie between the second yes and the key. Raises NotYours, NoGrant when the circle has
    none of hers, NoReason, NotConfirmed, Altered.
    """

    def ask() -> UUID:
        check_owner(keyring, by)
        check_reason(reason)
        asked = _asked(keyring, circle_id, Purpose.SPARE_KEY, at, _compared(keyring, member))
        spare_keys.waiting_for(member, asked.circle)
        return _keep(keyring, asked, [], reason, by=by)

    return noted(ask, verb="asking for a spare key", objects=[member], by=by, at=at)


def read_reason(
    *,
    keyring: Keyring,
    ask_id: UUID,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> str:
    """Why it was asked, for one of the circle who may agree. Raises NotYours, NoGrant, Altered."""

    def read() -> str:
        check_owner(keyring, by)
        ask = Ask.objects.filter(pk=ask_id).first()
        if ask is None:
            raise NoGrant
        audit.record(
            verb="reason read",
            kind=KIND,
            record_id=ask_id,
            action=Action.READ,
            life_cycle=audit.LifeCycle.ACCESS,
            sensitivity="reason",
            purpose=purpose,
            role=role,
            by=by,
            at=at,
        )
        return _reason(keyring, ask)

    return noted(read, verb="reading", objects=[ask_id], by=by, at=at)


def agree_to_ask(*, keyring: Keyring, ask_id: UUID, tell: Tell, by: Actor, at: datetime) -> None:
    """A second one of the circle agrees: who asked can now do it, and nothing else.

    `tell` is called in this transaction with everybody who can read these records: they hear it
    at once. Raises NotYours, NotByTwo, Over, NotConfirmed, Altered.
    """

    def agree() -> None:
        check_owner(keyring, by)
        ask = _waiting(ask_id, at)
        if ask.agreed_at is not None:
            raise Over
        if ask.by_keys.member == keyring.member:
            raise NotByTwo
        _check_member(keyring, ask.circle)
        _check_member_still(ask.circle, ask.by_keys_id)
        asker = trusted_identity(keyring, ask.by_keys)
        if ask.for_keys is not None:
            trusted_identity(keyring, ask.for_keys)
        ask.agreed_keys_id, ask.agreed_at = keyring.row, at
        ask.ends_at = at + _lasts(ask)
        half = circles.my_half(keyring, ask.circle_id, ask.by_keys_id)
        ask.sealed_half = hybrid.seal(half, to=asker.public, context=_at(ask, "half")).raw
        ask.signature = keyring.bundle.signer.sign(b"agreed", context=_at(ask, "agreed"))
        ask.save()
        readers = _readers(ask)
        Notice.objects.bulk_create(Notice(ask=ask, member=member) for member in readers)
        tell(readers)
        _note(f"{ask.purpose} agreed", ask, by=by, at=at)

    noted(agree, verb="agreeing", objects=[ask_id], by=by, at=at)


def carry_out(*, keyring: Keyring, ask_id: UUID, by: Actor, at: datetime) -> None:
    """Who asked does what was agreed to, once.

    In an emergency she then has a key to the record until the hour that was agreed, and her reason
    is written in the record. Raises NotYours, NotByTwo, Over, TooEarly, NotConfirmed, Altered.
    """

    def act() -> None:
        check_owner(keyring, by)
        ask = _waiting(ask_id, at)
        if ask.by_keys_id != keyring.row:
            raise NotYours
        if ask.done_at is not None:
            raise Over
        _check_member(keyring, ask.circle)
        key = _key_by_two(keyring, ask)
        pair = circles.pair_of_circle(ask.circle, key)
        _DOING[Purpose(ask.purpose)](keyring, ask, key, pair, by, at)
        ask.sealed_half, ask.done_at = None, at
        ask.ended_at = None if ask.purpose == Purpose.EMERGENCY else at
        ask.save(update_fields=["sealed_half", "done_at", "ended_at"])
        AskReader.objects.filter(ask=ask).delete()
        _note(f"{ask.purpose} done", ask, by=by, at=at)

    noted(act, verb="acting by two", objects=[ask_id], by=by, at=at)


def stop_ask(*, keyring: Keyring, ask_id: UUID, by: Actor, at: datetime) -> None:
    """It is not needed any more, or somebody says no: also while the record is open.

    One of the circle does it, who was told of it, or who can read the record for good.
    Raises NotYours, Over.
    """

    def stop() -> None:
        check_owner(keyring, by)
        ask = _unended(ask_id)
        in_circle = CircleMember.objects.filter(circle=ask.circle, keys=keyring.row).exists()
        reads = Grant.objects.filter(_lasting_of(keyring.member), record__in=ask.records.all())
        told = Notice.objects.filter(ask=ask, member=keyring.member)
        if not in_circle and not reads.exists() and not told.exists():
            raise NotYours
        _end(ask, f"{ask.purpose} stopped", by=by, at=at)

    noted(stop, verb="stopping", objects=[ask_id], by=by, at=at)


def end_asks(*, by: Actor, at: datetime) -> int:
    """What is over ends by itself: the key goes, and the record waits for a new one."""
    over = Ask.objects.filter(ended_at=None, ends_at__lte=at).order_by("ends_at", "id")
    done = 0
    for ask_id in list(over.values_list("id", flat=True)):
        with transaction.atomic():
            ask = Ask.objects.select_for_update().filter(pk=ask_id, ended_at=None).first()
            if ask is not None:
                _end(ask, f"{ask.purpose} over", by=by, at=at)
                done += 1
    return done


def see_notice(*, member: UUID, notice_id: UUID, at: datetime) -> None:
    """She has read that a record of hers was opened: the line leaves her desk."""
    Notice.objects.filter(pk=notice_id, member=member, seen_at=None).update(seen_at=at)


def _asked(
    keyring: Keyring,
    circle_id: UUID,
    purpose: Purpose,
    at: datetime,
    for_keys: MemberKeys | None = None,
) -> Ask:
    """Not kept yet. Raises NotYours, Altered."""
    circle = Circle.objects.filter(pk=circle_id).first()
    if circle is None:
        raise NotYours
    _check_member(keyring, circle)
    return Ask(
        id=uuid4(),
        circle=circle,
        purpose=purpose.value,
        by_keys_id=keyring.row,
        member=for_keys.member if for_keys else keyring.member,
        for_keys=for_keys,
        asked_at=at,
        ends_at=at + ASK_LASTS,
    )


def _compared(keyring: Keyring, member: UUID) -> MemberKeys:
    """The keys a colleague has now, whose six words she knows. Raises NotConfirmed."""
    [keys] = present_keys([member])
    trusted_identity(keyring, keys)
    return keys


def _keep(
    keyring: Keyring, ask: Ask, record_ids: Sequence[UUID], reason: str, *, by: Actor
) -> UUID:
    """Kept, with its reason for everybody in the circle. Raises NotConfirmed, NoGrant, Altered."""
    if circles.within_reach(record_ids, circle=ask.circle) != set(record_ids):
        raise NoGrant
    key = Key.new()
    ask.sealed_reason = envelope.seal(
        reason.strip().encode(), key=key, shred=shred_of(ask.circle_id), context=_reason_at(ask)
    ).raw
    ask.save(force_insert=True)
    ask.records.set(Record.objects.filter(pk__in=record_ids))
    AskReader.objects.bulk_create(
        AskReader(
            ask=ask,
            keys=one.keys,
            sealed_key=hybrid.seal(
                key,
                to=trusted_identity(keyring, one.keys).public,
                context=_reason_at(ask, str(one.keys_id)),
            ).raw,
        )
        for one in circles.joined(ask.circle)
    )
    _note(f"{ask.purpose} asked", ask, by=by, at=ask.asked_at)
    return ask.id


def _reason(keyring: Keyring, ask: Ask) -> str:
    """Raises NoGrant, Altered."""
    hers = AskReader.objects.filter(ask=ask, keys=keyring.row).first()
    if hers is None:
        raise NoGrant
    here = _reason_at(ask, str(keyring.row))
    try:
        key = keyring.bundle.pair.unseal(Sealed(bytes(hers.sealed_key)), context=here)
        opened = envelope.unseal(
            Sealed(bytes(ask.sealed_reason)),
            key=key,
            shred=shred_of(ask.circle_id),
            context=_reason_at(ask),
        )
    except CannotOpen:
        raise Altered from None
    return opened.words.decode()


def _unended(ask_id: UUID) -> Ask:
    asks = Ask.objects.select_for_update(of=("self",)).select_related(
        "circle", "by_keys", "for_keys"
    )
    ask = asks.filter(pk=ask_id).first()
    if ask is None:
        raise NotYours
    if ask.ended_at is not None:
        raise Over
    return ask


def _waiting(ask_id: UUID, at: datetime) -> Ask:
    """Neither over nor put back from yesterday. Raises NotYours, Over, Altered."""
    ask = _unended(ask_id)
    if ask.ends_at <= at or any(k and k.retired_at for k in (ask.by_keys, ask.for_keys)):
        raise Over
    if logbook.newest_hashes([ask.id], kind=KIND).get(ask.id) != _hash_of(ask):
        raise Altered
    circles.check_whole(ask.circle)
    return ask


def _check_member(keyring: Keyring, circle: Circle) -> None:
    """She belongs to it. Raises NotYours, Altered."""
    circles.check_whole(circle)
    _check_member_still(circle, keyring.row)


def _check_member_still(circle: Circle, keys: UUID) -> None:
    if keys not in {one.keys_id for one in circles.joined(circle)}:
        raise NotYours


def _key_by_two(keyring: Keyring, ask: Ask) -> Key:
    """The key that neither has alone. Raises NotByTwo, Over, NotConfirmed, Altered."""
    other = ask.agreed_keys
    if other is None or ask.sealed_half is None or other.member == keyring.member:
        raise NotByTwo
    if other.retired_at is not None:
        raise Over
    identity = trusted_identity(keyring, other)
    _check_member_still(ask.circle, other.id)
    try:
        signing.check(
            bytes(ask.signature or b""),
            b"agreed",
            by=identity.verifying,
            context=_at(ask, "agreed"),
        )
        theirs = keyring.bundle.pair.unseal(
            Sealed(bytes(ask.sealed_half)), context=_at(ask, "half")
        )
    except CannotOpen:
        raise Altered from None
    return pairs.joined(circles.my_half(keyring, ask.circle_id, other.id), theirs)


def _open_now(
    keyring: Keyring, ask: Ask, _key: Key, pair: KeyPair, by: Actor, at: datetime
) -> None:
    """One record, until the hour that was agreed; her reason is written in it, and signed."""
    record = Record.objects.select_for_update().get(pk=ask.records.get().pk)
    one, kept = _opened(ask, pair, record)
    reason = Part(record=record, name=f"reason {ask.id.hex}", version=1)
    contents.seal_part(keyring, one, reason, Words(_reason(keyring, ask).encode()))
    reason.save(force_insert=True)
    [keys] = present_keys([keyring.member])
    grant = contents.grant_to(keyring, one, keys, trusted_identity(keyring, keys), at)
    grant.ends_at = ask.ends_at
    Grant.objects.filter(record=record, member=keyring.member).delete()
    grant.save(force_insert=True)
    audit.record(
        verb="emergency access opened",
        kind=record.kind,
        record_id=record.id,
        action=Action.EXECUTE,
        sensitivity=record.compartment,
        purpose="emergency",
        details=contents.state_of(record, [*kept, reason]),
        by=by,
        at=at,
    )


def _give_back(
    keyring: Keyring, ask: Ask, _key: Key, pair: KeyPair, by: Actor, at: datetime
) -> None:
    ids = list(ask.records.values_list("id", flat=True))
    records = list(Record.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    _check_orphaned(ids)
    keys, identity = _who_gets(keyring, ask)
    known = [_opened(ask, pair, record)[0] for record in records]
    contents.give_instead(keyring, known, keys, identity, at)
    audit.record(
        verb="access given back",
        kind="vault member",
        record_id=ask.member,
        objects=ids,
        action=Action.EXECUTE,
        by=by,
        at=at,
    )


def _add(keyring: Keyring, ask: Ask, key: Key, _pair: KeyPair, by: Actor, at: datetime) -> None:
    new = _who_gets(keyring, ask)
    circles.forget_member(ask.circle, ask.member)
    CircleMember.objects.create(circle=ask.circle, member=ask.member, keys=new[0])
    Half.objects.bulk_create(
        half
        for one in circles.present_members(ask.circle, but=ask.member)
        for half in circles.halves_of(
            ask.circle_id, key, (one.keys, trusted_identity(keyring, one.keys)), new
        )
    )
    circles.note("circle grew", ask.circle, objects=[ask.member], by=by, at=at)


def _keep_spares(
    _keyring: Keyring, ask: Ask, _key: Key, _pair: KeyPair, by: Actor, at: datetime
) -> None:
    circle = circles.locked(ask.circle_id)
    circle.keeps_spares = True
    circle.save(update_fields=["keeps_spares"])
    circles.note("circle keeps spare keys", circle, by=by, at=at)


def _hand_over(
    keyring: Keyring, ask: Ask, _key: Key, pair: KeyPair, by: Actor, at: datetime
) -> None:
    if ask.agreed_at is None or at < ask.agreed_at + SPARE_WAITS:
        raise TooEarly
    to = _who_gets(keyring, ask)
    for spare in spare_keys.waiting_for(ask.member, ask.circle):
        spare_keys.hand_over(spare, pair, *to, by=by, at=at)


_DOING = {
    Purpose.EMERGENCY: _open_now,
    Purpose.GIVE_BACK: _give_back,
    Purpose.ADD: _add,
    Purpose.KEEP_SPARES: _keep_spares,
    Purpose.SPARE_KEY: _hand_over,
}


def _lasts(ask: Ask) -> timedelta:
    """From the second yes on."""
    lasts = {Purpose.EMERGENCY: timedelta(hours=ask.hours), Purpose.SPARE_KEY: SPARE_LASTS}
    return lasts.get(Purpose(ask.purpose), ASK_LASTS)


def _who_gets(keyring: Keyring, ask: Ask) -> tuple[MemberKeys, Identity]:
    """The keys that both have compared. Raises Over when she has others since, NotConfirmed."""
    if ask.for_keys is None:
        raise Over
    return ask.for_keys, trusted_identity(keyring, ask.for_keys)


def _opened(ask: Ask, pair: KeyPair, record: Record) -> tuple[Held, list[Part]]:
    """A record whose every part opens and is what the logbook knows. Raises NoGrant, Altered."""
    one = circles.opened_by_circle(ask.circle, pair, record)
    parts = contents.parts_of([record.id])
    if contents.check_unchanged([record], opened=parts):
        raise Altered
    kept = parts.get(record.id, [])
    for part in kept:
        contents.inside_of(one, part)
    return one, kept


def _end(ask: Ask, verb: str, *, by: Actor, at: datetime) -> None:
    if ask.purpose == Purpose.EMERGENCY:
        opened = Grant.objects.filter(
            record__in=ask.records.all(), member=ask.member, ends_at__isnull=False
        )
        ids = list(opened.values_list("record", flat=True))
        opened.delete()
        Record.objects.filter(pk__in=ids).update(stale=True)
    ask.sealed_half, ask.ended_at = None, at
    ask.save(update_fields=["sealed_half", "ended_at"])
    AskReader.objects.filter(ask=ask).delete()
    _note(verb, ask, by=by, at=at)


def _check_orphaned(ids: Sequence[UUID]) -> None:
    """What somebody can still read, she gives herself. Raises LastHolder."""
    read = Grant.objects.filter(record__in=ids, ends_at=None, keys__retired_at=None)
    if read.filter(epoch=F("record__epoch")).exists():
        raise LastHolder


def _lasting_of(member: UUID) -> Q:
    return Q(member=member, ends_at=None, keys__retired_at=None, epoch=F("record__epoch"))


def _readers(ask: Ask) -> list[UUID]:
    """Who can read these records for good, and is none of the two; of a spare key, everybody."""
    lasting = Grant.objects.filter(ends_at=None, keys__retired_at=None)
    told: set[UUID] = set()
    if ask.purpose == Purpose.SPARE_KEY:
        lasting = lasting.filter(record__in=spare_keys.records_of(ask.member, ask.circle))
        told = {ask.member, *(one.member for one in circles.joined(ask.circle))}
    else:
        lasting = lasting.filter(record__in=ask.records.all())
    told |= set(lasting.values_list("member", flat=True))
    two = MemberKeys.objects.filter(pk__in=[ask.by_keys_id, ask.agreed_keys_id])
    return sorted(told - set(two.values_list("member", flat=True)))


def _at(ask: Ask, part: str) -> Context:
    """Bound to all that was asked and agreed: not a record, a person or an hour can be changed."""
    return place(f"ask {part}", ask.id, 1, 1, _bound(ask).hex())


def _reason_at(ask: Ask, keys: str = "") -> Context:
    return place("reason", ask.id, 1, 1, keys)


def _bound(ask: Ask) -> bytes:
    records = sorted(ask.records.values_list("id", flat=True))
    said = [
        ask.circle_id.bytes,
        ask.purpose.encode(),
        ask.by_keys_id.bytes,
        ask.agreed_keys_id.bytes if ask.agreed_keys_id else b"",
        ask.member.bytes,
        Identity.read(bytes(ask.for_keys.identity)).fingerprint if ask.for_keys else b"",
        ask.hours.to_bytes(2, "big"),
        sha256(bytes(ask.sealed_reason)).digest(),
        _moment(ask.asked_at),
        _moment(ask.ends_at),
        *(one.bytes for one in records),
    ]
    return sha256(b"".join(len(one).to_bytes(4, "big") + one for one in said)).digest()


def _moment(at: datetime | None) -> bytes:
    return at.astimezone(UTC).isoformat().encode() if at else b""


def _hash_of(ask: Ask) -> bytes:
    said = (_bound(ask), _moment(ask.agreed_at), _moment(ask.done_at), _moment(ask.ended_at))
    return sha256(b"samen.vault.ask.v1" + b"".join(sha256(one).digest() for one in said)).digest()


def _note(verb: str, ask: Ask, *, by: Actor, at: datetime) -> None:
    audit.record(
        verb=verb,
        kind=KIND,
        record_id=ask.id,
        objects=list(ask.records.values_list("id", flat=True)),
        action=Action.EXECUTE,
        purpose="emergency" if ask.purpose == Purpose.EMERGENCY else "",
        details=_hash_of(ask),
        by=by,
        at=at,
    )
