"""Which records a question means: everything that narrows a list, combined with AND."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Mod, RowNumber

from samen.directory import queries as directory
from samen.directory.models import (
    Change,
    Location,
    Organization,
    OrganizationPage,
    OrganizationText,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceGroup,
    ServiceNeed,
)
from samen.directory.queries.related import PUBLISHED
from samen.exchange.queries.taxonomies import terms
from samen.exchange.rules import taxonomy_id, taxonomy_kinds
from samen.exchange.rules.operations import Asked, BadParameter
from samen.places.models import Place
from samen.places.queries import kilometres
from samen.search import queries as search

Rows = QuerySet[Any]
Mark = tuple[Any, ...]  # the values of the columns of the order

_EVERY = 500  # records from a mark to the next


@dataclass(frozen=True, slots=True)
class Meant:
    """Records in an order that stays. Only the stretch that is looked at is fetched."""

    rows: Rows
    # What they are ordered by; the last one is the id.
    order: tuple[str, ...]

    def count(self) -> int:
        return self.rows.count()

    def stretch(self, start: int, end: int) -> list[UUID]:
        return list(self._in_order().values_list("id", flat=True)[start:end])

    def chunks(self, size: int) -> Iterator[list[UUID]]:
        """All of them. Each chunk goes on behind the one before, whatever changes meanwhile."""
        columns = self._in_order().values_list(*self.order)
        rows = list(columns[:size])
        while rows:
            yield [row[-1] for row in rows]
            rows = list(self._from(rows[-1], columns, without=True)[:size])

    def marks(self, every: int) -> list[Mark]:
        """Where each stretch of so many begins. One query that reads all of them."""
        place = Window(RowNumber(), order_by=[F(column) for column in self.order])
        counted = self.rows.order_by().annotate(place=place).annotate(rest=Mod("place", every))
        return list(counted.filter(rest=1).order_by(*self.order).values_list(*self.order))

    def behind(self, mark: Mark, start: int, end: int) -> list[UUID]:
        """A stretch, counted from a mark."""
        return list(self._from(mark, self._in_order()).values_list("id", flat=True)[start:end])

    def _in_order(self) -> Rows:
        return self.rows.order_by(*self.order)

    def _from(self, mark: Mark, rows: Rows, *, without: bool = False) -> Rows:
        """What comes from there on; `without` it, behind it."""
        first, id_ = self.order[0], mark[-1]
        before = {"id__lte" if without else "id__lt": id_}
        return rows.filter(**{f"{first}__gte": mark[0]}).exclude(**{first: mark[0]}, **before)


def services(asked: Asked) -> Meant:
    return Meant(_with_words(_published(asked), asked, "number"), ("number", "id"))


def service_at_locations(asked: Asked) -> Meant:
    """A confidential place is none of them."""
    rows = ServiceAtLocation.objects.exclude(location__type=Location.Type.CONFIDENTIAL)
    rows = rows.filter(Exists(_published(asked).filter(pk=OuterRef("service"))))
    if asked.postcode:
        rows = _around(rows, asked.postcode, asked.proximity)
    number = "service__number"
    return Meant(_with_words(rows, asked, number), (number, "id"))


def organizations(asked: Asked) -> Meant:
    """Those of which something is published."""
    theirs = _published(asked).filter(organization=OuterRef("pk"))
    with_a_page = OrganizationPage.objects.filter(pk=OuterRef("pk"), shown=True)
    any_help = asked.taxonomy_id is None and asked.taxonomy_term_id is None
    shown = Q(Exists(theirs)) | Q(Exists(with_a_page)) if any_help else Q(Exists(theirs))
    rows = Organization.objects.filter(shown)
    for word in asked.search.split():
        told = OrganizationText.objects.filter(organization=OuterRef("pk"), body__icontains=word)
        named = Q(name__icontains=word) | Q(alternate_name__icontains=word)
        rows = rows.filter(named | Q(Exists(told)))
    return Meant(rows, ("id",))


def published_services() -> QuerySet[Service]:
    return Service.objects.filter(publish__in=PUBLISHED)


def how_many(meant: Callable[[Asked], Meant], asked: Asked) -> int:
    """Counted once for a revision of the map; not what was asked in words or about a place."""
    if _is_of_somebody(asked):
        return meant(asked).count()
    return _counted(meant, asked.only_narrowing(), directory.revision())


def stretch_of(
    meant: Callable[[Asked], Meant], asked: Asked, start: int, end: int
) -> Sequence[UUID]:
    """From where to where of what is meant. A far one costs about as much as a near one: where
    stretches begin is looked up once for a revision of the map, as is how many there are."""
    if start < _EVERY or _is_of_somebody(asked):
        return meant(asked).stretch(start, end)
    marks = _marks(meant, asked.only_narrowing(), directory.revision())
    at, start_there = divmod(start, _EVERY)
    if at >= len(marks):
        return []
    return meant(asked).behind(marks[at], start_there, start_there + end - start)


def _is_of_somebody(asked: Asked) -> bool:
    """Nothing of it is kept."""
    return bool(asked.search or asked.postcode)


@lru_cache(maxsize=256)
def _counted(meant: Callable[[Asked], Meant], asked: Asked, _revision: int) -> int:
    return meant(asked).count()


@lru_cache(maxsize=64)
def _marks(meant: Callable[[Asked], Meant], asked: Asked, _revision: int) -> list[Mark]:
    return meant(asked).marks(_EVERY)


def _with_words(rows: Rows, asked: Asked, number: str) -> Rows:
    """Those that have the words that were asked for. However many have them, one value is handed
    to the database."""
    if not asked.search:
        return rows
    found = search.numbers_with_words(asked.search)
    if connection.vendor == "postgresql":
        among = RawSQL("SELECT unnest(%s::int[])", [found])
    else:
        among = RawSQL("SELECT value FROM json_each(%s)", [json.dumps(found)])
    return rows.filter(**{f"{number}__in": among})


def _published(asked: Asked) -> QuerySet[Service]:
    rows = published_services()
    if asked.organization_id:
        rows = rows.filter(organization=asked.organization_id)
    if asked.modified_after:
        changes = Change.objects.filter(pk=OuterRef("stamp"), at__gte=asked.modified_after)
        rows = rows.filter(Exists(changes))
    if asked.taxonomy_term_id:
        rows = rows.filter(_answers("key", _key(asked.taxonomy_term_id)))
    if asked.taxonomy_id:
        rows = rows.filter(_answers("kind", _kind(asked.taxonomy_id)))
    return rows


def _answers(column: str, value: str) -> Q:
    needs = ServiceNeed.objects.filter(service=OuterRef("pk"), need__staff_only=False)
    groups = ServiceGroup.objects.filter(service=OuterRef("pk"), group__staff_only=False)
    return Q(Exists(needs.filter(**{f"need__{column}": value}))) | Q(
        Exists(groups.filter(**{f"group__{column}": value}))
    )


def _key(term: UUID) -> str:
    """ "" for none of ours: nothing has that."""
    every = terms(directory.revision())
    return next((each.key for each in every if each.id == term), "")


def _kind(taxonomy: UUID) -> str:
    return next((kind for kind in taxonomy_kinds() if taxonomy_id(kind) == taxonomy), "")


# --- where ---------------------------------------------------------------------------------------


def _around(rows: Rows, postcode: str, proximity: float | None) -> Rows:
    """Which of these are for whoever lives there, and within so many metres.

    A postcode is known as far as places of the map have it. Where it lies is the centre of their
    towns, and so are the places that distances are measured to: nothing is nearer than a town.
    """
    known = _towns_of(postcode)
    if not known:
        why = "No place on this map has that postcode, so nobody can say what lies around it."
        raise BadParameter(parameter="postcode", why=why)
    covered = ServiceArea.objects.filter(service=OuterRef("service")).filter(
        Q(municipality=None) | Q(municipality__in={each.municipality_id for each in known})
    )
    any_area = ServiceArea.objects.filter(service=OuterRef("service"))
    there = Q(location__place__in=[each.id for each in known])
    rows = rows.filter(Q(Exists(covered)) | (~Q(Exists(any_area)) & there))
    if proximity is None:
        return rows
    return rows.filter(location__place__in=_within(known, proximity))


def _towns_of(postcode: str) -> list[Place]:
    """Of what is published only: nobody learns where something lies that is not on the map."""
    shown = ServiceAtLocation.objects.filter(
        service__in=published_services(),
        location__type=Location.Type.PHYSICAL,
        location__postal_code__startswith=postcode,
    )
    return list(Place.objects.filter(id__in=shown.values("location__place")))


def _within(known: Sequence[Place], metres: float) -> list[UUID]:
    latitude = sum(each.latitude for each in known) / len(known)
    longitude = sum(each.longitude for each in known) / len(known)
    places = Place.objects.values_list("id", "latitude", "longitude")
    return [
        place
        for place, north, east in places
        if kilometres(latitude, longitude, north, east) * 1000 <= metres
    ]
