"""A short secret made expensive to guess (RFC 9106). The floor stands here and nowhere else."""

import hmac
from dataclasses import dataclass
from threading import BoundedSemaphore

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from samen.vault.engine.keys import KEY, CannotOpen, Key


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. RFC 9106, second choice: three passes over 64 MiB in four lanes."""

    memory: int = 64 * 1024  # KiB
    passes: int = 3
    lanes: int = 4


FLOOR = Cost()
_SHORTEST_SALT = 16
# Each takes 64 MiB: more at once would be a way to stop the whole machine.
_turns = BoundedSemaphore(4)


def stretch(secret: bytes, *, salt: bytes, cost: Cost | None = None) -> Key:
    """About a quarter of a second. Raises CannotOpen for a cost below the floor."""
    cost = cost or FLOOR
    cheap = cost.memory < FLOOR.memory or cost.passes < FLOOR.passes or cost.lanes < FLOOR.lanes
    if cheap or len(salt) < _SHORTEST_SALT:
        raise CannotOpen
    with _turns:
        argon = Argon2id(
            salt=salt,
            length=KEY,
            iterations=cost.passes,
            lanes=cost.lanes,
            memory_cost=cost.memory,
        )
        return Key(argon.derive(secret))


def receipt_halves(digits: str, *, pepper: bytes, salt: bytes) -> tuple[bytes, Key]:
    """Where the conversation of a receipt is found, and the key that opens it."""
    stretched = stretch(hmac.digest(pepper, digits.encode(), "sha256"), salt=salt)
    return _expand(stretched, "locator"), Key(_expand(stretched, "opens"))


def _expand(stretched: Key, purpose: str) -> bytes:
    info = f"samen.vault.receipt.{purpose}.v1".encode()
    return HKDFExpand(SHA256(), length=KEY, info=info).derive(stretched.reveal())
