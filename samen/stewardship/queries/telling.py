"""Who has to be told something by mail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from samen.directory.models import History, Service
from samen.foundation.clock import AMSTERDAM
from samen.people import queries as people
from samen.people.http import Role
from samen.people.models import User
from samen.stewardship.models import Task
from samen.stewardship.queries.reviewing import PUBLISHED, today_of

# A worker that stood still tells later, and not about what is long past.
_LOOK_BACK = timedelta(days=7)
# What visitors do not read is nobody else's news.
_OF_THE_DESK = frozenset({"notes", "sources"})


@dataclass(frozen=True, slots=True)
class Edited:
    """A day on which a colleague changed an entry that is not her own organisation's."""

    service: UUID
    day: date


def stewards_with_work() -> list[User]:
    """Of every owner with an open task; where nobody works, those who keep what is national."""
    waiting = Task.objects.filter(done_on=None).values_list("service__owner__slug", flat=True)
    found: dict[UUID, User] = {}
    for owner in set(waiting.order_by()):
        there = people.holding(Role.STEWARD, municipality=owner) if owner else []
        for user in there or people.holding(Role.STEWARD):
            found[user.id] = user
    return sorted(found.values(), key=lambda user: user.email)


def edited_by_others(*, at: datetime) -> list[Edited]:
    """Days that are over, of the last week, the oldest first."""
    today = today_of(at)
    rows = History.objects.filter(
        kind=History.Kind.SERVICE,
        at__gte=at - _LOOK_BACK,
        by__in=User.objects.values("id"),
    ).order_by("at")
    seen = list(rows.values_list("record", "by", "at", "changed"))
    services = {
        service.id: service
        for service in Service.objects.filter(
            pk__in={record for record, *_rest in seen}, publish__in=PUBLISHED
        )
    }
    contacts = _contacts({service.organization_id for service in services.values()})
    found = {
        Edited(record, day)
        for record, by, moment, changed in seen
        if (day := moment.astimezone(AMSTERDAM).date()) < today
        and set(changed) - _OF_THE_DESK
        and record in services
        and by not in contacts[services[record].organization_id]
    }
    return sorted(found, key=lambda edited: (edited.day, edited.service))


def _contacts(organizations: set[UUID]) -> dict[UUID, set[UUID]]:
    return {
        organization: {user.id for user in people.contacts_of(organization)}
        for organization in organizations
    }
