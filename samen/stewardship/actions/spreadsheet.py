"""A spreadsheet of the map: shown first with every change and every refusal, written, undone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.text import slugify

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.directory.models import Service
from samen.directory.queries import FactDifference, differences
from samen.foundation.actor import Actor
from samen.foundation.sentences import Spoken, gettext_noop
from samen.foundation.sheets import Row
from samen.stewardship.actions.editing import edit_service
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.models import ImportedRow, SheetImport, Suggestion
from samen.stewardship.queries.duplicates import entries
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules import spreadsheet as rules
from samen.stewardship.rules.duplicates import Entry, dialled, like_one
from samen.stewardship.rules.scope import Scope

_AT_ONCE = 200
_NATIONAL = "nl"
_WHY = "From a spreadsheet"
_NEW_FACTS: Mapping[str, Mapping[str, Any]] = {
    "publish": {"kind": "service", "publish": "hidden", "verified": "page", "emergency": False},
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row does to a service."""

    row: int
    number: int | None  # None: it makes a new one
    name: str
    differences: tuple[FactDifference, ...]
    waits: tuple[str, ...]  # facts that a second person has to look at
    resembles: tuple[str, ...] = ()  # names of entries that may be the same help


@dataclass(frozen=True, slots=True)
class RowRefused:
    row: int
    name: str
    why: Spoken


@dataclass(slots=True)
class Outcome:
    """What an import does, row by row."""

    changes: list[RowChange] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)
    unchanged: int = 0


def plan_import(*, rows: Sequence[Row], scope: Scope, by: Actor, at: datetime) -> Outcome:
    """Do all of it and take it back: what it says is what writing it will do.

    Nothing is left behind, and so there is no line in the logbook.
    """
    with transaction.atomic():
        outcome = _Writing(scope, by, at).take(rows)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def keep_plan(*, rows: Sequence[Row], by: Actor, at: datetime) -> SheetImport:
    """Keep the rows until somebody has looked at what they do."""
    # Plans she has left behind are hers, and nobody needs them any more.
    SheetImport.objects.filter(by=by.id, state=SheetImport.State.PLANNED).delete()
    kept = [{"row": r.number, "cells": dict(r.cells), "formulas": [*r.formulas]} for r in rows]
    plan = SheetImport.objects.create(by=by.id, at=at, rows=kept)
    audit.record(verb="sheet read", kind="sheet", record_id=plan.id, by=by, at=at)
    return plan


def rows_of(plan: SheetImport) -> list[Row]:
    return [Row(r["row"], r["cells"], tuple(r["formulas"])) for r in plan.rows]


@transaction.atomic
def apply_import(*, sheet_id: UUID, scope: Scope, by: Actor, at: datetime) -> Outcome:
    """Write the rows that can be written. Pressed twice it is written once.

    Raises AlreadyDecided, SheetImport.DoesNotExist for what is another's.
    """
    plan = SheetImport.objects.select_for_update().get(pk=sheet_id, by=by.id)
    if plan.state != SheetImport.State.PLANNED:
        raise AlreadyDecided
    writing = _Writing(scope, by, at)
    outcome = writing.take(rows_of(plan))
    for written in writing.written:
        written.sheet = plan
    ImportedRow.objects.bulk_create(writing.written)
    SheetImport.objects.filter(pk=plan.pk).update(
        state=SheetImport.State.WRITTEN, rows=[], written_at=at
    )
    audit.record(verb="sheet written", kind="sheet", record_id=plan.id, by=by, at=at)
    return outcome


@transaction.atomic
def drop_plan(*, sheet_id: UUID, by: Actor, at: datetime) -> None:
    """Raises SheetImport.DoesNotExist."""
    plan = SheetImport.objects.get(pk=sheet_id, by=by.id, state=SheetImport.State.PLANNED)
    plan.delete()
    audit.record(verb="sheet dropped", kind="sheet", record_id=sheet_id, by=by, at=at)


