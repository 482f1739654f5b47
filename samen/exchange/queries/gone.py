"""What became of a record that is not published: it was here once, or nobody ever saw it.

Of an entry that was never published nothing is told, not even that there is one. Neither is
anything told of a place of an entry that has a secret one: nobody learns which one it became.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from samen.directory import queries as directory
from samen.directory.models import (
    FormerPlace,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
)
from samen.exchange.queries.meant import published_services
from samen.exchange.queries.taxonomies import left_at


@dataclass(frozen=True, slots=True)
class Gone:
    """It was published and is not any more."""

    merged_into: UUID | None = None  # the service that stands for it, or for the one it was of
    since: datetime | None = None  # of a place that was taken off its service, and of a term


def gone(kind: str, record: UUID) -> Gone | None:
    """None for what is here, or never was. Kinds are those of HSDS, and `locations`."""
    became = _KINDS.get(kind)
    return became(record) if became else None


def _service(record: UUID) -> Gone | None:
    if published_services().filter(pk=record).exists():
        return None
    heir = directory.heirs().get(record)
    if heir is not None:
        there = published_services().filter(pk=heir).exists()
        return Gone(merged_into=heir if there else None)
    return Gone() if directory.was_shown_before(record) else None


def _organization(record: UUID) -> Gone | None:
    if not Organization.objects.filter(pk=record).exists():
        return Gone() if directory.left_the_map("organization", record) else None
    services = Service.objects.filter(organization=record).values_list("id", flat=True)
    return Gone() if any(_service(each) for each in services) else None


def _at_location(record: UUID) -> Gone | None:
    return _place({"pk": record}, {"link": record})


def _location(record: UUID) -> Gone | None:
    return _place({"location": record}, {"location": record})


def _place(there: Mapping[str, UUID], before: Mapping[str, UUID]) -> Gone | None:
    """With its service, or before it."""
    links = ServiceAtLocation.objects.filter(**there)
    links = links.exclude(location__type=Location.Type.CONFIDENTIAL)
    became = [_service(service) for service in links.values_list("service_id", flat=True)]
    if became:
        return became[0] if all(became) else None
    left = FormerPlace.objects.filter(**before).order_by("-at").first()
    if left is None:
        return None
    service = _service(left.service_id)
    return Gone(merged_into=service.merged_into if service else None, since=left.at)


def _term(record: UUID) -> Gone | None:
    """A term can become one for colleagues only. Nothing else ends one, and nothing a taxonomy:
    those are of the software."""
    since = left_at(record, directory.revision())
    return Gone(since=since) if since else None


_KINDS: Mapping[str, Callable[[UUID], Gone | None]] = {
    "services": _service,
    "organizations": _organization,
    "service_at_locations": _at_location,
    "locations": _location,
    "taxonomy_terms": _term,
}
