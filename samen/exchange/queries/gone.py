"""What became of a record that is not published: it was here once, or nobody ever saw it.

Of an entry that was never published nothing is told, not even that there is one.
"""

from dataclasses import dataclass
from uuid import UUID

from samen.directory import queries as directory
from samen.directory.models import Change, History, Organization, Service, ServiceAtLocation
from samen.exchange.queries.meant import published_services

_SEEN = ("deleted", "merged", "withdrawn", "returned", "redacted")
_SHOWN = ("ready", "review")


@dataclass(frozen=True, slots=True)
class Gone:
    """It was published and is not any more."""

    merged_into: UUID | None = None


def gone(kind: str, record: UUID) -> Gone | None:
    """None for what is here, or never was."""
    if kind == "services":
        return _service(record)
    if kind == "organizations":
        return _organization(record)
    if kind == "service_at_locations":
        link = ServiceAtLocation.objects.filter(pk=record).values_list("service_id").first()
        return Gone() if link and _service(link[0]) else None
    return None


def _service(record: UUID) -> Gone | None:
    if published_services().filter(pk=record).exists():
        return None
    heir = directory.heirs().get(record)
    if heir is not None:
        there = published_services().filter(pk=heir).exists()
        return Gone(merged_into=heir if there else None)
    seen = Change.objects.filter(kind="service", record=record, verb__in=_SEEN)
    shown = History.objects.filter(
        kind=History.Kind.SERVICE, record=record, facts__publish__publish__in=_SHOWN
    )
    return Gone() if seen.exists() or shown.exists() else None


def _organization(record: UUID) -> Gone | None:
    if not Organization.objects.filter(pk=record).exists():
        left = Change.objects.filter(kind="organization", record=record, verb__in=_SEEN)
        return Gone() if left.exists() else None
    services = Service.objects.filter(organization=record).values_list("id", flat=True)
    return Gone() if any(_service(each) for each in services) else None