@transaction.atomic
def undo_import(*, sheet_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Take the whole import back. What somebody changed since stays hers, and is named.

    Raises AlreadyDecided, SheetImport.DoesNotExist.
    """
    sheet = SheetImport.objects.select_for_update().get(pk=sheet_id)
    if sheet.state != SheetImport.State.WRITTEN:
        raise AlreadyDecided
    outcome = Outcome()
    for row in sheet.written.select_related("service", "suggestion").order_by("-row"):
        _take_back(row, outcome, by, at)
    SheetImport.objects.filter(pk=sheet.pk).update(
        state=SheetImport.State.UNDONE, undone_by=by.id, undone_at=at
    )
    audit.record(verb="sheet undone", kind="sheet", record_id=sheet.id, by=by, at=at)
    return outcome


# --- writing -----------------------------------------------------------------------------------


class _Writing:
    """One pass over the rows."""

    def __init__(self, scope: Scope, by: Actor, at: datetime) -> None:
        self._scope, self._by, self._at = scope, by, at
        self._there: list[Entry] | None = None
        self._met: set[int] = set()
        self.written: list[ImportedRow] = []

    def take(self, rows: Sequence[Row]) -> Outcome:
        outcome = Outcome()
        for start in range(0, len(rows), _AT_ONCE):
            self._take_chunk(rows[start : start + _AT_ONCE], outcome)
        return outcome

    def _take_chunk(self, rows: Sequence[Row], outcome: Outcome) -> None:
        numbers = {row.number: _number(row) for row in rows}
        wanted = [number for number in numbers.values() if number]
        mine = services_within(self._scope).filter(number__in=wanted)
        ids = {number: id_ for id_, number in mine.values_list("id", "number")}
        facts = directory.facts_of_services(ids.values())
        for row in rows:
            try:
                with transaction.atomic():
                    number = numbers[row.number]
                    service = ids.get(number) if number else None
                    now = facts.get(service) if service else None
                    change = self._take_row(row, service, now)
            except (rules.BadCell, Refused) as reason:
                name = row.cells.get("name", "")
                outcome.refused.append(RowRefused(row.number, name, reason))
                continue
            if change is None:
                outcome.unchanged += 1
            else:
                outcome.changes.append(change)

    def _take_row(
        self, row: Row, service: UUID | None, now: Mapping[str, Any] | None
    ) -> RowChange | None:
        _check_row(row)
        number = rules.number_of(row.cells, rules.NUMBER)
        if number is None:
            return self._make(row)
        if number in self._met:
            raise Refused(
                gettext_noop("The number %(number)s stands in the file twice."), number=number
            )
        self._met.add(number)
        if service is None or now is None:
            raise Refused(
                gettext_noop("There is no entry %(number)s among those you keep."), number=number
            )
        changes = rules.changes_in(row.cells, now)
        self._check_areas(changes, now["areas"]["areas"])
        return self._change(row, service, now, changes) if changes else None

    def _change(
        self,
        row: Row,
        service: UUID,
        now: Mapping[str, Any],
        changes: Mapping[str, Mapping[str, Any]],
    ) -> RowChange:
        version, _facts = directory.service_facts(service)
        read_at = rules.number_of(row.cells, rules.VERSION)
        try:
            edited = edit_service(
                service_id=service,
                changes=changes,
                version=version if read_at is None else read_at,
                why=_WHY,
                by=self._by,
                at=self._at,
            )
        except Conflict as conflict:
            raise Refused(
                gettext_noop("Somebody else has changed this since: %(fields)s."),
                fields=", ".join(conflict.fields),
            ) from None
        self.written.append(
            ImportedRow(
                row=row.number,
                service_id=service,
                new=False,
                version_before=version,
                version_after=edited.changed.version,
                facts=[*edited.changed.facts],
                suggestion=edited.waiting,
            )
        )
        waits = tuple(sorted(edited.waiting.changes)) if edited.waiting else ()
        after = {**now, **changes}
        return RowChange(
            row.number,
            int(row.cells[rules.NUMBER]),
            now["name"]["name"],
            differences(now, after),
            waits,
        )

    def _make(self, row: Row) -> RowChange:
        """A new entry is hidden until a second person has looked at it."""
        blank = directory.blank_facts()
        now = {**blank, **_NEW_FACTS, "name": {**blank["name"], "names": {}}}
        facts = {**now, **rules.changes_in(row.cells, now)}
        if facts["publish"]["publish"] != "hidden":
            raise Refused(
                gettext_noop("A new entry is hidden until somebody has looked at it: write hidden.")
            )
        self._check_areas(facts, [])
        if not self._scope.is_everywhere and not facts["areas"]["areas"]:
            raise Refused(gettext_noop("Say in “areas” for which of your municipalities it is."))
        resembles = tuple(self._like(facts))
        made = directory.create_service(
            key=_free_key(facts["name"]["name"]),
            facts={fact: value for fact, value in facts.items() if value},
            why=_WHY,
            by=self._by,
            at=self._at,
        )
        self.written.append(
            ImportedRow(
                row=row.number,
                service_id=made.id,
                new=True,
                version_before=0,
                version_after=made.version,
                facts=[*made.facts],
            )
        )
        name = facts["name"]["name"]
        return RowChange(row.number, None, name, differences(now, facts), (), resembles)

    def _check_areas(self, changes: Mapping[str, Mapping[str, Any]], now: Sequence[str]) -> None:
        """Nobody puts an entry into a municipality she does not keep."""
        hers = self._scope.municipalities
        if "areas" not in changes or hers is None:
            return
        strange = [a for a in changes["areas"]["areas"] if a not in hers and a not in now]
        if strange:
            raise Refused(
                gettext_noop("You do not keep this municipality: %(strange)s."),
                strange=", ".join(strange),
            )

    def _like(self, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        if self._there is None:
            self._there = entries()
        names = {entry.id: entry.name for entry in self._there}
        wanted = Entry(
            id=uuid4(),
            name=facts["name"]["name"],
            phones=frozenset(dialled(phone["number"]) for phone in facts["phones"]["phones"]),
            email=facts["email"]["email"],
            site=facts["website"]["website"],
        )
        for one in like_one(wanted, self._there)[:3]:
            yield names[one.second]


def _number(row: Row) -> int | None:
    try:
        return rules.number_of(row.cells, rules.NUMBER)
    except rules.BadCell:
        return None


def _check_row(row: Row) -> None:
    unknown = rules.unknown_columns(row.cells)
    if unknown:
        raise Refused(
            gettext_noop("There is no such column: %(unknown)s."), unknown=", ".join(unknown)
        )
    if row.formulas:
        raise Refused(
            gettext_noop("A formula stands in %(columns)s. Put in its result as a value."),
            columns=", ".join(row.formulas),
        )


def _free_key(name: str) -> str:
    key = slugify(name)[:60] or "new"
    taken = set(Service.objects.filter(key__startswith=key).values_list("key", flat=True))
    numbers = (f"{key}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(other for other in numbers if other not in taken)


# --- undoing -----------------------------------------------------------------------------------


def _take_back(row: ImportedRow, outcome: Outcome, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            _withdraw_suggestion(row)
            changes = _before(row)
            if changes:
                directory.change_service(
                    service_id=row.service_id,
                    changes=changes,
                    version=row.version_after,
                    why="The import was undone",
                    by=by,
                    at=at,
                )
    except (Conflict, Refused) as reason:
        why = (
            reason
            if isinstance(reason, Refused)
            else Refused(gettext_noop("Somebody has changed it since."))
        )
        outcome.refused.append(RowRefused(row.row, row.service.name, why))
        return
    outcome.changes.append(RowChange(row.row, row.service.number, row.service.name, (), ()))


def _withdraw_suggestion(row: ImportedRow) -> None:
    waiting = row.suggestion
    if waiting and waiting.state == Suggestion.State.WAITING:
        waiting.delete()


def _before(row: ImportedRow) -> dict[str, Mapping[str, Any]]:
    """What was there. What has left the history since stays gone."""
    if row.new:
        _version, now = directory.service_facts(row.service_id)
        return {"publish": {**now["publish"], "publish": "hidden"}}
    if not row.facts:
        return {}
    before = directory.facts_to_restore(service_id=row.service_id, to=row.version_before)
    return {fact: before.get(fact, {}) for fact in row.facts if fact in before or "." in fact}
