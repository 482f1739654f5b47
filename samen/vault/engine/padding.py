"""How long something is tells what it is: sealed texts come in few lengths (Padmé, PURBs 2019)."""

from samen.vault.engine.keys import CannotOpen

SHORTEST = 512
_LENGTH = 4  # bytes in front that say how many are meant


def bucket(length: int) -> int:
    """The length that `length` bytes are given: at most 12 % more, and never below 512."""
    if length <= SHORTEST:
        return SHORTEST
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    step = 1 << (exponent - kept)
    return (length + step - 1) // step * step


def pad(words: bytes) -> bytes:
    said = len(words).to_bytes(_LENGTH, "big") + words
    return said.ljust(bucket(len(said)), b"\0")


def unpad(padded: bytes) -> bytes:
    """Raises CannotOpen when it was not padded so."""
    length = int.from_bytes(padded[:_LENGTH], "big")
    words = padded[_LENGTH : _LENGTH + length]
    if pad(words) != padded:
        raise CannotOpen
    return words
