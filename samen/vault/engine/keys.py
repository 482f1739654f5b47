"""What is secret, what is sealed and what is open: three types, so that nobody mixes them up."""

import hmac
from dataclasses import dataclass
from secrets import token_bytes
from typing import NewType, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32  # bytes
SALT = 32


class CannotOpen(Exception):
    """Altered, cut off, of another place or another moment, or sealed with another key.

    One error for all of these on purpose: whoever tries learns nothing from the difference.
    """


class Key:
    """32 secret bytes that no log, no repr, no comparison and no pickle shows."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY:
            message = "A key has 32 bytes."
            raise ValueError(message)
        self._raw = raw

    @classmethod
    def new(cls) -> "Key":
        return cls(token_bytes(KEY))

    def reveal(self) -> bytes:
        """For the modules of this engine only."""
        return self._raw

    def __repr__(self) -> str:
        return "<key>"

    def __reduce__(self) -> NoReturn:
        message = "A key stays in the memory of one process."
        raise TypeError(message)


# Both are bytes when it runs. The type check keeps them apart: a column takes no words, and a verb
# that seals takes nothing that was sealed.
SealedBytes = NewType("SealedBytes", bytes)
Words = NewType("Words", bytes)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What may lie in a database."""

    raw: SealedBytes

    def __init__(self, raw: bytes) -> None:
        object.__setattr__(self, "raw", SealedBytes(raw))


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What may not. `words` are the bytes that were sealed."""

    words: Words

    def __init__(self, words: bytes) -> None:
        object.__setattr__(self, "words", Words(words))


def derive(key: Key, *, salt: bytes, shred: bytes, about: bytes) -> tuple[bytes, bytes]:
    """A key for one sealing, and 32 bytes that commit to it (RFC 5869).

    The shred salt is half of the secret: when it is erased, the key that somebody still has opens
    nothing. The commitment depends on key, salts and context, so no second key fits.
    """
    hkdf = HKDF(SHA256(), length=2 * KEY, salt=salt, info=b"samen.vault.seal.v1" + about)
    both = hkdf.derive(key.reveal() + shred)
    return both[:KEY], both[KEY:]


def kept_apart(key: Key, purpose: str) -> Key:
    """Another key from this one, for another purpose. Neither tells anything about the other."""
    info = b"samen.vault.key.v1" + purpose.encode()
    return Key(HKDF(SHA256(), length=KEY, salt=None, info=info).derive(key.reveal()))


def key_id(key: Key) -> bytes:
    """Eight bytes by which a sealed text says which key it wants. They tell nothing about it."""
    return hmac.digest(key.reveal(), b"samen.vault.id.v1", "sha256")[:8]
