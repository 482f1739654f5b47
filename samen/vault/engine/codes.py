"""Codes that people keep: the receipt of 20 digits, and the recovery code on paper."""

import unicodedata
from hashlib import sha256
from secrets import randbelow, token_bytes

RECEIPT = 20
# Damm's quasigroup: finds every wrong digit and every two that changed places.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
# Crockford's letters: none that is taken for another.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAKEN_FOR = str.maketrans("OIL", "011")
CODE = 26
_BYTES, _CHECK_BITS = 16, 2


class NotACode(ValueError):
    """Mistyped: too short, too long, or its check does not fit."""


def new_receipt() -> str:
    digits = f"{randbelow(10 ** (RECEIPT - 1)):0{RECEIPT - 1}}"
    return digits + str(_check(digits))


def read_receipt(typed: str) -> str:
    """The digits of a receipt, typed in any script, with spaces and dashes. Raises NotACode."""
    digits = "".join(str(unicodedata.decimal(letter, "?")) for letter in _without_spaces(typed))
    if len(digits) != RECEIPT or "?" in digits or _check(digits):
        raise NotACode
    return digits


def grouped(code: str, *, size: int = 4) -> str:
    """As one reads it aloud: 1234 5678 ..."""
    return " ".join(code[at : at + size] for at in range(0, len(code), size))


def new_recovery_code() -> str:
    raw = token_bytes(_BYTES)
    number = int.from_bytes(raw, "big") << _CHECK_BITS | _check_bits(raw)
    return "".join(_LETTERS[number >> 5 * at & 31] for at in reversed(range(CODE)))


def read_recovery_code(typed: str) -> bytes:
    """The 128 bits of a code on paper. Raises NotACode."""
    letters = _without_spaces(typed).upper().translate(_TAKEN_FOR)
    if len(letters) != CODE or set(letters) - set(_LETTERS):
        raise NotACode
    number = 0
    for letter in letters:
        number = number << 5 | _LETTERS.index(letter)
    raw = (number >> _CHECK_BITS).to_bytes(_BYTES, "big")
    if number & (1 << _CHECK_BITS) - 1 != _check_bits(raw):
        raise NotACode
    return raw


def _check(digits: str) -> int:
    at = 0
    for digit in digits:
        at = int(_DAMM[at][int(digit)])
    return at


def _check_bits(raw: bytes) -> int:
    return sha256(raw).digest()[0] >> 8 - _CHECK_BITS


def _without_spaces(typed: str) -> str:
    """Without spaces, dashes, and the marks that turn a line around."""
    dropped = ("Zs", "Cc", "Cf", "Pd")
    return "".join(letter for letter in typed if unicodedata.category(letter) not in dropped)
