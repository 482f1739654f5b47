"""What the map stands on. The rooms below write it; the journal of the map must know of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.directory.actions import journal
from samen.directory.actions.reports import ImportReport
from samen.foundation.actor import Actor
from samen.needs import actions as needs
from samen.places import actions as places


@transaction.atomic
def import_places(*, data: Mapping[str, Any], by: Actor, at: datetime) -> ImportReport:
    report = places.import_places(data=data, by=by, at=at)
    _note("places", report.created, report.changed, at=at)
    return ImportReport(len(report.created), len(report.changed), report.unchanged)


@transaction.atomic
def import_needs(*, data: Mapping[str, Any], by: Actor, at: datetime) -> ImportReport:
    report = needs.import_needs(data=data, by=by, at=at)
    _note("needs", report.created, report.changed, at=at)
    return ImportReport(
        len(report.created), len(report.changed), report.unchanged, refused=report.refused
    )


def _note(kind: str, created: Iterable[UUID], changed: Iterable[UUID], *, at: datetime) -> None:
    """The logbook lines were written below, where the records are."""
    verbs = {**dict.fromkeys(created, "created"), **dict.fromkeys(changed, "changed")}
    journal.note_all(verbs.items(), kind=kind, at=at)
