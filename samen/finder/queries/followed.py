"""What is followed from outside: the entries that changed last, and the addresses there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samen.directory import queries as directory
from samen.directory.models import Change, OrganizationPage, Service
from samen.directory.queries import Listing
from samen.places.models import Municipality

OF_A_SITEMAP = 20_000  # addresses in one file
_SHOWN = Service.objects.exclude(publish=Service.Publish.HIDDEN)


@dataclass(frozen=True, slots=True)
class Changed:
    listing: Listing
    at: datetime


def changed_last(most: int, *, language: str) -> list[Changed]:
    """The published entries that changed last, the newest first. A dozen queries."""
    newest = _SHOWN.filter(stamp__gt=0).order_by("-stamp", "number")
    rows = list(newest.values_list("id", "stamp")[:most])
    moments = _moments([stamp for _id, stamp in rows])
    stamps = dict(rows)
    found = directory.listings([id_ for id_, _stamp in rows], language=language)
    return [
        Changed(listing, moments[stamps[listing.id]])
        for listing in found
        if stamps[listing.id] in moments
    ]


def sitemaps() -> int:
    """How many files the addresses of one language fill."""
    return 1 + _SHOWN.count() // OF_A_SITEMAP


def paths(page: int) -> list[tuple[str, datetime | None]]:
    """Addresses without their language, each with its last change. Codes and numbers only."""
    first = (page - 1) * OF_A_SITEMAP
    rows: Sequence[tuple[int, int]] = list(
        _SHOWN.order_by("number").values_list("number", "stamp")[first : first + OF_A_SITEMAP]
    )
    moments = _moments({stamp for _number, stamp in rows})
    services = [(f"i/{number}/", moments.get(stamp)) for number, stamp in rows]
    return [*(_others() if page == 1 else []), *services]


def _others() -> list[tuple[str, datetime | None]]:
    towns = Municipality.objects.order_by("slug").values_list("slug", flat=True)
    pages = OrganizationPage.objects.filter(shown=True).order_by("organization")
    found = [
        *("", "all/", "safety/", "about/", "open/"),
        *(f"m/{slug}/" for slug in towns),
        *(f"o/{id_}/" for id_ in pages.values_list("organization", flat=True)),
    ]
    return [(path, None) for path in found]


def _moments(stamps: Sequence[int] | set[int]) -> Mapping[int, datetime]:
    found: dict[int, datetime] = {}
    wanted = sorted(set(stamps))
    for start in range(0, len(wanted), 5_000):
        rows = Change.objects.filter(pk__in=wanted[start : start + 5_000])
        found |= dict(rows.values_list("pk", "at"))
    return found
