"""The journal of the map, and the one place where it is written."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from samen.audit import actions as audit
from samen.directory.models import Change, Service, ServiceCard, ServiceDocument

_ONE_SERVICE, _SERVICES_OF_ONE = "service", "organization"
# Of the needs and the places every service shows something.
_KINDS = frozenset({_ONE_SERVICE, _SERVICES_OF_ONE})


def note(*, kind: str, record: UUID, verb: str, at: datetime) -> None:
    """One line in the journal, in the transaction of what it tells, at its end."""
    note_all([(record, verb)], kind=kind, at=at)


def note_all(changes: Iterable[tuple[UUID, str]], *, kind: str, at: datetime) -> None:
    """Records and verbs, in their order.

    Whoever reads up to the highest number must have read every number below it. A database may
    give out two numbers and commit the higher one first; so a number is taken only by the writer
    whose turn it is, and the turn lasts until the transaction ends.
    """
    rows = [Change(at=at, kind=kind, record=record, verb=verb) for record, verb in changes]
    if rows:
        audit.take_turn()
        last = Change.objects.bulk_create(rows)[-1]
        _outdate(kind, [row.record for row in rows], last.pk)


def _outdate(kind: str, records: Sequence[UUID], revision: int) -> None:
    """What was made of these services to be read is gone with the change, and not a moment later.

    Whoever is making it anew of what stood there before finds another stamp when she is done.
    """
    touched, cards, documents = (
        (Service.objects.all(), ServiceCard.objects.all(), ServiceDocument.objects.all())
        if kind not in _KINDS
        else _those_of(kind, records)
    )
    touched.update(stamp=revision)
    cards.delete()
    documents.delete()


def _those_of(
    kind: str, records: Sequence[UUID]
) -> tuple[QuerySet[Service], QuerySet[ServiceCard], QuerySet[ServiceDocument]]:
    if kind == _ONE_SERVICE:
        return (
            Service.objects.filter(pk__in=records),
            ServiceCard.objects.filter(service__in=records),
            ServiceDocument.objects.filter(service__in=records),
        )
    return (
        Service.objects.filter(organization__in=records),
        ServiceCard.objects.filter(service__organization__in=records),
        ServiceDocument.objects.filter(service__organization__in=records),
    )
