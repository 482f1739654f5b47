"""Where each published service is from: this installation, unless it was taken over."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings

from samen.directory.models import Origin
from samen.exchange.rules import Provenance


def provenance_of(ids: Iterable[UUID]) -> Mapping[UUID, Provenance]:
    """Of every one of these. One query."""
    wanted = list(ids)
    taken = {row.service_id: row for row in Origin.objects.filter(service__in=wanted)}
    return {each: _from(taken[each]) if each in taken else _own(each) for each in wanted}


def _own(service: UUID) -> Provenance:
    return Provenance(
        publisher=settings.PUBLISHER_ID, original_id=str(service), licence=settings.LICENCE
    )


def _from(origin: Origin) -> Provenance:
    """Who published it first, however many hands it went through."""
    return Provenance(
        publisher=origin.publisher,
        original_id=origin.original,
        licence=origin.licence,
        source=origin.source,
        seen=origin.taken_on,
    )
