"""The keys of a colleague: made and opened at sign-in, kept on paper, recognised by others."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max, Q

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.foundation.actor import Actor
from samen.vault import queries
from samen.vault.actions.ground import check_owner, keep_salts, place, shred_of, store
from samen.vault.actions.noting import naming, noted
from samen.vault.actions.sweeping import mark_erased
from samen.vault.engine import codes, envelope, signing, stretching
from samen.vault.engine.bundle import Bundle, Identity
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Sealed, SealedBytes, kept_apart
from samen.vault.models import Confirmation, MemberKeys, UnlockedSession
from samen.vault.rules import DAY_LASTS, IDLE_LASTS, Altered, Locked, NotConfirmed, Over

_KIND = "vault keys"
_A_WHILE = IDLE_LASTS / 15


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """A session that waits for the second factor. `half` goes into the cookie, nowhere else."""

    session: UUID
    half: str


@transaction.atomic
def unlock(*, password_half: bytes, by: Actor, at: datetime) -> HalfOpen:
    """After a right password: open her vault, or make one, split between browser and database.

    `password_half` is the second half of the one Argon2id of the sign-in. It and the root key
    are in memory only as long as this call. The session opens nothing before `begin_session`.
    Raises Locked when the password is a new one and does not open the keys of before: then the
    code on paper does (`recover`), or colleagues give access anew (`begin_again`).
    """
    opening = _opening(password_half)
    keys = MemberKeys.objects.filter(member=by.id, retired_at=None).first()
    if keys is None:
        before = MemberKeys.objects.filter(member=by.id).aggregate(newest=Max("generation"))
        keys, root = _make(by.id, (before["newest"] or 0) + 1, opening, by=by, at=at)
    else:
        root = _root_by_password(keys, opening)
    return _split(keys, root, at)


@transaction.atomic
def begin_session(*, session: UUID, by: Actor, at: datetime) -> None:
    """The second factor was right: from now on the two halves open."""
    found = UnlockedSession.objects.filter(pk=session, keys__member=by.id, live=False)
    if found.update(live=True, seen_at=at):
        audit.record(
            verb="vault unlocked",
            kind=_KIND,
            record_id=by.id,
            action=audit.Action.EXECUTE,
            by=by,
            at=at,
        )


def open_session(*, session: UUID, half: str, by: Actor, at: datetime) -> Keyring:
    """Her open vault, for this request. Raises Locked, Altered."""
    found = UnlockedSession.objects.select_related("keys").filter(
        pk=session,
        live=True,
        keys__member=by.id,
        keys__retired_at=None,
        began_at__gt=at - DAY_LASTS,
        seen_at__gt=at - IDLE_LASTS,
    )
    row = found.first()
    if row is None:
        raise Locked
    try:
        root = envelope.unwrap(
            Sealed(bytes(row.sealed_root)),
            under=Key(urlsafe_b64decode(half)),
            context=place("session", row.id, row.keys.generation, 1),
        )
    except (CannotOpen, ValueError):
        raise Locked from None
    if at - row.seen_at > _A_WHILE:
        UnlockedSession.objects.filter(pk=row.pk).update(seen_at=at)
    with naming([by.id], verb="reading", by=by, at=at):
        return _keyring(row.keys, root)


def end_session(*, session: UUID) -> None:
    """Sign-out: the half in the cookie opens nothing any more."""
    UnlockedSession.objects.filter(pk=session).delete()


def end_sessions_of(*, member: UUID) -> None:
    UnlockedSession.objects.filter(keys__member=member).delete()


def forget_sessions(*, at: datetime) -> int:
    """Sessions that nobody can open any more leave the table."""
    over = Q(seen_at__lte=at - IDLE_LASTS) | Q(began_at__lte=at - DAY_LASTS)
    return UnlockedSession.objects.filter(over).delete()[0]


def change_password(*, keyring: Keyring, password_half: bytes, by: Actor, at: datetime) -> None:
    """The same keys under a new password, and no record. Raises Locked, NotYours, Altered."""
    with naming([by.id], verb="changing keys", by=by, at=at), transaction.atomic():
        check_owner(keyring, by)
        keys = _present(keyring)
        _seal_root(keys, keyring.root, _opening(password_half))
        _note("vault password changed", keys, by=by, at=at)


def make_recovery_code(
    *, keyring: Keyring, instead_of: str | None = None, by: Actor, at: datetime
) -> str:
    """26 letters and digits, shown once, to be printed. The code before stops working.

    `instead_of`: the mark of the code she knows of (`queries.mark_of_code`). Raises Over when it is
    another one by now: a page that is sent twice must not make the paper in her hand worthless.
    Raises NotYours, Locked, Altered.
    """
    with naming([by.id], verb="changing keys", by=by, at=at), transaction.atomic():
        check_owner(keyring, by)
        keys = _present(keyring)
        if instead_of is not None and instead_of != queries.mark_of_code(keyring.member):
            raise Over
        code = codes.new_recovery_code()
        keys.code_salt = token_bytes(16)
        keys.root_by_code = envelope.wrap(
            keyring.root,
            under=stretching.stretch(codes.read_recovery_code(code), salt=keys.code_salt),
            context=place("root by code", keys.id, keys.generation, 1),
        ).raw
        keys.save(update_fields=["root_by_code", "code_salt"])
        _note("recovery code made", keys, by=by, at=at)
        return code


def recover(*, code: str, password_half: bytes, by: Actor, at: datetime) -> HalfOpen:
    """With the code on paper the same keys open under the new password. The code is used up.

    Raises codes.NotACode, Locked, Altered.
    """
    raw = codes.read_recovery_code(code)
    recovered = partial(_recovered, raw, password_half, by, at)
    return noted(recovered, verb="recovery", objects=[by.id], by=by, at=at)


def _recovered(raw: bytes, password_half: bytes, by: Actor, at: datetime) -> HalfOpen:
    keys = MemberKeys.objects.select_for_update().filter(member=by.id, retired_at=None).first()
    if keys is None or keys.root_by_code is None or keys.code_salt is None:
        raise Locked
    _check_whole(keys)  # a code that was used up, or the keys of yesterday, may have been put back
    try:
        root = envelope.unwrap(
            Sealed(bytes(keys.root_by_code)),
            under=stretching.stretch(raw, salt=bytes(keys.code_salt)),
            context=place("root by code", keys.id, keys.generation, 1),
        )
    except CannotOpen:
        raise Locked from None
    _seal_root(keys, root, _opening(password_half))
    MemberKeys.objects.filter(pk=keys.pk).update(root_by_code=None, code_salt=None)
    _note("vault recovered", keys, by=by, at=at)
    return _split(keys, root, at)


@transaction.atomic
def begin_again(*, password_half: bytes, by: Actor, at: datetime) -> HalfOpen:
    """New keys for who has neither password nor paper. What she could read, colleagues give anew.

    The grants of before stay, unreadable, so that they are known (`queries.lost_by`).
    """
    old = MemberKeys.objects.select_for_update().filter(member=by.id, retired_at=None).first()
    if old is None:
        raise Locked
    MemberKeys.objects.filter(pk=old.pk).update(retired_at=at, root_by_code=None, code_salt=None)
    UnlockedSession.objects.filter(keys=old).delete()
    keys, root = _make(by.id, old.generation + 1, _opening(password_half), by=by, at=at)
    return _split(keys, root, at)


def forget_keys(*, member: UUID, by: Actor, at: datetime) -> None:
    """Of who left and has nothing alone: what her password opened is gone, also in old copies.

    What she signed stays believed by her public keys. Comes she back, she gets new ones, which two
    colleagues compare.
    """
    rows = MemberKeys.objects.filter(member=member)
    rows.filter(retired_at=None).update(retired_at=at)
    rows.update(sealed_bundle=b"", root_by_password=b"", root_by_code=None, code_salt=None)
    mark_erased()
    # Not before all of it is kept: else she would lose them and stay.
    transaction.on_commit(forget_salts)
    audit.record(
        verb="vault keys erased",
        kind=_KIND,
        record_id=member,
        action=audit.Action.DELETE,
        life_cycle=audit.LifeCycle.ERASURE,
        by=by,
        at=at,
    )


def forget_salts() -> int:
    """Of keys that were forgotten; after a kill the worker's round does it."""
    forgotten = set(MemberKeys.objects.filter(sealed_bundle=b"").values_list("id", flat=True))
    left = forgotten - set(store().erased()) if forgotten else set()
    if left:
        store().erase(left)
    return len(left)


