"""Which entries may be one, and who does already what somebody wants to add."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet

from samen.directory.models import (
    Location,
    Phone,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
)
from samen.foundation import paging
from samen.stewardship.models import Candidate, Merge
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.duplicates import Alike, Entry, dialled, like_one
from samen.stewardship.rules.scope import Scope

PAGE_SIZE = 50
_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class There:
    """An entry that is there already and may be what somebody wants to add."""

    id: UUID
    number: int
    name: str
    organization: str
    publish: str
    score: int
    reasons: tuple[str, ...]


def entries() -> list[Entry]:
    """Every entry that is not merged into another. Four queries."""
    services = Service.objects.filter(merged_into=None).order_by("number")
    phones, areas, streets = _phones(), _areas(), _streets()
    return [
        Entry(
            id=id_,
            name=name,
            organization=organization,
            phones=frozenset(phones[id_]),
            email=email,
            site=site,
            street=streets.get(id_, ""),
            areas=frozenset(slug for slug in areas[id_] if slug),
            national=None in areas[id_],
        )
        for id_, name, organization, email, site in services.values_list(
            "id", "name", "organization_id", "email", "website"
        )
    ]


def candidates(scope: Scope, *, page: int = 1) -> paging.Page[Candidate]:
    """Pairs on which nobody has decided, the likest first. Raises paging.NoSuchPage."""
    found = _undecided(scope)
    where, last = paging.cut(found.count(), number=page, size=PAGE_SIZE)
    rows = found.select_related("first__organization", "second__organization")
    return paging.Page(list(rows[where]), page, last)


def candidate_of(candidate: UUID, *, scope: Scope) -> Candidate | None:
    found = _undecided(scope).select_related("first__organization", "second__organization")
    return found.filter(pk=candidate).first()


def merge_of(merge: UUID, *, scope: Scope) -> Merge | None:
    return Merge.objects.filter(pk=merge, kept__in=services_within(scope)).first()


def how_many_candidates(scope: Scope) -> int:
    return _undecided(scope).count()


def merges(scope: Scope) -> list[Merge]:
    """What was merged lately and can be undone."""
    rows = Merge.objects.filter(undone_at=None, kept__in=services_within(scope))
    return list(rows.select_related("kept", "gone")[:PAGE_SIZE])


def who_already(
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    site: str = "",
    needs: Collection[str] = (),
    area: str = "",
) -> list[There]:
    """Who does already what somebody is about to add: alike, or for the same need in that place.

    Hidden entries are among them: it may be waiting for a number. Six queries.
    """
    wanted = Entry(
        id=uuid4(),
        name=name,
        phones=frozenset({dialled(phone)} if phone else ()),
        email=email,
        site=site,
        areas=frozenset({area} - {"", "nl"}),
        national=area == "nl",
    )
    near = {one.second: one for one in like_one(wanted, entries())[:_MOST_SHOWN]}
    for service in _same_help(needs, area)[: _MOST_SHOWN - len(near)]:
        near.setdefault(service, Alike(wanted.id, service, 0, ("same-help",)))
    return _named(list(near.values()))


def _undecided(scope: Scope) -> QuerySet[Candidate]:
    open_ = Candidate.objects.filter(
        dismissed_at=None, first__merged_into=None, second__merged_into=None
    )
    if scope.is_everywhere:
        return open_
    hers = services_within(scope).values("id")
    return open_.filter(Q(first__in=hers) | Q(second__in=hers))


def _same_help(needs: Collection[str], area: str) -> list[UUID]:
    if not needs or not area:
        return []
    here = ServiceArea.objects.filter(service=OuterRef("pk"), municipality__slug=area)
    if area == "nl":
        here = ServiceArea.objects.filter(service=OuterRef("pk"), municipality=None)
    that = ServiceNeed.objects.filter(service=OuterRef("pk"), need__key__in=list(needs))
    found = Service.objects.filter(Exists(here), Exists(that), merged_into=None)
    return list(found.order_by("number").values_list("id", flat=True)[:_MOST_SHOWN])


def _named(found: Sequence[Alike]) -> list[There]:
    rows = Service.objects.filter(id__in=[one.second for one in found])
    services: dict[UUID, Any] = {row.id: row for row in rows.select_related("organization")}
    return [
        There(
            id=service.id,
            number=service.number,
            name=service.name,
            organization=service.organization.name,
            publish=service.publish,
            score=one.score,
            reasons=one.reasons,
        )
        for one in found
        if (service := services.get(one.second))
    ]


def _phones() -> dict[UUID, set[str]]:
    phones: dict[UUID, set[str]] = defaultdict(set)
    for service, number in Phone.objects.values_list("service_id", "number"):
        phones[service].add(dialled(number))
    return phones


def _areas() -> dict[UUID, set[str | None]]:
    areas: dict[UUID, set[str | None]] = defaultdict(set)
    for service, slug in ServiceArea.objects.values_list("service_id", "municipality__slug"):
        areas[service].add(slug)
    return areas


def _streets() -> dict[UUID, str]:
    links = ServiceAtLocation.objects.filter(location__type=Location.Type.PHYSICAL)
    rows = links.exclude(location__street="").values_list(
        "service_id", "location__street", "location__town"
    )
    return {service: f"{street} {town}" for service, street, town in rows}
