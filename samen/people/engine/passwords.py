"""One Argon2id per sign-in, split in two: what proves the password, and what will open a vault.

The verifier is kept; the unlock key never is. Neither tells anything about the other (RFC 5869).
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from secrets import token_bytes

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

ALGORITHM = "argon2id-split"
SALT_BYTES = 16
_NONE_YET = "!"  # how Django marks that there is none
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. RFC 9106, second choice: three passes over 64 MiB in four lanes."""

    memory: int = 64 * 1024  # KiB
    passes: int = 3
    lanes: int = 4


# Outside of these nothing is opened, whatever a changed row says of itself.
FLOOR = Cost()
_MOST = Cost(memory=1024 * 1024, passes=32, lanes=32)


class Unreadable(ValueError):
    """Not one of our passwords, or one that costs too little to guess."""


@dataclass(frozen=True, slots=True)
class Split:
    verifier: bytes  # 32 bytes
    unlock_key: bytes  # 32 bytes, for the memory of one process only


def split(password: str, *, salt: bytes, cost: Cost | None = None) -> Split:
    """About a quarter of a second, on purpose."""
    cost = cost or FLOOR
    stretched = Argon2id(
        salt=salt,
        length=_KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory,
    ).derive(password.encode())
    return Split(_expand(stretched, "verifier"), _expand(stretched, "unlock"))


def encoded(password: str, *, salt: bytes, cost: Cost | None = None) -> str:
    """How a password is kept: the salt, the cost and the verifier."""
    return _kept(split(password, salt=salt, cost=cost), salt, cost or FLOOR)


def made(password: str) -> tuple[str, bytes]:
    """A new password: how it is kept, and the half that never is."""
    salt = token_bytes(SALT_BYTES)
    halves = split(password, salt=salt)
    return _kept(halves, salt, FLOOR), halves.unlock_key


def opened(password: str, kept: str) -> Split | None:
    """Both halves when the password is right. Right, wrong or unreadable cost the same."""
    try:
        cost, salt, verifier = decoded(kept)
    except Unreadable:
        split(password, salt=token_bytes(SALT_BYTES))
        return None
    made = split(password, salt=salt, cost=cost)
    return made if hmac.compare_digest(made.verifier, verifier) else None


def decoded(kept: str) -> tuple[Cost, bytes, bytes]:
    """Cost, salt and verifier. Raises Unreadable."""
    try:
        algorithm, said, salt, verifier = kept.split("$")
        numbers = dict(pair.split("=") for pair in said.split(","))
        cost = Cost(int(numbers["m"]), int(numbers["t"]), int(numbers["p"]))
        halves = b64decode(salt, validate=True), b64decode(verifier, validate=True)
    except (ValueError, KeyError):
        raise Unreadable from None
    if algorithm != ALGORITHM or not _is_fair(cost) or len(halves[0]) < SALT_BYTES:
        raise Unreadable
    return cost, *halves


def tampered(kept: str) -> bool:
    """Whether no release of ours wrote this: a cost outside of our bounds, or no text of ours.

    Somebody who has no password yet is no such case.
    """
    if kept.startswith(_NONE_YET):
        return False
    try:
        decoded(kept)
    except Unreadable:
        return True
    return False


def _is_fair(cost: Cost) -> bool:
    return (
        FLOOR.memory <= cost.memory <= _MOST.memory
        and FLOOR.passes <= cost.passes <= _MOST.passes
        and FLOOR.lanes <= cost.lanes <= _MOST.lanes
    )


def _kept(halves: Split, salt: bytes, cost: Cost) -> str:
    said = f"m={cost.memory},t={cost.passes},p={cost.lanes}"
    return "$".join((ALGORITHM, said, _text(salt), _text(halves.verifier)))


def _expand(stretched: bytes, purpose: str) -> bytes:
    info = f"samen.people.{purpose}.v1".encode()
    return HKDFExpand(algorithm=SHA256(), length=_KEY_BYTES, info=info).derive(stretched)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
