"""Who wrote it, who granted it: Ed25519 over what it says and where it belongs."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key

_SUITE = 1
SIGNATURE = 64  # bytes


class Signer:
    __slots__ = ("_private", "_secret", "public")

    def __init__(self, secret: Key) -> None:
        self._secret = secret
        self._private = Ed25519PrivateKey.from_private_bytes(secret.reveal())
        self.public = self._private.public_key().public_bytes_raw()

    def reveal(self) -> bytes:
        """For the modules of this room only, to be sealed at once."""
        return self._secret.reveal()

    def sign(self, what: bytes, *, context: Context) -> bytes:
        return self._private.sign(_said(what, context))


def check(signature: bytes, what: bytes, *, by: bytes, context: Context) -> None:
    """Raises CannotOpen unless whoever has this public key signed exactly this, here."""
    try:
        Ed25519PublicKey.from_public_bytes(by).verify(signature, _said(what, context))
    except (InvalidSignature, ValueError):
        raise CannotOpen from None


def _said(what: bytes, context: Context) -> bytes:
    return b"samen.vault.sign.v1" + context.encoded(_SUITE) + what
