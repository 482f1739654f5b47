"""Where each published service is from: this installation, unless it was taken over."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings

from samen.exchange.rules import Provenance


def provenance_of(ids: Iterable[UUID]) -> Mapping[UUID, Provenance]:
    """Of every one of these."""
    return {each: _own(each) for each in ids}


def _own(service: UUID) -> Provenance:
    return Provenance(
        publisher=settings.PUBLISHER_ID, original_id=str(service), licence=settings.LICENCE
    )
