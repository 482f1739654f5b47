"""When a service is open, and how its words and numbers are compared. Plain Python only."""

from samen.directory.rules.differences import Piece, word_difference
from samen.directory.rules.hours import (
    Exceptional,
    Hours,
    Opening,
    OpeningState,
    Stretch,
    by_day,
    opening,
)
from samen.directory.rules.phones import looks_like_a_phone, tel_uri
from samen.directory.rules.texts import text_hash, value_hash

__all__ = [
    "Exceptional",
    "Hours",
    "Opening",
    "OpeningState",
    "Piece",
    "Stretch",
    "by_day",
    "looks_like_a_phone",
    "opening",
    "tel_uri",
    "text_hash",
    "value_hash",
    "word_difference",
]
