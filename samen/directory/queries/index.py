"""Everything the search index is made from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from samen.directory.models import Route, Service, ServiceText
from samen.directory.queries.heirs import heirs
from samen.directory.queries.related import PUBLISHED, Related, publish_shown, verified_shown
from samen.directory.rules import Hours

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class IndexRow:
    id: UUID
    number: int
    publish: str  # ready, review
    emergency: bool
    needs: tuple[str, ...]  # need keys
    route: Mapping[str, int]  # need key -> position among its first suggestions
    national: bool
    municipalities: tuple[str, ...]  # slugs
    towns: tuple[tuple[float, float], ...]  # (latitude, longitude); never a confidential place
    languages: tuple[str, ...]  # tags
    interpreter: str
    groups: tuple[str, ...]  # need keys
    only: tuple[str, ...]  # need keys
    without_documents: str
    cost: str
    channels: tuple[str, ...]
    minimum_age: int | None
    maximum_age: int | None
    hours: Hours
    verified: str
    assured_on: date | None
    checked_on: date | None
    # (language, field, body); the names and the organisation's name are among the fields
    # "name" and "organization", in language "" where they belong to no language.
    texts: tuple[tuple[str, str, str], ...]


def index_rows(ids: Collection[UUID] | None = None) -> Iterator[IndexRow]:
    """Every published service, or those of `ids`, by number: nine queries for each thousand."""
    published = Service.objects.filter(publish__in=PUBLISHED).select_related("organization")
    if ids is not None:
        published = published.filter(id__in=ids)
    last = -1
    while chunk := list(published.filter(number__gt=last).order_by("number")[:_CHUNK]):
        ids = [service.id for service in chunk]
        related, texts, routes = Related(ids), _texts(ids), _routes(ids)
        for service in chunk:
            yield _row(service, related, texts[service.id], routes[service.id])
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1].number


def _texts(ids: Sequence[UUID]) -> Mapping[UUID, list[tuple[str, str, str]]]:
    texts: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    rows = ServiceText.objects.filter(service__in=ids).order_by("field", "language")
    for service, *text in rows.values_list("service_id", "language", "field", "body"):
        texts[service].append((text[0], text[1], text[2]))
    return texts


def _routes(ids: Sequence[UUID]) -> Mapping[UUID, dict[str, int]]:
    """An entry is suggested where one was that has been merged into it."""
    routes: dict[UUID, dict[str, int]] = defaultdict(dict)
    to = heirs()
    wanted = {*ids, *(service for service, heir in to.items() if heir in ids)}
    rows = Route.objects.filter(service__in=wanted).order_by("need__number", "position")
    for service, need, position in rows.values_list("service_id", "need__key", "position"):
        routes[to.get(service, service)].setdefault(need, position)
    return routes


def _names(service: Service) -> Iterator[tuple[str, str, str]]:
    yield "", "name", service.name
    for language, name in service.names.items():
        yield language, "name", name
    yield "", "organization", service.organization.name
    if service.organization.alternate_name:
        yield "", "organization", service.organization.alternate_name


def _row(
    service: Service,
    related: Related,
    texts: list[tuple[str, str, str]],
    route: dict[str, int],
) -> IndexRow:
    return IndexRow(
        id=service.id,
        number=service.number,
        publish=publish_shown(service),
        emergency=service.emergency,
        needs=related.needs(service),
        route=route,
        national=related.is_national(service),
        municipalities=tuple(area.slug for area in related.areas(service)),
        towns=tuple(spot.point for spot in related.spots(service) if spot.point),
        languages=related.languages(service),
        interpreter=service.interpreter,
        groups=related.groups(service),
        only=related.only(service),
        without_documents=service.without_documents,
        cost=service.cost,
        channels=tuple(service.channels),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        hours=related.hours(service),
        verified=verified_shown(service),
        assured_on=service.assured_on,
        checked_on=service.checked_on,
        texts=(*_names(service), *texts),
    )
