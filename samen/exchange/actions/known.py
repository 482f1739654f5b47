"""What the map has already of what is offered in one step: asked once for all of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from samen.directory.models import Organization, Origin, Service
from samen.exchange.rules.reading import Offer
from samen.exchange.rules.reading_origin import as_uuid


@dataclass(frozen=True, slots=True)
class Known:
    """Of new records: which are ours, and which came from elsewhere before."""

    own: Collection[UUID]
    origins: dict[tuple[str, str], Origin]  # by publisher and the id there


def known_among(offers: Iterable[Offer], *, brought: bool) -> Known:
    """Two questions. Only in a file that was brought can an id be that of an entry of ours."""
    wanted = list(offers)
    ids = [id_ for offer in wanted if (id_ := as_uuid(offer.original))] if brought else []
    own = Service.objects.filter(pk__in=ids, origin=None) if ids else Service.objects.none()
    there = Origin.objects.filter(
        publisher__in={offer.origin.publisher for offer in wanted},
        original__in={offer.origin.original for offer in wanted},
    )
    return Known(
        own=set(own.values_list("pk", flat=True)),
        origins={(origin.publisher, origin.original): origin for origin in there},
    )


def keys_of_organizations(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of those that are there. Their keys stay as they are."""
    return dict(Organization.objects.filter(pk__in=set(ids)).values_list("pk", "key"))
