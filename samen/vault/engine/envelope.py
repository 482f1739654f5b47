"""Seal words under a key, for one place and one moment.

    suite 1 | key id 8 | salt 32 | nonce 12 | commitment 32 | AES-256-GCM of the padded words

The place (Context) is in the derivation of the key and in the authenticated data: a text that was
moved, renumbered or brought back from yesterday does not open.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_bytes
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from samen.vault.engine import padding
from samen.vault.engine.keys import KEY, SALT, CannotOpen, Key, Opened, Sealed, derive, key_id

NONCE = 12
_ID = 8
HEAD = 1 + _ID + SALT + NONCE + KEY


@dataclass(frozen=True, slots=True)
class Context:
    """Where a sealed text belongs, and which of its versions it is."""

    installation: UUID
    kind: str
    object_id: UUID
    epoch: int
    version: int
    part: str = ""

    def encoded(self, suite: int) -> bytes:
        fields = (
            self.installation.bytes,
            self.kind.encode(),
            self.object_id.bytes,
            self.epoch.to_bytes(8, "big"),
            self.version.to_bytes(8, "big"),
            self.part.encode(),
            bytes([suite]),
        )
        return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


class Suite(Protocol):
    def lock(self, key: bytes, nonce: bytes, words: bytes, about: bytes) -> bytes: ...

    def unlock(self, key: bytes, nonce: bytes, locked: bytes, about: bytes) -> bytes:
        """Raises InvalidTag."""


class Aes256Gcm:
    def lock(self, key: bytes, nonce: bytes, words: bytes, about: bytes) -> bytes:
        return AESGCM(key).encrypt(nonce, words, about)

    def unlock(self, key: bytes, nonce: bytes, locked: bytes, about: bytes) -> bytes:
        return AESGCM(key).decrypt(nonce, locked, about)


# What may be opened, and what is sealed with. A list in code, never in a setting or a row.
SUITES: Mapping[int, Suite] = MappingProxyType({1: Aes256Gcm()})
NEWEST = 1


def seal(words: bytes, *, key: Key, shred: bytes, context: Context) -> Sealed:
    salt, nonce, number = token_bytes(SALT), token_bytes(NONCE), key_id(key)
    about = context.encoded(NEWEST)
    locking, commitment = derive(key, salt=salt, shred=shred, about=about)
    head = bytes([NEWEST]) + number + salt + nonce + commitment
    locked = SUITES[NEWEST].lock(locking, nonce, padding.pad(words), about + head)
    return Sealed(head + locked)


def unseal(sealed: Sealed, *, key: Key, shred: bytes, context: Context) -> Opened:
    """Raises CannotOpen."""
    raw = sealed.raw
    suite = SUITES.get(raw[0]) if len(raw) > HEAD else None
    if suite is None or not hmac.compare_digest(raw[1 : 1 + _ID], key_id(key)):
        raise CannotOpen
    head, locked = raw[:HEAD], raw[HEAD:]
    salt, rest = head[1 + _ID : 1 + _ID + SALT], head[1 + _ID + SALT :]
    about = context.encoded(raw[0])
    locking, commitment = derive(key, salt=salt, shred=shred, about=about)
    if not hmac.compare_digest(commitment, rest[NONCE:]):
        raise CannotOpen
    try:
        padded = suite.unlock(locking, rest[:NONCE], locked, about + head)
    except InvalidTag:
        raise CannotOpen from None
    return Opened(padding.unpad(padded))


def wrap(key: Key, *, under: Key, context: Context) -> Sealed:
    """A key under another one, in 61 bytes: what a member has used once lies so in her ring."""
    nonce, about = token_bytes(NONCE), context.encoded(NEWEST)
    locked = SUITES[NEWEST].lock(under.reveal(), nonce, key.reveal(), about)
    return Sealed(bytes([NEWEST]) + nonce + locked)


def unwrap(sealed: Sealed, *, under: Key, context: Context) -> Key:
    """Raises CannotOpen."""
    raw = sealed.raw
    suite = SUITES.get(raw[0]) if raw else None
    if suite is None:
        raise CannotOpen
    about = context.encoded(raw[0])
    try:
        return Key(suite.unlock(under.reveal(), raw[1 : 1 + NONCE], raw[1 + NONCE :], about))
    except (InvalidTag, ValueError):
        raise CannotOpen from None