def pin(keyring: Keyring, member: UUID, words: str, *, by: Actor, at: datetime) -> None:
    """From now on these keys of a colleague, and no others.

    Raises NotConfirmed for other words, Locked, Altered.
    """
    theirs = MemberKeys.objects.filter(member=member, retired_at=None).first()
    identity = Identity.read(bytes(theirs.identity)) if theirs else None
    if theirs is None or identity is None or _said(words) != identity.words:
        raise NotConfirmed([member])
    mine = _present(keyring)
    keyring.bundle.pins[member] = identity.fingerprint
    mine.version += 1
    mine.sealed_bundle = _sealed_bundle(mine, keyring.root, keyring.bundle)
    mine.save(update_fields=["version", "sealed_bundle"])
    signature = keyring.bundle.signer.sign(
        identity.fingerprint, context=place("confirmation", member, theirs.generation, 1)
    )
    Confirmation.objects.update_or_create(
        keys=theirs,
        by_keys=mine,
        defaults={"by": by.id, "signature": signature, "made_at": at},
    )
    _note("colleague key confirmed", mine, objects=(member,), by=by, at=at)


def trusted_identity(keyring: Keyring, keys: MemberKeys) -> Identity:
    """The public keys of a colleague, if she confirmed them. Raises NotConfirmed.

    Keys that took the place of others need a second person who confirmed them too: one who was
    fooled on the telephone is not enough.
    """
    identity = Identity.read(bytes(keys.identity))
    if keys.pk == keyring.row:
        if identity != keyring.bundle.identity:
            raise NotConfirmed([keys.member])
        return identity
    if keyring.bundle.pins.get(keys.member) != identity.fingerprint:
        raise NotConfirmed([keys.member])
    if keys.generation > 1 and not _confirmed_by_another(keyring, keys, identity):
        raise NotConfirmed([keys.member])
    return identity


