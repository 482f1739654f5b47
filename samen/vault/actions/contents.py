"""Content keys and the parts they open. Nothing here is a verb: no line is written, so no other
room may call it. The verbs beside it do, each with its line.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, prefetch_related_objects

from samen.audit import queries as logbook
from samen.vault.actions.ground import place, shred_of
from samen.vault.actions.members import trusted_identity
from samen.vault.actions.rows import update_rows
from samen.vault.engine import envelope, hybrid, signing
from samen.vault.engine.bundle import Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key, Opened, Sealed, Words, kept_apart
from samen.vault.engine.signing import SIGNATURE
from samen.vault.models import Grant, MemberKeys, Part, Record
from samen.vault.rules import Altered, NoGrant, NotConfirmed, VaultRefuses

_AUTHOR = 16
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One part of a record, open: its words, who wrote them, and which version they are."""

    words: Words
    author: UUID
    version: int


class Told(NamedTuple):
    """What is said of a part that is not looked into: enough for the state of its record."""

    name: str
    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A record somebody may open, with its grant and, once asked for, its key."""

    record: Record
    grant: Grant
    key: Key


def held(
    keyring: Keyring,
    ids: Sequence[UUID],
    *,
    at: datetime,
    lock: bool = False,
    shut: dict[UUID, VaultRefuses] | None = None,
) -> list[Held]:
    """Her records among these, in their order. Raises NoGrant for one that is not hers.

    The first use of a grant moves its key into her own ring. With `shut`, a grant that does not
    open is noted there, and the others go on.
    """
    found = _grants(keyring, ids, at=at, lock=lock)
    if len(found) != len(set(ids)):
        raise NoGrant
    known = []
    for grant in (found[one] for one in ids):
        try:
            known.append(Held(grant.record, grant, _key_of(keyring, grant)))
        except (Altered, NotConfirmed) as refused:
            if shut is None:
                raise
            shut[grant.record_id] = refused
    _keep_in_ring(keyring, known)
    return known


def check_unchanged(
    records: Iterable[Record], *, opened: Mapping[UUID, Sequence[Part | Told]]
) -> set[UUID]:
    """Ids of records that are not as the logbook knows them: changed, cut, or of yesterday."""
    by_kind: dict[str, list[Record]] = {}
    for record in records:
        by_kind.setdefault(record.kind, []).append(record)
    known: dict[UUID, bytes] = {}
    for kind, some in by_kind.items():
        known |= logbook.newest_hashes([record.id for record in some], kind=kind)
    return {
        record.id
        for some in by_kind.values()
        for record in some
        if not hmac.compare_digest(
            known.get(record.id, b""), state_of(record, opened.get(record.id, ()))
        )
    }


def state_of(record: Record, parts: Iterable[Part | Told]) -> bytes:
    """One hash of everything a record consists of: its epoch, and each part in its version."""
    said = [record.id.bytes, record.epoch.to_bytes(8, "big"), record.compartment.encode()]
    for part in sorted(parts, key=lambda part: part.name):
        said += [part.name.encode(), part.version.to_bytes(8, "big"), _digest(part)]
    joined = b"".join(len(one).to_bytes(4, "big") + one for one in said)
    return sha256(b"samen.vault.state.v1" + joined).digest()


def parts_of(ids: Sequence[UUID], *, name: str | None = None) -> dict[UUID, list[Part]]:
    """All parts of these records, or the one of this name."""
    found: dict[UUID, list[Part]] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        some = Part.objects.filter(record__in=ids[start : start + _AT_A_TIME])
        for part in some if name is None else some.filter(name=name):
            found.setdefault(part.record_id, []).append(part)
    return found


def told_of(ids: Sequence[UUID], *, but: str) -> dict[UUID, list[Told]]:
    """What is said of the other parts, without reading them."""
    found: dict[UUID, list[Told]] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        some = Part.objects.filter(record__in=ids[start : start + _AT_A_TIME]).exclude(name=but)
        for row in some.values_list("record", "name", "version", "digest"):
            found.setdefault(row[0], []).append(Told(row[1], row[2], bytes(row[3])))
    return found


def where(record: Record, part: Part) -> Context:
    return place(
        f"{record.kind} {record.compartment}", record.id, record.epoch, part.version, part.name
    )


def seal_part(keyring: Keyring, one: Held, part: Part, words: Words) -> None:
    """Signed by its author inside the envelope, so that nobody sees from outside who wrote it."""
    here = where(one.record, part)
    signature = keyring.bundle.signer.sign(words, context=_signed_at(one.record, part))
    inside = signature + keyring.row.bytes + words
    reseal_part(one.key, one.record, part, inside, here)


def reseal_part(key: Key, record: Record, part: Part, inside: bytes, here: Context) -> None:
    sealed = envelope.seal(inside, key=key, shred=shred_of(record.id), context=here)
    part.sealed, part.digest = sealed.raw, sha256(sealed.raw).digest()


def inside_of(one: Held, part: Part) -> bytes:
    """Signature, author and words. Raises Altered."""
    if _digest(part) != bytes(part.digest):
        raise Altered
    try:
        opened: Opened = envelope.unseal(
            Sealed(bytes(part.sealed)),
            key=one.key,
            shred=shred_of(one.record.id),
            context=where(one.record, part),
        )
    except CannotOpen:
        raise Altered from None
    return opened.words


def page_of(one: Held, part: Part, author_of: Callable[[UUID], MemberKeys | None]) -> Page:
    """Raises Altered, also when it was not its author who signed it."""
    inside = inside_of(one, part)
    signature, words = inside[:SIGNATURE], inside[SIGNATURE + _AUTHOR :]
    author = author_of(UUID(bytes=inside[SIGNATURE : SIGNATURE + _AUTHOR]))
    if author is None:
        raise Altered
    try:
        signing.check(
            signature,
            words,
            by=Identity.read(bytes(author.identity)).verifying,
            context=_signed_at(one.record, part),
        )
    except CannotOpen:
        raise Altered from None
    return Page(Words(words), author.member, part.version)


def words_of(one: Held, part: Part) -> Words:
    """The words without a look at the signature: for lists. Raises Altered."""
    return without_author(inside_of(one, part))


def without_author(inside: bytes) -> Words:
    return Words(inside[SIGNATURE + _AUTHOR :])


def grant_to(
    keyring: Keyring, one: Held, keys: MemberKeys, identity: Identity, at: datetime
) -> Grant:
    """A grant that is not kept yet: sealed to her, signed by the granter."""
    here = _granted_at(one.record, keys)
    return Grant(
        record=one.record,
        epoch=one.record.epoch,
        member=keys.member,
        keys=keys,
        granter_keys_id=keyring.row,
        sealed=hybrid.seal(one.key, to=identity.public, context=here).raw,
        signature=keyring.bundle.signer.sign(_granted(one.key, identity), context=here),
        made_at=at,
    )


def give_instead(
    keyring: Keyring, known: Sequence[Held], keys: MemberKeys, identity: Identity, at: datetime
) -> None:
    """To her keys of now, in the place of whatever she had of these records."""
    ids = [one.record.id for one in known]
    Grant.objects.filter(record__in=ids, member=keys.member).delete()
    fresh = [grant_to(keyring, one, keys, identity, at) for one in known]
    Grant.objects.bulk_create(fresh, batch_size=100)


def holder_identity(keyring: Keyring, one: Held, grant: Grant) -> Identity:
    """The keys of somebody who holds this record already.

    Confirmed by herself, or by the signature of whom she confirmed. Raises NotConfirmed.
    """
    try:
        return trusted_identity(keyring, grant.keys)
    except NotConfirmed:
        identity = Identity.read(bytes(grant.keys.identity))
        _check_granter(keyring, grant, one.key, identity)
        return identity


def _digest(part: Part | Told) -> bytes:
    """Of what is there, when it is there; else what is said of it."""
    return part.digest if isinstance(part, Told) else sha256(bytes(part.sealed)).digest()


def _grants(
    keyring: Keyring, ids: Sequence[UUID], *, at: datetime, lock: bool
) -> dict[UUID, Grant]:
    found: dict[UUID, Grant] = {}
    wanted = list(dict.fromkeys(ids))
    lasting = Q(ends_at=None) | Q(ends_at__gt=at)
    for start in range(0, len(wanted), _AT_A_TIME):
        some = wanted[start : start + _AT_A_TIME]
        if lock:
            list(Record.objects.select_for_update().filter(pk__in=some).order_by("pk"))
        grants = Grant.objects.select_related("record").filter(
            lasting, record__in=some, member=keyring.member, keys=keyring.row
        )
        # Who gave it is looked at once, before the first use.
        fresh = [grant for grant in grants if not grant.in_ring]
        prefetch_related_objects(fresh, "granter_keys")
        found |= {grant.record_id: grant for grant in grants if grant.epoch == grant.record.epoch}
    return found


def _key_of(keyring: Keyring, grant: Grant) -> Key:
    """Raises Altered, NotConfirmed."""
    here = place("grant", grant.record_id, grant.epoch, 1, f"{grant.record.kind} {keyring.row}")
    try:
        if grant.in_ring:
            ring = keyring.bundle.ring
            return envelope.unwrap(Sealed(bytes(grant.sealed)), under=ring, context=here)
        key = keyring.bundle.pair.unseal(Sealed(bytes(grant.sealed)), context=here)
    except CannotOpen:
        raise Altered from None
    _check_granter(keyring, grant, key, keyring.bundle.identity)
    return key


def _check_granter(keyring: Keyring, grant: Grant, key: Key, identity: Identity) -> None:
    granter = trusted_identity(keyring, grant.granter_keys)
    here = place("grant", grant.record_id, grant.epoch, 1, f"{grant.record.kind} {grant.keys_id}")
    try:
        signing.check(
            bytes(grant.signature), _granted(key, identity), by=granter.verifying, context=here
        )
    except CannotOpen:
        raise Altered from None


def _keep_in_ring(keyring: Keyring, known: Iterable[Held]) -> None:
    fresh = [one for one in known if not one.grant.in_ring]
    for one in fresh:
        one.grant.sealed = envelope.wrap(
            one.key,
            under=keyring.bundle.ring,
            context=place(
                "grant", one.record.id, one.record.epoch, 1, f"{one.record.kind} {keyring.row}"
            ),
        ).raw
        one.grant.in_ring = True
    update_rows([one.grant for one in fresh], ["sealed", "in_ring"])


def _granted_at(record: Record, keys: MemberKeys) -> Context:
    return place("grant", record.id, record.epoch, 1, f"{record.kind} {keys.id}")


def _granted(key: Key, identity: Identity) -> bytes:
    """What a granter signs: this key (known by another one made from it), for these keys."""
    return kept_apart(key, "granted").reveal() + identity.fingerprint


def _signed_at(record: Record, part: Part) -> Context:
    """Without the epoch: a text that is sealed anew when somebody leaves keeps its signature."""
    return place(f"{record.kind} {record.compartment}", record.id, 0, part.version, part.name)
