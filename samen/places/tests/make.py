"""One of each, ready to use. Say only what the test is about."""

from itertools import count
from typing import Any

from samen.places.models import Municipality, Place

_geonames = count(1)


def municipality(slug: str = "utrecht", name: str = "Utrecht") -> Municipality:
    return Municipality.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def place(
    slug: str = "utrecht",
    *,
    name: str = "",
    other_names: list[str] | None = None,
    population: int = 1000,
    municipality: Municipality | None = None,
) -> Place:
    return Place.objects.create(
        geoname=next(_geonames),
        slug=slug,
        name=name or slug.title(),
        other_names=other_names or [],
        latitude=52.09083,
        longitude=5.12222,
        population=population,
        municipality=municipality,
    )


def row(name: str = "Utrecht", **fields: Any) -> dict[str, Any]:
    """A place as content/places.json writes it."""
    slug = name.lower().replace(" ", "-")
    return {
        "geoname": sum(map(ord, slug)),
        "slug": slug,
        "name": name,
        "other_names": [],
        "names": {},
        "province": "Utrecht",
        "latitude": 52.09083,
        "longitude": 5.12222,
        "population": 1000,
        "municipality": "",
    } | fields


def content(*places: dict[str, Any], municipalities: tuple[str, ...] = ()) -> dict[str, Any]:
    """A file like content/places.json."""
    return {
        "municipalities": [
            {"slug": slug, "name": slug.title(), "names": {}} for slug in municipalities
        ],
        "places": list(places),
    }
