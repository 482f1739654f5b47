"""The services a colleague keeps, as a list. The same few queries, however many there are."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from samen.directory.models import Service, ServiceArea
from samen.foundation import paging
from samen.places.models import Municipality
from samen.stewardship.models import Suggestion, Withdrawal
from samen.stewardship.queries.reviewing import PUBLISHED
from samen.stewardship.rules.scope import Scope

PAGE_SIZE = 50
NATIONAL = "nl"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filters by; empty is everything."""

    words: str = ""
    area: str = ""  # slug of a municipality, or "nl"
    state: str = ""  # ready, review, hidden, waiting, withdrawn, overdue
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    id: UUID
    number: int
    name: str
    organization: str
    publish: str
    areas: tuple[str, ...]
    waiting: bool  # a suggestion waits
    withdrawn: bool


def lines(asked: Asked, *, scope: Scope) -> paging.Counted[Line]:
    """One page of the services within a scope. Three queries. Raises paging.NoSuchPage."""
    found = _narrowed(services_within(scope), asked)
    if asked.state == "overdue":
        found = found.filter(pk__in=overdue(scope))
    total = found.count()
    where, last = paging.cut(total, number=asked.page, size=PAGE_SIZE)
    rows = list(
        found.select_related("organization")
        .annotate(has_waiting=_waiting(), is_away=_withdrawn())
        .order_by("number")[where]
    )
    areas = _areas([row.id for row in rows])
    return paging.Counted([_line(row, areas) for row in rows], asked.page, last, total)


def services_within(scope: Scope) -> QuerySet[Service]:
    if scope.is_everywhere:
        return Service.objects.all()
    hers = ServiceArea.objects.filter(
        service=OuterRef("pk"), municipality__slug__in=scope.municipalities or ()
    )
    return Service.objects.filter(Q(Exists(hers)) | Q(organization__in=scope.organizations))


def kept_by(scope: Scope) -> QuerySet[Service]:
    """The entries that a colleague answers for: her municipality's own, or all."""
    if scope.is_everywhere:
        return Service.objects.all()
    return Service.objects.filter(owner__slug__in=scope.municipalities or ())


def overdue(scope: Scope) -> QuerySet[Service]:
    """Of those she answers for, the shown ones that nobody confirmed in time."""
    late = Service.Freshness.OVERDUE
    return kept_by(scope).filter(publish__in=PUBLISHED, freshness=late)


def municipalities(scope: Scope) -> list[Municipality]:
    every = Municipality.objects.order_by("name")
    if not scope.is_everywhere:
        every = every.filter(slug__in=scope.municipalities or ())
    return list(every)


def _narrowed(found: QuerySet[Service], asked: Asked) -> QuerySet[Service]:
    if words := asked.words.strip():
        found = found.filter(
            Q(name__icontains=words)
            | Q(organization__name__icontains=words)
            | Q(key__icontains=words)
        )
    if asked.area == NATIONAL:
        found = found.filter(
            Exists(ServiceArea.objects.filter(service=OuterRef("pk"), municipality=None))
        )
    elif asked.area:
        found = found.filter(
            Exists(
                ServiceArea.objects.filter(service=OuterRef("pk"), municipality__slug=asked.area)
            )
        )
    return _in_state(found, asked.state)


def _in_state(found: QuerySet[Service], state: str) -> QuerySet[Service]:
    if state == "waiting":
        return found.filter(_waiting())
    if state == "withdrawn":
        return found.filter(_withdrawn())
    return found.filter(publish=state) if state in Service.Publish else found


def _waiting() -> Exists:
    return Exists(Suggestion.objects.filter(service=OuterRef("pk"), state=Suggestion.State.WAITING))


def _withdrawn() -> Exists:
    return Exists(Withdrawal.objects.filter(service=OuterRef("pk"), decision=""))


def _areas(ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {service: [] for service in ids}
    rows = ServiceArea.objects.filter(service__in=ids).order_by("municipality__name")
    for service, name in rows.values_list("service_id", "municipality__name"):
        found[service].append(name or "Nederland")
    return found


def _line(row: Any, areas: dict[UUID, list[str]]) -> Line:
    return Line(
        id=row.id,
        number=row.number,
        name=row.name,
        organization=row.organization.name,
        publish=row.publish,
        areas=tuple(areas[row.id]),
        waiting=row.has_waiting,
        withdrawn=row.is_away,
    )
