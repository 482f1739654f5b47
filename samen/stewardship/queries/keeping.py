"""What the owner of entries has to look at: reports of visitors, tasks, and who keeps what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from samen.directory.models import ProblemReport, Service
from samen.foundation import paging
from samen.people import queries as people
from samen.people.http import Role
from samen.people.models import Post
from samen.places.models import Municipality
from samen.stewardship.models import Task
from samen.stewardship.queries.listing import NATIONAL, kept_by, municipalities, overdue
from samen.stewardship.queries.reviewing import PUBLISHED
from samen.stewardship.rules.reporting import deadline
from samen.stewardship.rules.scope import Scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """What visitors say of one entry. On how many days: twice on one day may be one person."""

    service: UUID
    number: int
    name: str
    reason: ProblemReport.Reason
    days: int
    first: date
    last: date
    until: date
    late: bool
    shown: bool
    marked: bool  # visitors read that the number may be wrong


@dataclass(frozen=True, slots=True)
class Owned:
    """How many entries an owner has, and how many of them nobody keeps by name."""

    slug: str  # of a municipality, or "nl"
    name: str
    entries: int
    alone: int


def cases(scope: Scope, *, page: int, today: date) -> paging.Counted[Case]:
    """The oldest first. Two queries. Raises paging.NoSuchPage."""
    said = ProblemReport.objects.filter(settled_on=None, service__in=kept_by(scope))
    found = said.values(
        "service_id",
        "service__number",
        "service__name",
        "service__publish",
        "service__number_doubted_on",
        "reason",
    ).annotate(first=Min("day"), last=Max("day"), days=Count("day", distinct=True))
    total = found.count()
    where, last = paging.cut(total, number=page, size=PAGE_SIZE)
    rows = found.order_by("first", "service__number", "reason")[where]
    return paging.Counted([_case(row, today) for row in rows], page, last, total)


def tasks(scope: Scope, *, page: int) -> paging.Counted[Task]:
    """Two queries. Raises paging.NoSuchPage."""
    found = Task.objects.filter(done_on=None, service__in=kept_by(scope))
    total = found.count()
    where, last = paging.cut(total, number=page, size=PAGE_SIZE)
    rows = found.select_related("service__organization").order_by("opened_on", "id")
    return paging.Counted(list(rows[where]), page, last, total)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the owner of entries, in numbers."""

    tasks: int
    cases: int
    overdue: int


def waiting(scope: Scope) -> Waiting:
    """Three queries."""
    mine = kept_by(scope)
    said = ProblemReport.objects.filter(settled_on=None, service__in=mine)
    return Waiting(
        tasks=Task.objects.filter(done_on=None, service__in=mine).count(),
        cases=said.values("service", "reason").distinct().count(),
        overdue=overdue(scope).count(),
    )


def reported(scope: Scope, service_id: UUID, reason: str) -> bool:
    said = ProblemReport.objects.filter(service=service_id, reason=reason, settled_on=None)
    return said.filter(service__in=kept_by(scope)).exists()


def owned(scope: Scope) -> list[Owned]:
    """Each owner within the scope, those that keep what is national first. Two queries."""
    counted = {
        row["owner__slug"] or NATIONAL: row
        for row in kept_by(scope)
        .values("owner__slug")
        .annotate(entries=Count("id"), alone=Count("id", filter=Q(keeper=None)))
        .order_by()
    }
    named = [(NATIONAL, "Nederland")] if scope.is_everywhere else []
    named += [(place.slug, place.name) for place in municipalities(scope)]
    return [
        Owned(slug, name, row["entries"], row["alone"])
        for slug, name in named
        if (row := counted.get(slug, {"entries": 0, "alone": 0}))
    ]


def entries_of(owner: str, *, keeper: UUID | None = None) -> list[UUID]:
    """The entries of an owner ("nl": national), or those of them that one colleague keeps."""
    every = Service.objects
    found = every.filter(owner=None) if owner == NATIONAL else every.filter(owner__slug=owner)
    if keeper:
        found = found.filter(keeper=keeper)
    return list(found.order_by("number").values_list("id", flat=True))


def left_behind() -> dict[UUID | None, list[UUID]]:
    """By owner, the entries whose keeper has left. Two queries."""
    rows = Service.objects.filter(keeper__in=people.who_left()).order_by("number")
    found: dict[UUID | None, list[UUID]] = {}
    for service, owner in rows.values_list("id", "owner_id"):
        found.setdefault(owner, []).append(service)
    return found


def keepers() -> list[tuple[str, UUID, str]]:
    """Who can keep entries by name: owner, id and name of its stewards and editors. One query."""
    posts = Post.objects.filter(
        role__in=(Role.STEWARD, Role.EDITOR), ended_at=None, colleague__is_active=True
    )
    rows = posts.values_list("municipality__slug", "colleague_id", "colleague__name")
    found = {(slug or NATIONAL, colleague, name) for slug, colleague, name in rows}
    return sorted(found, key=lambda keeper: (keeper[0], keeper[2], keeper[1]))


def owner_of(slug: str) -> UUID | None:
    """Raises Municipality.DoesNotExist."""
    return None if slug == NATIONAL else Municipality.objects.get(slug=slug).id


def _case(row: Mapping[str, Any], today: date) -> Case:
    until = deadline(row["reason"], row["first"])
    return Case(
        service=row["service_id"],
        number=row["service__number"],
        name=row["service__name"],
        reason=ProblemReport.Reason(row["reason"]),
        days=row["days"],
        first=row["first"],
        last=row["last"],
        until=until,
        late=today > until,
        shown=row["service__publish"] in PUBLISHED,
        marked=row["reason"] == ProblemReport.Reason.NUMBER
        and row["service__number_doubted_on"] is not None,
    )
