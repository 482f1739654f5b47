"""Whether visitors ever saw an entry: of one that nobody ever saw nothing is told, not even that
it is there.
"""

from uuid import UUID

from samen.directory.models import Change, History, Service

# What happens only to what was on the map.
_LEFT = ("deleted", "merged", "withdrawn", "returned", "redacted")
_SHOWN = ("ready", "review")


def was_shown(service: Service) -> bool:
    """By now or before, as `service` was read."""
    return service.publish != Service.Publish.HIDDEN or was_shown_before(service.pk)


def was_shown_before(record: UUID) -> bool:
    shown = History.objects.filter(
        kind=History.Kind.SERVICE, record=record, facts__publish__publish__in=_SHOWN
    )
    return left_the_map("service", record) or shown.exists()


def left_the_map(kind: str, record: UUID) -> bool:
    """Whether the journal says so, also of what has no row any more."""
    return Change.objects.filter(kind=kind, record=record, verb__in=_LEFT).exists()
