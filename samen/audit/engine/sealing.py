"""The present key of the chain, locked with the installation's secret while it lies in a table.

A copy of the database alone opens nothing, and a sealed key of another line does not fit.
"""

import os
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from samen.audit.engine.chain import Tip

_NONCE = 12


class CannotOpen(Exception):
    """None of the secrets opens it, or it was sealed for another line."""


def seal(key: bytes, *, after: Tip, secret: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _lock(secret).encrypt(nonce, key, _place(after))


def unseal(sealed: bytes, *, after: Tip, secrets: Iterable[str]) -> bytes:
    """Open with the first secret that fits: the present one, then those before it."""
    for secret in secrets:
        try:
            return _lock(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(after))
        except (InvalidTag, ValueError):
            continue
    raise CannotOpen


def _place(after: Tip) -> bytes:
    """After which line the sealed key comes.

    The link covers every line before. So whoever has the database and not the secret cannot
    rewrite a line and its links: the key would no longer open.
    """
    return after.seq.to_bytes(8, "big", signed=True) + after.link + after.mac


@lru_cache(maxsize=4)
def _lock(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"SAMEN logbook present key")
    return AESGCM(derived.derive(secret.encode()))