def _confirmed_by_another(keyring: Keyring, keys: MemberKeys, identity: Identity) -> bool:
    said = Confirmation.objects.select_related("by_keys").filter(
        keys=keys, by_keys__retired_at=None
    )
    here = place("confirmation", keys.member, keys.generation, 1)
    for one in said.exclude(by__in=[keyring.member, keys.member]):
        other = Identity.read(bytes(one.by_keys.identity))
        if keyring.bundle.pins.get(one.by_keys.member) != other.fingerprint:
            continue
        try:
            signing.check(
                bytes(one.signature), identity.fingerprint, by=other.verifying, context=here
            )
        except CannotOpen:
            continue
        return True
    return False


def present_keys(members: Iterable[UUID]) -> list[MemberKeys]:
    """Raises NotConfirmed for colleagues who have no keys yet."""
    wanted = set(members)
    found = list(MemberKeys.objects.filter(member__in=wanted, retired_at=None))
    if missing := wanted - {keys.member for keys in found}:
        raise NotConfirmed(missing)
    return found


def _said(words: str) -> tuple[str, ...]:
    return tuple(words.lower().replace("-", " ").split())


def _opening(password_half: bytes) -> Key:
    return kept_apart(Key(password_half), "password")


def _make(
    member: UUID, generation: int, opening: Key, *, by: Actor, at: datetime
) -> tuple[MemberKeys, Key]:
    bundle, root, row = Bundle.new(), Key.new(), uuid4()
    keep_salts([row])
    keys = MemberKeys(
        id=row,
        member=member,
        generation=generation,
        identity=bundle.identity.raw,
        version=1,
        wraps=0,
        made_at=at,
    )
    keys.sealed_bundle = _sealed_bundle(keys, root, bundle)
    _wrap_root(keys, root, opening)
    keys.save(force_insert=True)
    _note("vault keys made", keys, action=audit.Action.CREATE, by=by, at=at)
    return keys, root


