"""What hangs on a number of services, fetched for all of them at once, in five queries."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Model, QuerySet, Value

from samen.directory.models import (
    HoursException,
    Location,
    OpeningHours,
    RequiredDocument,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceGroup,
    ServiceLanguage,
    ServiceNeed,
)
from samen.directory.rules import Exceptional, Hours, Stretch
from samen.foundation.prepared import Prepared

PUBLISHED = (Service.Publish.READY, Service.Publish.REVIEW)


def publish_shown(service: Service) -> str:
    """What nobody has confirmed for too long stands with what still is to be confirmed."""
    overdue = service.freshness == Service.Freshness.OVERDUE and not service.emergency
    return Service.Publish.REVIEW.value if overdue else service.publish


def verified_shown(service: Service) -> str:
    return Service.Verified.PERSON.value if service.assured_on else service.verified


_LANGUAGE, _DOCUMENT, _NEED, _WELCOME, _ONLY = "language", "document", "need", "welcome", "only"


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality; the whole country is an area without one."""

    slug: str
    name: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place one can go to; never a confidential one."""

    name: str
    street: str
    town: str
    confirmed: bool
    point: tuple[float, float] | None


class Related:
    """What hangs on each of `ids`."""

    def __init__(self, ids: Sequence[UUID]) -> None:
        self._week: dict[UUID, list[Stretch]] = defaultdict(list)
        self._exceptions: dict[UUID, list[Exceptional]] = defaultdict(list)
        self._words: dict[tuple[UUID, str], list[str]] = defaultdict(list)
        self._areas: dict[UUID, list[Area | None]] = defaultdict(list)
        self._spots: dict[UUID, list[Spot]] = defaultdict(list)
        self._confidential: set[UUID] = set()
        self._fetch_hours(ids)
        self._fetch_words(ids)
        self._fetch_areas(ids)
        self._fetch_places(ids)

    def _fetch_hours(self, ids: Sequence[UUID]) -> None:
        for service, *stretch in _week(ids):
            self._week[service].append(Stretch(*stretch))
        for service, *exception in _exceptions(ids):
            self._exceptions[service].append(Exceptional(*exception))

    def _fetch_words(self, ids: Sequence[UUID]) -> None:
        for service, sort, word in _words(ids):
            self._words[service, sort].append(word)

    def _fetch_areas(self, ids: Sequence[UUID]) -> None:
        for service, slug, name, names in _areas(ids):
            self._areas[service].append(Area(slug, name, names) if slug else None)

    def _fetch_places(self, ids: Sequence[UUID]) -> None:
        for service, kind, *spot in _places(ids):
            if kind == Location.Type.CONFIDENTIAL:
                self._confidential.add(service)
            elif kind == Location.Type.PHYSICAL:
                self._spots[service].append(_spot(spot))

    def hours(self, service: Service) -> Hours:
        return Hours(
            state=service.hours,
            week=tuple(self._week[service.id]),
            exceptions=tuple(self._exceptions[service.id]),
            closed_on_holidays=service.closed_on_holidays,
            closed_from=service.closed_from,
            closed_until=service.closed_until,
            urgent_always=service.urgent_always,
            confirmed=service.hours_confirmed,
        )

    def languages(self, service: Service) -> tuple[str, ...]:
        return self._sorted(service, _LANGUAGE)

    def documents(self, service: Service) -> tuple[str, ...]:
        return self._sorted(service, _DOCUMENT)

    def needs(self, service: Service) -> tuple[str, ...]:
        return self._sorted(service, _NEED)

    def groups(self, service: Service) -> tuple[str, ...]:
        return self._sorted(service, _WELCOME)

    def only(self, service: Service) -> tuple[str, ...]:
        return self._sorted(service, _ONLY)

    def _sorted(self, service: Service, sort: str) -> tuple[str, ...]:
        return tuple(sorted(self._words[service.id, sort]))

    def is_national(self, service: Service) -> bool:
        return None in self._areas[service.id]

    def areas(self, service: Service) -> Iterator[Area]:
        return (area for area in self._areas[service.id] if area)

    def spots(self, service: Service) -> Sequence[Spot]:
        return self._spots[service.id]

    def has_confidential_place(self, service: Service) -> bool:
        return service.id in self._confidential


def _lists_of_words(ids: Sequence[UUID]) -> QuerySet[Any, Any]:
    """Lists of single words, of which each has a table: one query brings them all."""
    languages = ServiceLanguage.objects.filter(service__in=ids)
    documents = RequiredDocument.objects.filter(service__in=ids)
    needs = ServiceNeed.objects.filter(service__in=ids)
    groups = ServiceGroup.objects.filter(service__in=ids)
    columns = [
        languages.values_list("service_id", Value(_LANGUAGE), F("tag")),
        documents.values_list("service_id", Value(_DOCUMENT), F("document")),
        needs.values_list("service_id", Value(_NEED), F("need__key")),
        groups.filter(only=False).values_list("service_id", Value(_WELCOME), F("group__key")),
        groups.filter(only=True).values_list("service_id", Value(_ONLY), F("group__key")),
    ]
    first, *others = (query.order_by() for query in columns)
    return first.union(*others, all=True)


def of_services(model: type[Model], *columns: str, by: Sequence[str]) -> Prepared:
    """The rows of a table that belong to services: whose each is, and these columns, in order."""
    return Prepared(
        lambda ids: (
            model._default_manager.filter(service__in=ids)  # noqa: SLF001 Django documents it
            .order_by(*by)
            .values_list("service_id", *columns)
        )
    )


_words = Prepared(_lists_of_words)
_week = of_services(OpeningHours, "weekday", "opens", "closes", by=["weekday", "opens"])
_exceptions = of_services(HoursException, "date", "opens", "closes", by=["date", "opens"])
_areas = of_services(
    ServiceArea,
    "municipality__slug",
    "municipality__name",
    "municipality__names",
    by=["municipality__name"],
)
_places = of_services(
    ServiceAtLocation,
    "location__type",
    "location__name",
    "location__street",
    "location__town",
    "location__confirmed",
    "location__place__name",
    "location__place__latitude",
    "location__place__longitude",
    by=["id"],
)


def _spot(row: Sequence[Any]) -> Spot:
    name, street, town, confirmed, place, *point = row
    return Spot(
        name=name,
        street=street,
        town=town or place or "",
        confirmed=confirmed,
        point=None if place is None else (point[0], point[1]),
    )
