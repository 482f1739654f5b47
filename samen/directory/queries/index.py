"""Everything the search index is made from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from samen.directory.models import Route, Service, ServiceText
from samen.directory.queries.heirs import heirs
from samen.directory.queries.related import (
    PUBLISHED,
    Related,
    of_services,
    publish_shown,
    verified_shown,
)
from samen.directory.rules import Hours
from samen.foundation.prepared import Prepared

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
    """Every published service by number, ten queries for each thousand; or those of `ids`, each of
    which is given once, nine for each thousand, within which they are in order."""
    for some in _all_published() if ids is None else _in_chunks(list(ids)):
        related, texts, routes = Related(some), _texts(some), _routes(some)
        for *columns, organization, alternate in _published(some):
            service = Service.from_db(None, _COLUMNS, columns)
            said = (*_names(service, organization, alternate), *texts[service.id])
            yield _row(service, related, said, routes[service.id])


def _all_published() -> Iterator[list[UUID]]:
    last, published = -1, Service.objects.filter(publish__in=PUBLISHED).order_by("number")
    while chunk := list(published.filter(number__gt=last).values_list("number", "id")[:_CHUNK]):
        yield [service for _number, service in chunk]
        if len(chunk) < _CHUNK:
            return
        last, _service = chunk[-1]


def _in_chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


_COLUMNS = [field.attname for field in Service._meta.concrete_fields]
_published = Prepared(
    lambda ids: (
        Service.objects.filter(publish__in=PUBLISHED, id__in=ids)
        .order_by("number")
        .values_list(*_COLUMNS, "organization__name", "organization__alternate_name")
    )
)


def _texts(ids: Sequence[UUID]) -> Mapping[UUID, list[tuple[str, str, str]]]:
    texts: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for service, language, field, body in _every_text(ids):
        texts[service].append((language, field, body))
    return texts


def _routes(ids: Sequence[UUID]) -> Mapping[UUID, dict[str, int]]:
    """An entry is suggested where one was that has been merged into it."""
    routes: dict[UUID, dict[str, int]] = defaultdict(dict)
    to = heirs()
    wanted = {*ids, *(service for service, heir in to.items() if heir in ids)}
    for service, need, position in _every_route(wanted):
        routes[to.get(service, service)].setdefault(need, position)
    return routes


_every_text = of_services(ServiceText, "language", "field", "body", by=["field", "language"])
_every_route = of_services(Route, "need__key", "position", by=["need__number", "position"])


def _names(service: Service, *organization: str) -> Iterator[tuple[str, str, str]]:
    yield "", "name", service.name
    for language, name in service.names.items():
        yield language, "name", name
    for name in organization:
        if name:
            yield "", "organization", name


def _row(
    service: Service,
    related: Related,
    texts: tuple[tuple[str, str, str], ...],
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
        texts=texts,
    )
