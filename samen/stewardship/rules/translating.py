"""Contact data are records, and never stand inside a text that is translated.

A number in a text stays wrong in nine languages when it is put right in the tenth.
"""

import re
import unicodedata

_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SITE = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[1-9][0-9]{3}\s?[A-Z]{2}\b")
_NUMBER = re.compile(r"\+?[0-9](?:[ \-./()]{0,2}[0-9]){5,}")
_SHORTEST_STREET = 4


def contact_in(body: str, *, streets: tuple[str, ...] = ()) -> str:
    """The first phone number, address or link that stands in a text; "" when there is none."""
    plain = "".join(_digit(character) for character in unicodedata.normalize("NFKC", body))
    for pattern in (_MAIL, _SITE, _POSTCODE, _NUMBER):
        if found := pattern.search(plain):
            return found.group()
    named = (s for s in streets if len(s) >= _SHORTEST_STREET and s.casefold() in plain.casefold())
    return next(named, "")


def _digit(character: str) -> str:
    """Arabic, Persian and all other digits as the ones on a telephone."""
    return str(unicodedata.digit(character)) if character.isdecimal() else character
