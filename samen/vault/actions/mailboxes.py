"""Conversations with somebody who keeps nothing but a receipt of twenty digits."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.audit.actions import Action, LifeCycle
from samen.foundation.actor import Actor, ActorKind
from samen.vault.actions.ground import check_owner, keep_salts, place, shred_of, store
from samen.vault.actions.intakes import pair_of, present_intake, public_of
from samen.vault.actions.members import HalfOpen
from samen.vault.actions.noting import T, naming, noted
from samen.vault.actions.sweeping import mark_erased
from samen.vault.engine import codes, envelope, hybrid, signing, stretching
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.hybrid import KeyPair, PublicKey
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed, Words
from samen.vault.engine.signing import SIGNATURE
from samen.vault.models import Letter, Mailbox, MemberKeys, ReceiptSession
from samen.vault.rules import RECEIPT_LASTS, Altered, Locked, NoGrant, check_amount

_FORM, _AUTHOR = 1, 16  # of an answer; a later form gets the next number
_KIND, _SENSITIVITY = "mailbox", "conversation"


@dataclass(frozen=True, slots=True, repr=False)
class NewMailbox:
    """The receipt is shown once, and is kept nowhere."""

    id: UUID
    receipt: str


@dataclass(frozen=True, slots=True, repr=False)
class OpenLetter:
    number: int
    side: str  # "visitor" or "desk"
    words: Words
    author: UUID | None = None  # who of the desk wrote and signed it; of a visitor nothing is known


def open_mailbox(*, owner: UUID, words: Words, by: Actor, at: datetime) -> NewMailbox:
    """A visitor writes for the first time.

    Raises Gone when the desk has no key yet, Altered when somebody put another in its place.
    """
    with naming([owner], verb="writing", by=by, at=at), transaction.atomic():
        return _opened(owner, words, by, at)


def _opened(owner: UUID, words: Words, by: Actor, at: datetime) -> NewMailbox:
    intake = present_intake(owner)
    pair, key, receipt, number = KeyPair.new(), Key.new(), codes.new_receipt(), uuid4()
    keep_salts([number])
    locator, opens = _halves(receipt)
    mailbox = Mailbox(
        id=number,
        intake=intake,
        public=pair.public.raw,
        sealed_pair=envelope.seal(
            pair.reveal(), key=key, shred=shred_of(number), context=_at(number, "pair")
        ).raw,
        for_intake=hybrid.seal(key, to=public_of(intake), context=_at(number, str(intake.id))).raw,
        for_receipt=envelope.wrap(key, under=opens, context=_at(number, "receipt")).raw,
        locator=locator,
        made_on=at.date(),
    )
    mailbox.save(force_insert=True)
    _add(mailbox, "visitor", lambda _here: words)
    _note("mailbox opened", mailbox, action=Action.CREATE, by=by, at=at)
    return NewMailbox(number, receipt)


@transaction.atomic
def find_mailbox(*, receipt: str, at: datetime) -> HalfOpen:
    """Who types a receipt: her mailbox, open for a quarter of an hour.

    A receipt that opens nothing costs the same. Raises codes.NotACode, NoGrant.
    """
    locator, opens = _halves(codes.read_receipt(receipt))
    mailbox = Mailbox.objects.filter(locator=locator).first()
    found = mailbox or _no_mailbox(opens)
    try:
        key = envelope.unwrap(
            Sealed(bytes(found.for_receipt)), under=opens, context=_at(found.id, "receipt")
        )
    except CannotOpen:
        raise NoGrant from None
    half, session = Key.new(), uuid4()
    wrapped = envelope.wrap(key, under=half, context=_at(found.id, str(session))).raw
    if mailbox is None:
        raise NoGrant
    ReceiptSession.objects.create(
        id=session, mailbox=mailbox, sealed_key=wrapped, ends_at=at + RECEIPT_LASTS
    )
    return HalfOpen(session, urlsafe_b64encode(half.reveal()).decode())


def read_by_receipt(*, session: UUID, half: str, at: datetime) -> list[OpenLetter]:
    """Her own conversation: counted, with the day and nothing about her.

    Raises Locked, Gone, Altered.
    """

    def read() -> list[OpenLetter]:
        mailbox, key = _by_receipt(session, half, at)
        by = Actor(ActorKind.RECEIPT, mailbox.id)
        _note_reading(mailbox.id, by=by, at=at)
        return _letters(mailbox, _pair(mailbox, key))

    return _noted_of(session, read, verb="reading", at=at)


def write_by_receipt(*, session: UUID, half: str, words: Words, at: datetime) -> None:
    """Raises Locked, Gone, Altered."""

    def write() -> None:
        mailbox, _key = _by_receipt(session, half, at)
        _check_whole(mailbox)
        _add(mailbox, "visitor", lambda _here: words)
        _note("letter written", mailbox, by=Actor(ActorKind.RECEIPT, mailbox.id), at=at)

    _noted_of(session, write, verb="writing", at=at)


def change_receipt(*, session: UUID, half: str, at: datetime) -> str:
    """A new receipt, when somebody may have seen the old one, which stops working at once.

    Raises Locked, Altered.
    """

    def change() -> str:
        mailbox, key = _by_receipt(session, half, at)
        _check_whole(mailbox)  # before the logbook is told that this is how it should be
        receipt = codes.new_receipt()
        mailbox.locator, opens = _halves(receipt)
        here = _at(mailbox.id, "receipt")
        mailbox.for_receipt = envelope.wrap(key, under=opens, context=here).raw
        mailbox.receipts += 1
        mailbox.save(update_fields=["locator", "for_receipt", "receipts"])
        ReceiptSession.objects.filter(mailbox=mailbox).exclude(pk=session).delete()
        mark_erased()  # what the old receipt opens
        _note("receipt changed", mailbox, by=Actor(ActorKind.RECEIPT, mailbox.id), at=at)
        return receipt

    return _noted_of(session, change, verb="writing", at=at)


def leave_mailbox(*, session: UUID) -> None:
    """Leave at once: the half in the browser opens nothing any more."""
    ReceiptSession.objects.filter(pk=session).delete()


def read_at_desk(
    *,
    keyring: Keyring,
    mailbox_id: UUID,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> list[OpenLetter]:
    """A holder of the desk's key reads. Raises NotYours, NoGrant, Gone, Altered."""

    def read() -> list[OpenLetter]:
        check_owner(keyring, by)
        _note_reading(mailbox_id, purpose=purpose, role=role, by=by, at=at)
        mailbox, pair = _at_desk(keyring, mailbox_id, at)
        return _letters(mailbox, pair)

    return noted(read, verb="reading", objects=[mailbox_id], by=by, at=at)


