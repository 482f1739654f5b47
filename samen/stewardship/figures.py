"""How true the map is kept, in numbers per municipality. No entry and no person in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from samen.directory.models import ProblemReport, Service
from samen.directory.queries import months_before
from samen.foundation.clock import AMSTERDAM
from samen.stewardship.models import Task

NATIONAL = "nl"
_PUBLISHED = (Service.Publish.READY, Service.Publish.REVIEW)


@dataclass(frozen=True, slots=True)
class Kept:
    """The entries that one municipality answers for; "nl" for what is national."""

    municipality: str
    published: int
    confirmed_6: int  # of them, within six months
    confirmed_12: int
    due: int
    overdue: int
    hidden: int  # because nobody confirmed them
    reported: int  # entries of which visitors say something that nobody has looked at
    tasks: int


def kept(*, at: datetime) -> tuple[Kept, ...]:
    """By slug. Three queries, whatever the number of entries."""
    today = at.astimezone(AMSTERDAM).date()
    shown = Q(publish__in=_PUBLISHED)
    rows: Any = (
        Service.objects.values("owner__slug")
        .annotate(
            published=Count("id", filter=shown),
            confirmed_6=Count("id", filter=shown & Q(assured_on__gte=months_before(today, 6))),
            confirmed_12=Count("id", filter=shown & Q(assured_on__gte=months_before(today, 12))),
            due=Count("id", filter=shown & Q(freshness=Service.Freshness.DUE)),
            overdue=Count("id", filter=shown & Q(freshness=Service.Freshness.OVERDUE)),
            hidden=Count("id", filter=Q(freshness=Service.Freshness.HIDDEN)),
        )
        .order_by("owner__slug")
    )
    reports = _by_owner(ProblemReport.objects.filter(settled_on=None), "service")
    tasks = _by_owner(Task.objects.filter(done_on=None), "id")
    owners = [(row.pop("owner__slug") or NATIONAL, row) for row in rows]
    return tuple(
        Kept(owner, **row, reported=reports.get(owner, 0), tasks=tasks.get(owner, 0))
        for owner, row in owners
    )


def _by_owner(waiting: QuerySet[Any], what: str) -> dict[str, int]:
    rows = waiting.values("service__owner__slug").annotate(number=Count(what, distinct=True))
    return {row["service__owner__slug"] or NATIONAL: row["number"] for row in rows.order_by()}
