"""Resources of health care, made of the documents that are kept. A few queries for a page."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from samen.directory.models import (
    Change,
    Location,
    Service,
    ServiceAtLocation,
    ServiceGroup,
    ServiceNeed,
)
from samen.exchange.queries.documents import documents
from samen.exchange.rules import fhir, taxonomy_kinds
from samen.exchange.rules.asking_fhir import ANY, Asked, Name, Span
from samen.exchange.rules.fhir import LOCATION, ORGANIZATION, SERVICE, Version

__all__ = ["Found", "found", "one"]

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    resources: Sequence[Resource]
    total: int
    after: UUID | None = None  # where the next page begins
    along: Sequence[Resource] = ()  # what was asked to come along


@dataclass(frozen=True, slots=True)
class _Sort:
    """How the records of one sort of resource are found: each with the number of a service whose
    document shows it, and the highest stamp of the services that do."""

    all: Callable[[], QuerySet[Any, Any]]
    names: tuple[str, ...]  # columns
    made: Callable[[UUID, Mapping[str, Any], Version], Resource | None]
    organization: str


def one(kind: str, id_: UUID) -> Resource | None:
    found = _page(kind, _SORTS[kind].all().filter(record=id_))
    return found[0] if found else None


def found(kind: str, asked: Asked) -> Found:
    sort = _SORTS[kind]
    rows = sort.all() if not asked.nothing else sort.all().none()
    rows = rows.filter(_which(asked, sort)).distinct()
    total = rows.count()
    if asked.only_total:
        return Found((), total)
    if asked.after is not None:
        rows = rows.filter(record__gt=asked.after)
    there = list(rows.order_by("record")[: asked.count + 1])
    page = there[: asked.count]
    resources = _made(kind, page)
    after = page[-1]["record"] if len(there) > asked.count else None
    return Found(resources, total, after, list(_along(kind, asked, resources)))


def _along(kind: str, asked: Asked, found: Sequence[Resource]) -> Iterator[Resource]:
    """Each once, and nothing that was found anyhow."""
    wanted: dict[str, set[str]] = {}
    for include in asked.include:
        ids = {id_ for each in found for id_ in fhir.referred(each, include)}
        wanted.setdefault(fhir.INCLUDES[kind][include], set()).update(ids)
    for sort, ids in wanted.items():
        rows = _SORTS[sort].all().filter(record__in=ids).distinct()
        yield from _made(sort, list(rows.order_by("record")))


def _page(kind: str, rows: QuerySet[Any, Any]) -> list[Resource]:
    return _made(kind, list(rows[:1]))


def _which(asked: Asked, sort: _Sort) -> Q:
    which = Q()
    if asked.ids is not None:
        which &= Q(record__in=asked.ids)
    if asked.organizations is not None:
        which &= Q(**{f"{sort.organization}__in": asked.organizations})
    if asked.locations is not None:
        which &= _at(asked.locations)
    for numbers in asked.numbers:
        which &= Q(number__in=numbers)
    for keys in asked.terms:
        which &= _answers(keys)
    for name in asked.names:
        which &= _named(name, sort)
    for span in asked.changed:
        which &= _changed(span)
    return which


def _named(name: Name, sort: _Sort) -> Q:
    lookup = {"startswith": "istartswith", "contains": "icontains", "exact": "exact"}[name.how]
    any_of = Q()
    for column in sort.names:
        for word in name.words:
            any_of |= Q(**{f"{column}__{lookup}": word})
    return any_of


def _answers(keys: Collection[str]) -> Q:
    """Services that say one of these terms: what they help with, or for whom they are."""
    kinds = taxonomy_kinds()
    needs = ServiceNeed.objects.filter(need__staff_only=False, need__kind__in=kinds)
    groups = ServiceGroup.objects.filter(group__staff_only=False, group__kind__in=kinds)
    if ANY not in keys:
        needs, groups = needs.filter(need__key__in=keys), groups.filter(group__key__in=keys)
    return Q(pk__in=needs.values("service")) | Q(pk__in=groups.values("service"))


def _at(locations: Collection[UUID]) -> Q:
    """Services at one of these places; a secret one is none."""
    links = ServiceAtLocation.objects.exclude(location__type=Location.Type.CONFIDENTIAL)
    return Q(pk__in=links.filter(location__in=locations).values("service"))


def _changed(span: Span) -> Q:
    """By the moment of the last change that may show in it."""
    before, within = Q(at__lt=span.start), Q(at__gte=span.start, at__lt=span.end)
    after = Q(at__gte=span.end)
    meant = {
        "eq": within,
        "ne": before | after,
        "gt": after,
        "sa": after,
        "ge": within | after,
        "lt": before,
        "eb": before,
        "le": before | within,
    }[span.prefix]
    return Q(last__in=Change.objects.filter(meant).values("pk"))


def _made(kind: str, rows: Sequence[dict[str, Any]]) -> list[Resource]:
    numbers = Service.objects.filter(number__in={row["shown_by"] for row in rows})
    services = dict(numbers.values_list("number", "id"))
    said = documents(services.values())
    moments = dict(
        Change.objects.filter(pk__in=[row["last"] for row in rows]).values_list("pk", "at")
    )
    resources = []
    for row in rows:
        body = said.get(services.get(row["shown_by"], row["record"]))
        version = Version(row["last"], moments.get(row["last"]))
        made = _SORTS[kind].made(row["record"], json.loads(body), version) if body else None
        if made is not None:
            resources.append(made)
    return resources


def _services() -> QuerySet[Any, Any]:
    shown = Service.objects.exclude(publish=Service.Publish.HIDDEN)
    return shown.values(record=F("id"), shown_by=F("number"), last=F("stamp"))


def _organizations() -> QuerySet[Any, Any]:
    """Those whose help is shown."""
    shown = Service.objects.exclude(publish=Service.Publish.HIDDEN).order_by()
    owners = shown.values(record=F("organization"))
    return owners.annotate(shown_by=Min("number"), last=Max("stamp"))


def _locations() -> QuerySet[Any, Any]:
    """Those where one can go; never a secret one."""
    links = ServiceAtLocation.objects.exclude(location__type=Location.Type.CONFIDENTIAL)
    links = links.exclude(service__publish=Service.Publish.HIDDEN).order_by()
    # A place without a name of its own goes by that of the organisation.
    own = NullIf("location__name", Value(""))
    links = links.alias(name=Coalesce(own, "service__organization__name"))
    return links.values(record=F("location")).annotate(
        shown_by=Min("service__number"), last=Max("service__stamp")
    )


def _service(_id: UUID, document: Mapping[str, Any], version: Version) -> Resource:
    return fhir.service(document, version, site=settings.SITE)


def _organization(_id: UUID, document: Mapping[str, Any], version: Version) -> Resource:
    return fhir.organization(document["organization"], version)


def _location(id_: UUID, document: Mapping[str, Any], version: Version) -> Resource | None:
    place = fhir.place_in(document, str(id_))
    if place is None:
        return None
    return fhir.location(place, version, organization=document["organization"])


_SORTS = {
    SERVICE: _Sort(_services, ("name",), _service, "organization"),
    ORGANIZATION: _Sort(
        _organizations,
        ("organization__name", "organization__alternate_name"),
        _organization,
        "organization",
    ),
    LOCATION: _Sort(_locations, ("name",), _location, "service__organization"),
}
