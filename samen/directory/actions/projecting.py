"""Keep what was made of services to be read. It says nothing new, and so leaves no line.

Every stamp is the one that was read before the facts were. What changed meanwhile is not kept: not
for a moment may something stand here that has been withdrawn or become secret.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from samen.directory.models import Service, ServiceCard, ServiceDocument
from samen.directory.queries.related import PUBLISHED

_WRITTEN = ["stamp", "made_by", "body"]


@transaction.atomic
def keep_cards(
    *, bodies: Mapping[UUID, str], stamps: Mapping[UUID, int], language: str, made_by: str
) -> int:
    """How many were kept."""
    rows = [
        ServiceCard(
            service_id=service,
            language=language,
            stamp=stamps[service],
            made_by=made_by,
            body=bodies[service],
        )
        for service in _the_same(stamps)
        if service in bodies
    ]
    ServiceCard.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["service", "language"],
        update_fields=_WRITTEN,
    )
    return len(rows)


@transaction.atomic
def keep_documents(
    *, bodies: Mapping[UUID, bytes], stamps: Mapping[UUID, int], made_by: str
) -> int:
    """How many were kept."""
    rows = [
        ServiceDocument(
            service_id=service, stamp=stamps[service], made_by=made_by, body=bodies[service]
        )
        for service in _the_same(stamps)
        if service in bodies
    ]
    ServiceDocument.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["service"], update_fields=_WRITTEN
    )
    return len(rows)


@transaction.atomic
def forget_projections() -> None:
    """Everything has to be made anew."""
    ServiceCard.objects.all().delete()
    ServiceDocument.objects.all().delete()


def _the_same(stamps: Mapping[UUID, int]) -> list[UUID]:
    """Those that are published and unchanged, and stay so until we are done."""
    locked = Service.objects.select_for_update().filter(pk__in=list(stamps), publish__in=PUBLISHED)
    now = locked.order_by("pk").values_list("pk", "stamp")
    return [service for service, stamp in now if stamps[service] == stamp]
