"""What our map knows, for the reader of records of others."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db.models import Max

from samen.directory import actions as directory
from samen.directory.models import Change
from samen.exchange.rules.reading import Ground
from samen.foundation.clock import AMSTERDAM
from samen.needs import queries as needs
from samen.places.models import Municipality
from samen.places.queries import Gazetteer, gazetteer_in_tables


def ground_of(area: str, at: datetime) -> Ground:
    """For a source of the municipality with this slug."""
    revision = _last_change()
    terms, kinds = _terms(revision)
    towns = _towns(revision)

    def town(name: str) -> str:
        found = towns.named(name)
        return found[0].slug if found else ""

    return Ground(
        terms=terms,
        kinds=kinds,
        areas=_areas(revision),
        town=town,
        fits=directory.fits,
        today=at.astimezone(AMSTERDAM).date(),
        area=area,
    )


def _last_change() -> int:
    """Of the needs and the places. An import changes the map itself all the time."""
    ground = Change.objects.filter(kind__in=("needs", "places"))
    return int(ground.aggregate(last=Max("id"))["last"] or 0)


@lru_cache(maxsize=2)
def _towns(revision: int) -> Gazetteer:
    return gazetteer_in_tables(revision)


@lru_cache(maxsize=2)
def _terms(revision: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
    known = [need for need in needs.taxonomy(revision).all() if not need.staff_only]
    keys = {need.key: need.key for need in known} | {str(need.id): need.key for need in known}
    return keys, {need.key: need.kind for need in known}


@lru_cache(maxsize=2)
def _areas(revision: int) -> Mapping[str, str]:  # noqa: ARG001 the key of the cache
    areas: dict[str, str] = {}
    for place in Municipality.objects.all():
        names = (place.slug, place.name, f"gemeente {place.name}", *place.names.values())
        areas |= {name.casefold(): place.slug for name in names}
    return areas