def _sealed_bundle(keys: MemberKeys, root: Key, bundle: Bundle) -> SealedBytes:
    here = place("bundle", keys.id, keys.generation, keys.version)
    return envelope.seal(bundle.to_bytes(), key=root, shred=shred_of(keys.id), context=here).raw


def _wrap_root(keys: MemberKeys, root: Key, opening: Key) -> None:
    keys.wraps += 1
    here = place("root by password", keys.id, keys.generation, keys.wraps)
    keys.root_by_password = envelope.wrap(root, under=opening, context=here).raw


def _seal_root(keys: MemberKeys, root: Key, opening: Key) -> None:
    _wrap_root(keys, root, opening)
    keys.save(update_fields=["wraps", "root_by_password"])


def _root_by_password(keys: MemberKeys, opening: Key) -> Key:
    here = place("root by password", keys.id, keys.generation, keys.wraps)
    try:
        return envelope.unwrap(Sealed(bytes(keys.root_by_password)), under=opening, context=here)
    except CannotOpen:
        raise Locked from None


def _split(keys: MemberKeys, root: Key, at: datetime) -> HalfOpen:
    half, session = Key.new(), uuid4()
    here = place("session", session, keys.generation, 1)
    UnlockedSession.objects.create(
        id=session,
        keys=keys,
        sealed_root=envelope.wrap(root, under=half, context=here).raw,
        began_at=at,
        seen_at=at,
    )
    return HalfOpen(session, urlsafe_b64encode(half.reveal()).decode())


def _keyring(keys: MemberKeys, root: Key) -> Keyring:
    _check_whole(keys)
    return keyring_of_before(keys, root)


def _check_whole(keys: MemberKeys) -> None:
    """Raises Altered when this is not what she sealed last."""
    known = logbook.newest_hashes([keys.member], kind=_KIND)
    if known.get(keys.member) != _hash_of(keys):
        raise Altered


def keyring_of_before(keys: MemberKeys, root: Key) -> Keyring:
    """For keys that others took the place of: the logbook knows the others. Raises Altered."""
    try:
        opened = envelope.unseal(
            Sealed(bytes(keys.sealed_bundle)),
            key=root,
            shred=shred_of(keys.id),
            context=place("bundle", keys.id, keys.generation, keys.version),
        )
        bundle = Bundle.from_bytes(opened.words)
    except CannotOpen:
        raise Altered from None
    if bundle.identity.raw != bytes(keys.identity):
        raise Altered
    return Keyring(
        member=keys.member, row=keys.id, generation=keys.generation, root=root, bundle=bundle
    )


def _present(keyring: Keyring) -> MemberKeys:
    """Her row, locked. Raises Locked when other keys took its place meanwhile, Altered."""
    rows = MemberKeys.objects.select_for_update()
    keys = rows.filter(pk=keyring.row, member=keyring.member, retired_at=None).first()
    if keys is None:
        raise Locked
    _check_whole(keys)  # what is put back while her vault is open does not become hers by a change
    return keys


def _hash_of(keys: MemberKeys) -> bytes:
    """Everything of her row that may not come back from yesterday."""
    counted = f"{keys.id}:{keys.generation}:{keys.version}:{keys.wraps}".encode()
    sealed = (keys.sealed_bundle, keys.root_by_password, keys.root_by_code or b"")
    return sha256(counted + b"".join(sha256(bytes(one)).digest() for one in sealed)).digest()


def _note(
    verb: str,
    keys: MemberKeys,
    *,
    action: audit.Action = audit.Action.UPDATE,
    objects: tuple[UUID, ...] = (),
    by: Actor,
    at: datetime,
) -> None:
    keys = MemberKeys.objects.get(pk=keys.pk)
    audit.record(
        verb=verb,
        kind=_KIND,
        record_id=keys.member,
        objects=objects,
        action=action,
        details=_hash_of(keys),
        by=by,
        at=at,
    )