def write_at_desk(
    *, keyring: Keyring, mailbox_id: UUID, words: Words, by: Actor, at: datetime
) -> None:
    """The desk answers. Raises NotYours, NoGrant, Gone, Altered."""

    def write() -> None:
        check_owner(keyring, by)
        mailbox, _pair_of_it = _at_desk(keyring, mailbox_id, at)
        _check_whole(mailbox)
        _add(mailbox, "desk", partial(_signed, keyring, words))
        _note("letter written", mailbox, by=by, at=at)

    noted(write, verb="writing", objects=[mailbox_id], by=by, at=at)


def erase_mailboxes(*, mailbox_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Shred for good: the salts first, then the rows."""
    check_amount(len(mailbox_ids))
    store().erase(mailbox_ids)
    with transaction.atomic():
        mark_erased()
        done = Mailbox.objects.filter(pk__in=mailbox_ids).delete()[1].get("vault.Mailbox", 0)
        audit.record(
            verb="mailboxes erased",
            kind=_KIND,
            objects=mailbox_ids,
            action=Action.DELETE,
            life_cycle=LifeCycle.ERASURE,
            by=by,
            at=at,
        )
    return done


def _noted_of(session: UUID, act: Callable[[], T], *, verb: str, at: datetime) -> T:
    """What is refused is noted with the conversation it was about."""
    of = ReceiptSession.objects.filter(pk=session).values_list("mailbox_id", flat=True)
    by = Actor(ActorKind.VISITOR, session)
    return noted(act, verb=verb, objects=list(of), by=by, at=at)


def _halves(receipt: str) -> tuple[bytes, Key]:
    salts = store()
    return stretching.receipt_halves(receipt, pepper=salts.pepper, salt=salts.installation.bytes)


def _at(mailbox: UUID, part: str, version: int = 1) -> Context:
    return place(_KIND, mailbox, 1, version, part)


def _no_mailbox(opens: Key) -> Mailbox:
    """What is opened when there is nothing, so that a miss takes as long as a hit."""
    number = uuid4()
    wrapped = envelope.wrap(Key.new(), under=opens, context=_at(number, "receipt"))
    return Mailbox(id=number, for_receipt=wrapped.raw)


def _by_receipt(session: UUID, half: str, at: datetime) -> tuple[Mailbox, Key]:
    rows = ReceiptSession.objects.select_related("mailbox")
    row = rows.filter(pk=session, ends_at__gt=at).first()
    if row is None:
        raise Locked
    try:
        key = envelope.unwrap(
            Sealed(bytes(row.sealed_key)),
            under=Key(urlsafe_b64decode(half)),
            context=_at(row.mailbox_id, str(session)),
        )
    except (CannotOpen, ValueError):
        raise Locked from None
    return row.mailbox, key


def _at_desk(keyring: Keyring, mailbox_id: UUID, at: datetime) -> tuple[Mailbox, KeyPair]:
    mailbox = Mailbox.objects.select_related("intake").filter(pk=mailbox_id).first()
    if mailbox is None:
        raise NoGrant
    desk = pair_of(keyring, mailbox.intake, at=at)
    try:
        key = desk.unseal(
            Sealed(bytes(mailbox.for_intake)), context=_at(mailbox.id, str(mailbox.intake_id))
        )
    except CannotOpen:
        raise Altered from None
    return mailbox, _pair(mailbox, key)


def _pair(mailbox: Mailbox, key: Key) -> KeyPair:
    try:
        opened = envelope.unseal(
            Sealed(bytes(mailbox.sealed_pair)),
            key=key,
            shred=shred_of(mailbox.id),
            context=_at(mailbox.id, "pair"),
        )
        pair = KeyPair(opened.words)
    except CannotOpen:
        raise Altered from None
    if pair.public.raw != bytes(mailbox.public):
        raise Altered
    return pair


def _add(mailbox: Mailbox, side: str, inside: Callable[[Context], bytes]) -> None:
    """Sealed to the mailbox: whoever writes needs no secret, and cannot read it again."""
    key, number = Key.new(), Letter.objects.filter(mailbox=mailbox).count() + 1
    here = _at(mailbox.id, side, number)
    Letter.objects.create(
        mailbox=mailbox,
        number=number,
        side=side,
        sealed_key=hybrid.seal(key, to=PublicKey(bytes(mailbox.public)), context=here).raw,
        sealed=envelope.seal(inside(here), key=key, shred=shred_of(mailbox.id), context=here).raw,
    )


def _signed(keyring: Keyring, words: Words, here: Context) -> bytes:
    """form 1 | signature 64 | author 16 | words: who answered is known inside, and only there."""
    author = keyring.row.bytes
    signature = keyring.bundle.signer.sign(author + words, context=here)
    return bytes([_FORM]) + signature + author + words


def _read(letter: Letter, inside: Words, here: Context) -> OpenLetter:
    """Raises CannotOpen for an answer that its author did not sign, or of a form we do not know."""
    if letter.side == "visitor":
        return OpenLetter(letter.number, letter.side, inside)
    form, signature, said = inside[:1], inside[1 : 1 + SIGNATURE], inside[1 + SIGNATURE :]
    author = MemberKeys.objects.filter(pk=UUID(bytes=said[:_AUTHOR].ljust(_AUTHOR, b"\0"))).first()
    if form != bytes([_FORM]) or author is None:
        raise CannotOpen
    signing.check(signature, said, by=Identity.read(bytes(author.identity)).verifying, context=here)
    return OpenLetter(letter.number, letter.side, Words(said[_AUTHOR:]), author.member)


def _letters(mailbox: Mailbox, pair: KeyPair) -> list[OpenLetter]:
    _check_whole(mailbox)
    found = []
    for letter in Letter.objects.filter(mailbox=mailbox).order_by("number"):
        here = _at(mailbox.id, letter.side, letter.number)
        try:
            key = pair.unseal(Sealed(bytes(letter.sealed_key)), context=here)
            opened = envelope.unseal(
                Sealed(bytes(letter.sealed)), key=key, shred=shred_of(mailbox.id), context=here
            )
            found.append(_read(letter, opened.words, here))
        except CannotOpen:
            raise Altered from None
    return found


def _check_whole(mailbox: Mailbox) -> None:
    """Raises Altered: a letter was left out, put back or changed, or another key put in place."""
    known = logbook.newest_hashes([mailbox.id], kind=_KIND)
    if known.get(mailbox.id) != _hash_of(mailbox):
        raise Altered


def _hash_of(mailbox: Mailbox) -> bytes:
    said = [bytes(mailbox.public), bytes(mailbox.locator), bytes(mailbox.sealed_pair)]
    for letter in Letter.objects.filter(mailbox=mailbox).order_by("number"):
        said += [letter.side.encode(), bytes(letter.sealed_key), bytes(letter.sealed)]
    hashed = b"".join(sha256(one).digest() for one in said)
    return sha256(b"samen.vault.mailbox.v1" + hashed).digest()


def _note_reading(
    mailbox_id: UUID, *, purpose: str = "", role: str = "", by: Actor, at: datetime
) -> None:
    audit.record(
        verb="mailbox read",
        kind=_KIND,
        record_id=mailbox_id,
        action=Action.READ,
        life_cycle=LifeCycle.ACCESS,
        sensitivity=_SENSITIVITY,
        purpose=purpose,
        role=role,
        by=by,
        at=at,
    )


def _note(
    verb: str, mailbox: Mailbox, *, action: Action = Action.UPDATE, by: Actor, at: datetime
) -> None:
    audit.record(
        verb=verb,
        kind=_KIND,
        record_id=mailbox.id,
        action=action,
        sensitivity=_SENSITIVITY,
        details=_hash_of(mailbox),
        by=by,
        at=at,
    )
