"""A page of a list, and what else comes in by the same way: one object, many, lines. Plain Python.

HSDS wants eight fields on a page; of many a feed some are missing. What is missing is made good
from what is there, and a crawl that cannot tell whether it was whole is not whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samen.exchange.rules.reading_values import mappings, parsed, without_nulls, words

_NESTED = ("schedules", "phones", "service_at_locations", "languages", "contacts", "service_areas")


@dataclass(frozen=True, slots=True)
class ListPage:
    contents: tuple[Mapping[str, Any], ...]
    total: int | None  # of the whole list, if it says so
    last: bool | None  # None: it does not say


def read_page(value: Any) -> ListPage | None:
    """None for what is no list at all."""
    value = without_nulls(value)
    if isinstance(value, list):
        return ListPage(tuple(v for v in value if isinstance(v, dict)), len(value), last=True)
    if not isinstance(value, dict):
        return None
    # "content" is what the older UK feeds say.
    name = next((n for n in ("contents", "content") if isinstance(value.get(n), list)), "")
    if not name:
        return None
    contents = tuple(mappings(value, name))
    header = {key: each for key, each in value.items() if key != name}
    return ListPage(contents, _whole(header, "total_items", "totalElements"), _last(header))


def _whole(header: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        said = words(header, name)
        if said.isascii() and said.isdecimal() and len(said) < 10:  # noqa: PLR2004 no such map
            return int(said)
    return None


def _last(header: Mapping[str, Any]) -> bool | None:
    if header.get("empty") is True:
        return True
    for name in ("last_page", "last"):
        if isinstance(header.get(name), bool):
            return bool(header[name])
    at = _whole(header, "page_number", "number")
    pages = _whole(header, "total_pages", "totalPages")
    return None if at is None or pages is None else at >= pages


def names_of(page: ListPage) -> dict[str, str] | None:
    """Every id of a list with the moment at which it was changed, if the page is all of the list.

    A server that does not know what was asked gives a page of its list, or no moments.
    """
    moments = {
        words(each, "id"): words(each, "last_modified") or words(each, "modified_date")
        for each in page.contents
    }
    whole = page.total == len(page.contents) == len(moments) and page.last is not False
    return moments if whole and all(moments) and all(moments.values()) else None


def is_brief(service: Mapping[str, Any]) -> bool:
    """Whether a list gave the names only, and the rest has to be asked for."""
    return not any(name in service for name in _NESTED)


def documents_in(body: bytes) -> list[Mapping[str, Any]]:
    """Everything in a file: a page, a list, one object, or lines of JSON."""
    value = parsed(body)
    if value is None:
        lines = (parsed(line) for line in body.splitlines() if line.strip())
        return [each for each in map(without_nulls, lines) if isinstance(each, dict)]
    page = read_page(value)
    if page is not None:
        return list(page.contents)
    value = without_nulls(value)
    return [value] if isinstance(value, dict) and value else []


def kind_of(document: Mapping[str, Any]) -> str:
    """Which object of HSDS it is. The schemas do not say; the fields that only one has do."""
    marks = (
        ("service", ("status", "organization", "organization_id", "service_at_locations")),
        ("service_at_location", ("service", "service_id")),
        ("location", ("location_type",)),
        ("organization", ("services", "legal_status", "programs", "organization_identifiers")),
        ("taxonomy_term", ("taxonomy_detail", "taxonomy", "parent_id", "term_uri", "code")),
        ("organization", ("website", "email", "logo", "phones", "locations")),
        ("root", ("openapi_url",)),
    )
    for kind, names in marks:
        if any(name in document for name in names):
            return kind
    return "taxonomy" if "version" in document or "uri" in document else "object"


def services_in(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The services that an object carries, each with its organisation."""
    kind = kind_of(document)
    if kind == "service":
        return [document]
    if kind == "organization":
        whose = {name: value for name, value in document.items() if name != "services"}
        return [{"organization": whose, **each} for each in mappings(document, "services")]
    return [each for each in mappings(document, "service") if kind == "service_at_location"]
