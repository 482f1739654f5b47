"""Entries of which something had to be forgotten: what a source said of them is never given on."""

from collections.abc import Iterable
from uuid import UUID

from samen.directory.models import Change, Location, ServiceAtLocation


def redacted_among(ids: Iterable[UUID]) -> set[UUID]:
    """Those whose place is secret, or of which a fact was withheld once. Two queries."""
    wanted = list(ids)
    there = ServiceAtLocation.objects.filter(
        service__in=wanted, location__type=Location.Type.CONFIDENTIAL
    )
    told = Change.objects.filter(kind="service", verb="redacted", record__in=wanted)
    return {
        *there.values_list("service_id", flat=True),
        *told.values_list("record", flat=True),
    }
