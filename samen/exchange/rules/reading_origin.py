"""Where a record comes from, and which number it has here. Plain Python.

Read aloud: whoever published a record first is its publisher, however many hands it went through.
A record that comes back to its publisher is an echo, and says nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from samen.exchange.rules.reading_values import mapping, words

_SPACE = UUID("0f6f6c0a-6a53-5c0f-8a0e-9b7a2d4c1e33")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Origin:
    publisher: str
    original: str
    licence: str = ""


def origin_of(document: Mapping[str, Any], *, publisher: str, licence: str) -> Origin:
    """`publisher` is the source itself, for what says nothing of where it comes from."""
    said = mapping(document.get("provenance"))
    first, original = words(said, "publisher"), words(said, "original_id")
    if not (first and original):
        return Origin(publisher, words(document, "id")[:_LONGEST], licence)
    return Origin(first[:_LONGEST], original[:_LONGEST], words(said, "licence")[:_LONGEST])


def stable_id(publisher: str, original: str, *, kept: bool = False) -> UUID:
    """The same record has the same id here for ever. `kept`: of another SAMEN it keeps its own."""
    given = as_uuid(original) if kept else None
    return given or uuid5(_SPACE, f"{publisher}|{original}")


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
