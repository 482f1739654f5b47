"""The arithmetic of the chain: what of a line is sealed, and with which key.

    mac   = HMAC-SHA-256(key, previous mac | row)     needs the key of this one line
    link  = SHA-256(previous link | mac | row)        needs no key, and covers the mac
    key'  = SHA-256("evolve" | key)                   for the next line; this one is forgotten

Whoever steals the present key can compute those of lines to come, and none of a line that is
written. The link covers the mac, so that whoever has no key at all still sees every byte changed.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

DIGEST = 32  # bytes of a key, a mac and a link


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the chain ends: the last line's number and seals, and the key of the next line."""

    seq: int
    link: bytes
    mac: bytes
    key: bytes | None = None  # None for a reader who does not have it


def origin_of(first_key: bytes) -> bytes:
    """What the first line is linked to. It tells first keys apart and gives none away."""
    return hashlib.sha256(b"SAMEN logbook 1" + first_key).digest()


def beginning(origin: bytes, first_key: bytes | None = None) -> Tip:
    return Tip(seq=0, link=origin, mac=origin, key=first_key)


def evolve(key: bytes) -> bytes:
    return hashlib.sha256(b"evolve" + key).digest()


def mac_of(row: bytes, *, after: bytes, key: bytes) -> bytes:
    return hmac.digest(key, after + row, "sha256")


def link_of(row: bytes, mac: bytes, *, after: bytes) -> bytes:
    return hashlib.sha256(after + mac + row).digest()


def following(tip: Tip, row: bytes, *, key: bytes) -> Tip:
    """The end of the chain once `row` is appended with the tip's own `key`."""
    mac = mac_of(row, after=tip.mac, key=key)
    return Tip(tip.seq + 1, link_of(row, mac, after=tip.link), mac, evolve(key))


def row_of(values: Sequence[Any]) -> bytes:
    """One line as bytes: the same on every database, and no two lines the same.

    JSON, because it tells text, number, nothing and where each value ends apart. Nothing at the end
    is left out, so that a column that is added later leaves older lines as they were.
    """
    filled = list(values)
    while filled and filled[-1] is None:
        filled.pop()
    return _encode(filled).encode()


def _plain(value: Any) -> Any:
    """Ids, moments and bytes in the one form that is sealed."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    # A list, so that bytes are never the same as a text that reads like them.
    return [bytes(value).hex()]


_encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
