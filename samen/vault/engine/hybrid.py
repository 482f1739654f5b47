"""Keys for somebody who is not here: HPKE (RFC 9180) with ML-KEM-768 and X25519 together.

Only keys are sealed so; words always go into an envelope. Whoever breaks one of the two
exchanges, today or with a quantum computer, still opens nothing.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key, Sealed

SUITE = 1
_SEED, _HALF, _PUBLIC = 64, 32, 1184
PUBLIC, SECRET = _PUBLIC + _HALF, _SEED + _HALF
_HPKE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PublicKey:
    raw: bytes  # 1,216 bytes

    def loaded(self) -> MLKEM768X25519PublicKey:
        """Raises CannotOpen when these bytes are no key."""
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:_PUBLIC]),
                X25519PublicKey.from_public_bytes(self.raw[_PUBLIC:]),
            )
        except ValueError:
            raise CannotOpen from None


class KeyPair:
    """The secret half stays in here: the ML-KEM seed and the X25519 key, as raw bytes."""

    __slots__ = ("_private", "_secret", "public")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET:
            raise CannotOpen
        seed = MLKEM768PrivateKey.from_seed_bytes(secret[:_SEED])
        half = X25519PrivateKey.from_private_bytes(secret[_SEED:])
        self._secret = secret
        self._private = MLKEM768X25519PrivateKey(seed, half)
        self.public = PublicKey(
            seed.public_key().public_bytes_raw() + half.public_key().public_bytes_raw()
        )

    @classmethod
    def new(cls) -> "KeyPair":
        seed = MLKEM768PrivateKey.generate().private_bytes_raw()
        return cls(seed + X25519PrivateKey.generate().private_bytes_raw())

    def reveal(self) -> bytes:
        """For the modules of this room only, to be sealed at once."""
        return self._secret

    def __repr__(self) -> str:
        return "<key pair>"

    def __reduce__(self) -> str:
        message = "A key stays in the memory of one process."
        raise TypeError(message)

    def unseal(self, sealed: Sealed, *, context: Context) -> Key:
        """Raises CannotOpen."""
        if sealed.raw[:1] != bytes([SUITE]):
            raise CannotOpen
        try:
            raw = _HPKE.decrypt(sealed.raw[1:], self._private, info=context.encoded(SUITE))
            return Key(raw)
        except (InvalidTag, ValueError):
            raise CannotOpen from None


def seal(key: Key, *, to: PublicKey, context: Context) -> Sealed:
    locked = _HPKE.encrypt(key.reveal(), to.loaded(), info=context.encoded(SUITE))
    return Sealed(bytes([SUITE]) + locked)


def works() -> bool:
    """Whether this machine's `cryptography` has the suite: tried, not asked."""
    try:
        return len(KeyPair.new().public.raw) == PUBLIC
    except UnsupportedAlgorithm:
        return False
