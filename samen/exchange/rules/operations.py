"""What may be asked of each list of HSDS, and how it is written. Plain Python only.

Read aloud: every parameter narrows what the others leave. What is not known, or not written as it
must be, is refused with its name; nothing is guessed and nothing is left out of sight.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from samen.foundation.languages import LANGUAGES

PER_PAGE, MOST_PER_PAGE = 50, 1000
MOST_METRES = 500_000
_LAST_PAGE = 1_000_000_000
_LONGEST = 500  # signs of any value
_MOST_WORDS = 20
_LONGEST_NAME = 60
_PAGED = ("page", "per_page", "format", "lang")

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "services": (
        "search",
        *_PAGED,
        "taxonomy_term_id",
        "taxonomy_id",
        "organization_id",
        "modified_after",
        "minimal",
        "full",
    ),
    "organizations": (
        "search",
        *_PAGED,
        "full_service",
        "full",
        "taxonomy_term_id",
        "taxonomy_id",
    ),
    "service_at_locations": (
        "search",
        *_PAGED,
        "taxonomy_term_id",
        "taxonomy_id",
        "organization_id",
        "modified_after",
        "full",
        "postcode",
        "proximity",
    ),
    "taxonomies": ("search", *_PAGED),
    "taxonomy_terms": ("search", *_PAGED, "taxonomy_id", "top_only", "parent_id"),
}
# Of one record: what may be asked beside its id.
OF_ONE: Mapping[str, tuple[str, ...]] = {
    "services": ("lang",),
    "organizations": ("lang", "full_service"),
    "service_at_locations": ("lang",),
    "taxonomies": ("lang",),
    "taxonomy_terms": ("lang",),
}


class BadParameter(Exception):
    """Which parameter, and why it cannot be answered. Its value is never in it."""

    def __init__(self, *, parameter: str, why: str) -> None:
        super().__init__(parameter)
        self.parameter, self.why = parameter, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to a list. Hashable: the same question has the same answer."""

    search: str = ""
    page: int | None = None
    per_page: int | None = None
    format: str = "json"
    lang: str = ""
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    postcode: str = ""
    proximity: float | None = None
    top_only: bool = False
    parent_id: UUID | None = None

    def only_narrowing(self) -> "Asked":
        """The same question without what only says how it is shown."""
        return replace(
            self,
            page=None,
            per_page=None,
            format="json",
            lang="",
            minimal=False,
            full=False,
            full_service=False,
        )


def check_name(name: str, known: tuple[str, ...]) -> None:
    """Raises BadParameter."""
    if name not in known:
        others = f"Known are: {', '.join(sorted(known))}." if known else "Nothing is."
        why = f"This is not asked here. {others}"
        raise BadParameter(parameter=name[:_LONGEST_NAME], why=why)


def asked(said: Mapping[str, Any]) -> Asked:
    """`said` as it came, by known names: text from an address, or the values of a JSON object.

    Raises BadParameter.
    """
    values: dict[str, Any] = {}
    for name, value in said.items():
        text = _text(name, value)
        if text:
            values[name] = _READERS[name](name, text)
    if "proximity" in values and "postcode" not in values:
        raise BadParameter(parameter="proximity", why="Say the postcode from which to measure too.")
    return Asked(**values)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise BadParameter(parameter=name, why="Give one value: a text, a number, true or false.")
    text = str(value).strip()
    if len(text) > _LONGEST or not text.isprintable():
        raise BadParameter(
            parameter=name, why=f"Give at most {_LONGEST} signs, all of them readable."
        )
    return text


def _words(name: str, text: str) -> str:
    if len(text.split()) > _MOST_WORDS:
        raise BadParameter(parameter=name, why=f"Give at most {_MOST_WORDS} words.")
    return text


def _number(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise BadParameter(parameter=name, why=f"Give a whole number from {least} to {most}.")
        return int(text)

    return read


def _yes_or_no(name: str, text: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in known:
        raise BadParameter(parameter=name, why="Say true or false.")
    return known[text.lower()]


_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _id(name: str, text: str) -> UUID:
    found = read_id(text)
    if found is None:
        raise BadParameter(
            parameter=name, why="Give a UUID, such as 3f7b145d-84af-42d7-8fae-eaca714b02b2."
        )
    return found


def read_id(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


_FORMATS = ("json", "ndjson")


def _format(name: str, text: str) -> str:
    if text not in _FORMATS:
        raise BadParameter(parameter=name, why="Ask for json or ndjson.")
    return text


def _language(name: str, text: str) -> str:
    if text not in LANGUAGES:
        raise BadParameter(
            parameter=name, why="Give the tag of a language we know, such as nl, en, ar or ti."
        )
    return text


# A plus in an address is a space, and many forget it.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


def _moment(name: str, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        why = "Give a moment as in RFC 3339, such as 2026-11-22T12:00:00.000Z, or a date."
        raise BadParameter(parameter=name, why=why) from None


_POSTCODE = re.compile(r"([1-9]\d{3})( ?[A-Z]{2})?", re.IGNORECASE)


def _postcode(name: str, text: str) -> str:
    """Its four digits: a neighbourhood. More would say where somebody lives."""
    found = _POSTCODE.fullmatch(text)
    if not found:
        raise BadParameter(parameter=name, why="Give a Dutch postcode, such as 3512 or 3512 JE.")
    return found[1]


_METRES = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)


def _metres(name: str, text: str) -> float:
    if not _METRES.fullmatch(text) or float(text) > MOST_METRES:
        raise BadParameter(parameter=name, why=f"Give metres, from 0 to {MOST_METRES}.")
    return float(text)


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "search": _words,
    "page": _number(1, _LAST_PAGE),
    "per_page": _number(1, MOST_PER_PAGE),
    "format": _format,
    "lang": _language,
    "taxonomy_term_id": _id,
    "taxonomy_id": _id,
    "organization_id": _id,
    "modified_after": _moment,
    "minimal": _yes_or_no,
    "full": _yes_or_no,
    "full_service": _yes_or_no,
    "postcode": _postcode,
    "proximity": _metres,
    "top_only": _yes_or_no,
    "parent_id": _id,
}


@dataclass(frozen=True, slots=True)
class Page:
    """The seven fields before the contents of a list."""

    number: int
    size: int  # of this page
    total: int
    pages: int

    def fields(self) -> dict[str, Any]:
        return {
            "total_items": self.total,
            "total_pages": self.pages,
            "page_number": self.number,
            "size": self.size,
            "first_page": self.number == 1,
            "last_page": self.number >= self.pages,
            "empty": self.size == 0,
        }


def page(*, number: int, per_page: int, total: int) -> Page:
    """Beyond the last page there is nothing, and nothing is wrong: the list became shorter."""
    pages = -(-total // per_page)
    size = max(0, min(per_page, total - (number - 1) * per_page))
    return Page(number, size, total, pages)
