from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.places.models import Municipality, Place

_Record = TypeVar("_Record", Municipality, Place)


@dataclass(frozen=True, slots=True)
class ImportReport:
    created: tuple[UUID, ...]
    changed: tuple[UUID, ...]
    unchanged: int


@transaction.atomic
def import_places(*, data: Mapping[str, Any], by: Actor, at: datetime) -> ImportReport:
    """Bring the gazetteer and the municipalities in line with content/places.json.

    A place that left the file stays: addresses and locations may still point to it. The file
    is made by a script, so a broken one is refused as a whole (KeyError, IntegrityError).
    """
    municipalities = _bring_in_line(
        {row.slug: row for row in Municipality.objects.all()},
        {row["slug"]: row for row in data["municipalities"]},
        Municipality.objects,
    )
    ids = dict(Municipality.objects.values_list("slug", "id"))
    places = _bring_in_line(
        {row.geoname: row for row in Place.objects.all()},
        {
            row["geoname"]: {
                **{field: value for field, value in row.items() if field != "municipality"},
                "municipality_id": ids[row["municipality"]] if row["municipality"] else None,
            }
            for row in data["places"]
        },
        Place.objects,
    )
    _write_in_logbook(municipalities, "municipality", by=by, at=at)
    _write_in_logbook(places, "place", by=by, at=at)
    return ImportReport(
        created=municipalities.created + places.created,
        changed=municipalities.changed + places.changed,
        unchanged=municipalities.unchanged + places.unchanged,
    )


def _bring_in_line(
    existing: Mapping[Any, _Record],
    wanted: Mapping[Any, Mapping[str, Any]],
    manager: models.Manager[_Record],
) -> ImportReport:
    """Write the rows that are new or differ, found by the key of both mappings."""
    new = [manager.model(**row) for key, row in wanted.items() if key not in existing]
    different = [
        _filled(existing[key], row)
        for key, row in wanted.items()
        if key in existing and _differs(existing[key], row)
    ]
    manager.bulk_create(new, batch_size=500)
    if different:
        fields = [f.name for f in manager.model._meta.concrete_fields if not f.primary_key]
        manager.bulk_update(different, fields, batch_size=100)
    return ImportReport(
        created=tuple(record.id for record in new),
        changed=tuple(record.id for record in different),
        unchanged=len(wanted) - len(new) - len(different),
    )


def _differs(record: models.Model, row: Mapping[str, Any]) -> bool:
    return any(getattr(record, field) != value for field, value in row.items())


def _filled(record: _Record, row: Mapping[str, Any]) -> _Record:
    for field, value in row.items():
        setattr(record, field, value)
    return record


def _write_in_logbook(report: ImportReport, kind: str, *, by: Actor, at: datetime) -> None:
    """One verb, one line, that names everything it wrote."""
    written = (*report.created, *report.changed)
    if written:
        audit.record(verb=f"{kind} imported", kind=kind, objects=written, by=by, at=at)
