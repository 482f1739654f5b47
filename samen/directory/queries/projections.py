"""What was made of services to be read, and of which it has to be made anew."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from samen.directory.models import Service, ServiceCard, ServiceDocument
from samen.directory.queries.related import PUBLISHED

# By hand, because a page of results must not wait for the ORM: it takes ten times as long.
_CARDS = """
    SELECT service.id, service.number, service.key, service.stamp, card.body
    FROM directory_service AS service
    LEFT JOIN directory_servicecard AS card
        ON card.service_id = service.id AND card.stamp = service.stamp
        AND card.language = %s AND card.made_by = %s AND service.number NOT IN ({at_hand})
    WHERE service.publish <> 'hidden' AND (service.number IN ({numbers}) OR service.key IN ({keys}))
"""


class CardRow(NamedTuple):
    written_id: UUID | str  # as the database keeps it: few are asked for it
    number: int
    key: str
    stamp: int
    body: str | None  # at hand; or nobody has made it yet, or not since the last change

    @property
    def id(self) -> UUID:
        return _uuid(self.written_id)


def card_rows(
    *,
    numbers: Sequence[int],
    keys: Sequence[str] = (),
    language: str,
    made_by: str,
    at_hand: Sequence[int] = (),
) -> list[CardRow]:
    """The published services among these numbers and keys, with their cards but for those that are
    at hand. One query."""
    if not numbers and not keys:
        return []
    without = [0, *at_hand]  # no service has the number 0, and SQL knows no empty list
    query = _CARDS.format(numbers=_places(numbers), keys=_places(keys), at_hand=_places(without))
    with connection.cursor() as cursor:
        cursor.execute(query, [language, made_by, *without, *numbers, *keys])
        rows = cursor.fetchall()
    return [CardRow(*row) for row in rows]


def _places(values: Sequence[object]) -> str:
    """As many places as there are values; no value stands in the query itself."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def _uuid(value: UUID | str) -> UUID:
    """SQLite keeps them as text."""
    return value if isinstance(value, UUID) else UUID(value)


def services_without_card(*, language: str, made_by: str, most: int) -> list[tuple[UUID, int]]:
    """Published services whose card has to be made, each with its stamp. One query."""
    holds = ServiceCard.objects.filter(
        service=OuterRef("pk"), stamp=OuterRef("stamp"), language=language, made_by=made_by
    )
    return _without(holds, most)


def services_without_document(*, made_by: str, most: int) -> list[tuple[UUID, int]]:
    """Published services whose document has to be made, each with its stamp. One query."""
    holds = ServiceDocument.objects.filter(
        service=OuterRef("pk"), stamp=OuterRef("stamp"), made_by=made_by
    )
    return _without(holds, most)


def _without(holds: QuerySet[Any], most: int) -> list[tuple[UUID, int]]:
    published = Service.objects.filter(publish__in=PUBLISHED).exclude(Exists(holds))
    return list(published.order_by("number").values_list("id", "stamp")[:most])


def stamps(ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """Of the published services among these. One query."""
    published = Service.objects.filter(publish__in=PUBLISHED, id__in=list(ids))
    return dict(published.values_list("id", "stamp"))


def documents(ids: Iterable[UUID], *, made_by: str) -> Mapping[UUID, bytes]:
    """What is kept of the published services among these and still holds. One query."""
    kept = ServiceDocument.objects.filter(
        service__in=list(ids), service__publish__in=PUBLISHED, made_by=made_by
    )
    rows = kept.values_list("service_id", "body", "stamp", "service__stamp")
    return {service: bytes(body) for service, body, made_of, stamp in rows if made_of == stamp}
