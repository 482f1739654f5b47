"""Where each published service is from: this installation, unless it was taken over.

And for the desk: from whom each field of it is, since when and until when they said so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from samen.directory import actions as directory
from samen.directory.models import Origin
from samen.exchange.models import Held
from samen.exchange.rules import Provenance
from samen.exchange.rules.seen import Seen, read_seen
from samen.foundation.clock import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Telling:
    """What one source tells of an entry."""

    source: str  # its name
    publisher: str
    original: str  # the id there
    licence: str
    first: datetime  # the record
    last: datetime
    fields: Sequence[Seen]


def told_of(service: UUID) -> list[Telling]:
    """By every source that tells of the entry, or of one that was made one with it."""
    there = Q(service=service) | Q(service__merged_into=service)
    rows = Held.objects.filter(there).select_related("source", "service__origin")
    return [_telling(row) for row in rows.order_by("first_seen", "id").defer("document")]


def seen_of(held: Held, fact: str) -> Seen | None:
    """None where it was never said, or is no longer known to have been."""
    return next((one for one in _fields(held) if one.fact == fact), None)


def _telling(held: Held) -> Telling:
    origin = getattr(held.service, "origin", None)
    return Telling(
        source=held.source.name,
        publisher=held.publisher,
        original=held.original,
        licence=origin.licence if origin else held.source.licence,
        first=held.first_seen,
        last=held.last_seen,
        fields=_fields(held),
    )


def _fields(held: Held) -> list[Seen]:
    return [*read_seen(held.fields, directory.blank_facts(), last=_day(held.read_at))]


def _day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


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


__all__ = ["Seen", "Telling", "provenance_of", "seen_of", "told_of"]
