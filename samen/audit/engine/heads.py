"""A head: where the chain stood at a moment, signed, in a text that people mail and keep."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from samen.audit.engine.words import in_words

_MOMENT = "%Y-%m-%d %H:%M:%S"
_HEX = "([0-9a-f]{64})"
# The text without blanks and without the marks that mail programs put before quoted lines.
_KEPT = re.compile(
    r"head(\d{1,18})Signed:(\d{4}-\d\d-\d\d)(\d\d:\d\d:\d\d)UTCLines:(\d{1,18})"
    rf"Link:{_HEX}Mac:{_HEX}.*?Signature:([0-9a-f]{{128}})Publickey:{_HEX}",
    re.DOTALL,
)


class NotAHead(ValueError):
    """A text from which no head can be read."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    number: int
    at: datetime
    seq: int  # how many lines the logbook had
    link: bytes
    mac: bytes
    signature: bytes = b""
    public_key: bytes = b""
    source: str = ""  # the file it was kept in; empty for a head of the logbook's own table

    @property
    def statement(self) -> str:
        """The text that is signed."""
        return (
            f"SAMEN logbook, head {self.number}\n"
            f"Signed: {self.at.astimezone(UTC):{_MOMENT}} UTC\n"
            f"Lines: {self.seq}\n"
            f"Link: {self.link.hex()}\n"
            f"Mac: {self.mac.hex()}\n"
        )

    @property
    def words(self) -> str:
        return in_words(hashlib.sha256(self.statement.encode()).digest())

    @property
    def text(self) -> str:
        """The whole head, to be mailed and kept."""
        words, signature = self.words.split(), self.signature.hex()
        return (
            f"{self.statement}\n"
            f"Words: {' '.join(words[:6])}\n       {' '.join(words[6:])}\n\n"
            f"Signature: {signature[:64]}\n           {signature[64:]}\n"
            f"Public key: {self.public_key.hex()}\n"
        )

    def is_signed(self) -> bool:
        """Whether its own public key signed it. Whose key that is, the reader must know."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(self.signature, self.statement.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def sign(head: SignedHead, *, private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(head.statement.encode())


def public_half(private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def read(text: str, *, source: str) -> SignedHead:
    """The head in a kept mail, however it was wrapped or quoted. Raises NotAHead."""
    found = _KEPT.search(re.sub(r"[\s>]", "", text))
    try:
        return _head(*found.groups(), source=source) if found else _refuse(source)
    except ValueError:
        return _refuse(source)


def _head(*said: str, source: str) -> SignedHead:
    number, day, time, lines, *hexadecimal = said
    link, mac, signature, public_key = map(bytes.fromhex, hexadecimal)
    at = datetime.fromisoformat(f"{day} {time}+00:00")
    return SignedHead(int(number), at, int(lines), link, mac, signature, public_key, source)


def _refuse(source: str) -> NoReturn:
    message = f"There is no head of a logbook in {source}."
    raise NotAHead(message)
