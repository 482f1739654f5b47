"""What the worker found, for whoever keeps that part of the map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from samen.directory.models import Organization, Service
from samen.foundation import paging
from samen.stewardship.models import Finding
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.scope import Scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    about: str  # the fact
    code: str
    more: str  # what stands behind the code: a host, a number of words
    opened_at: datetime
    service: UUID | None  # None for an organisation
    name: str
    number: int | None = None


def findings(scope: Scope, *, kind: str = "", page: int = 1) -> paging.Page[Found]:
    """One page of what is open, the oldest first. Four queries. Raises paging.NoSuchPage."""
    opened = _open(scope)
    if kind:
        opened = opened.filter(kind=kind)
    where, last = paging.cut(opened.count(), number=page, size=PAGE_SIZE)
    return paging.Page(_named(list(opened[where])), page, last)


def findings_by_kind(scope: Scope) -> Mapping[str, int]:
    counted = _open(scope).order_by().values_list("kind").annotate(number=Count("id"))
    return dict(counted)


def findings_of(record: UUID) -> Sequence[Finding]:
    """What is open of one service or organisation."""
    return list(Finding.objects.filter(record=record, closed_at=None).order_by("kind", "about"))


def _open(scope: Scope) -> QuerySet[Finding]:
    opened = Finding.objects.filter(closed_at=None).order_by("opened_at", "id")
    if scope.is_everywhere:
        return opened
    hers = services_within(scope)
    return opened.filter(
        Q(of=Finding.Of.SERVICE, record__in=hers.values("id"))
        | Q(of=Finding.Of.ORGANIZATION, record__in=hers.values("organization_id"))
    )


def _named(rows: Sequence[Finding]) -> list[Found]:
    records = [row.record for row in rows]
    shown = Service.objects.filter(id__in=records).values_list("id", "name", "number")
    services = {id_: (name, number) for id_, name, number in shown}
    organizations = dict(Organization.objects.filter(id__in=records).values_list("id", "name"))
    return [
        Found(
            kind=row.kind,
            about=row.about,
            code=row.detail.partition(" ")[0],
            more=row.detail.partition(" ")[2],
            opened_at=row.opened_at,
            service=row.record if row.of == Finding.Of.SERVICE else None,
            name=services[row.record][0]
            if row.record in services
            else organizations.get(row.record, ""),
            number=services[row.record][1] if row.record in services else None,
        )
        for row in rows
    ]
