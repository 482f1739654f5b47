"""The gazetteer: every town a visitor may mean, kept in memory, found by what she types."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.utils.text import slugify
from rapidfuzz import process
from rapidfuzz.distance import OSA

from samen.places.models import Place
from samen.places.rules import fold, kilometres

__all__ = ["Gazetteer", "Town", "gazetteer", "gazetteer_in_tables", "kilometres"]

# Shorter words have too many neighbours: one letter makes Ede of Epe.
_LONG_ENOUGH_FOR_A_TYPO = 5
_LONG_ENOUGH_FOR_A_BEGINNING = 2


@dataclass(frozen=True, slots=True)
class Town:
    id: UUID
    slug: str
    name: str  # as on the road sign
    names: Mapping[str, str] = field(hash=False)  # by language, where it has another one there
    province: str
    latitude: float
    longitude: float
    population: int
    municipality_slug: str  # "" where no municipality of the map keeps it


class Gazetteer:
    """All towns by every name they have. `named` holds each town with its other spellings."""

    def __init__(self, revision: int, named: Iterable[tuple[Town, Iterable[str]]]) -> None:
        self.revision = revision
        self._slugs: dict[str, Town] = {}
        self._other_slugs: dict[str, Town] = {}
        self._own: dict[str, list[Town]] = {}
        self._every: dict[str, list[Town]] = {}
        for town, others in sorted(named, key=lambda pair: -pair[0].population):
            self._add(town, others)
        self._sorted = sorted(self._every)
        seats = (town for town in self if town.slug == town.municipality_slug)
        self._programme = tuple(sorted(seats, key=lambda town: town.name))

    def _add(self, town: Town, others: Iterable[str]) -> None:
        """Largest first: of two towns with one name, an address without more means the larger."""
        own = {town.name, *town.names.values()}
        every = own.union(others)
        self._slugs[town.slug] = town
        for name in every:
            self._other_slugs.setdefault(slugify(name), town)
        for folded in _folded(own):
            self._own.setdefault(folded, []).append(town)
        for folded in _folded(every):
            self._every.setdefault(folded, []).append(town)

    def __iter__(self) -> Iterator[Town]:
        return iter(self._slugs.values())

    def __len__(self) -> int:
        return len(self._slugs)

    def by_slug(self, slug: str) -> Town | None:
        """The town of an address; other spellings ("den-haag") lead to it too."""
        return self._slugs.get(slug) or (self._other_slugs.get(slug) if slug else None)

    def named(self, text: str) -> list[Town]:
        """The towns that are called so, in any script; none that are only nearly called so."""
        wanted = fold(text)
        return list(dict.fromkeys([*self._own.get(wanted, []), *self._every.get(wanted, [])]))

    def find(self, text: str) -> list[Town]:
        """The towns somebody may mean by `text`, in any script, the likeliest first.

        Its own name comes before another spelling, and that before names that begin so. Only
        when nothing fits is one letter allowed to be wrong. The largest come first.
        """
        wanted = fold(text)
        if not wanted:
            return []
        known = [*self.named(text), *_largest_first(self._beginning(wanted))]
        return list(dict.fromkeys(known or _largest_first(self._with_a_typo(wanted))))

    def _beginning(self, wanted: str) -> Iterator[Town]:
        if len(wanted) < _LONG_ENOUGH_FOR_A_BEGINNING:
            return
        for name in self._sorted[bisect_left(self._sorted, wanted) :]:
            if not name.startswith(wanted):
                return
            yield from self._every[name]

    def _with_a_typo(self, wanted: str) -> Iterator[Town]:
        if len(wanted) < _LONG_ENOUGH_FOR_A_TYPO:
            return
        near = process.extract_iter(wanted, self._sorted, scorer=OSA.distance, score_cutoff=1)
        for name, _distance, _position in near:
            yield from self._every[name]

    def programme(self) -> tuple[Town, ...]:
        """The town of each municipality on the map, by name."""
        return self._programme

    def around(self, here: Town, within: float) -> set[str]:
        """The municipalities on the map whose centre lies within so many kilometres."""
        return {
            town.municipality_slug
            for town in self.programme()
            if kilometres(here.latitude, here.longitude, town.latitude, town.longitude) <= within
        }


def _folded(names: Iterable[str]) -> set[str]:
    return {folded for folded in map(fold, names) if folded}


def _largest_first(towns: Iterable[Town]) -> list[Town]:
    return sorted(towns, key=lambda town: (-town.population, town.name))


@lru_cache(maxsize=2)
def gazetteer(revision: int) -> Gazetteer:
    """The gazetteer as of `revision` of the map. One query, then none until the map changes."""
    return gazetteer_in_tables(revision)


def gazetteer_in_tables(revision: int = 0) -> Gazetteer:
    """The same, read anew: for a writer, whose changes have no revision yet."""
    return Gazetteer(revision, map(_read, Place.objects.select_related("municipality")))


def _read(place: Place) -> tuple[Town, list[str]]:
    town = Town(
        id=place.id,
        slug=place.slug,
        name=place.name,
        names=place.names,
        province=place.province,
        latitude=place.latitude,
        longitude=place.longitude,
        population=place.population,
        municipality_slug=place.municipality.slug if place.municipality else "",
    )
    return town, place.other_names
