"""Entries that were published by somebody else: many at once, as a source offers them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory.actions import journal
from samen.directory.actions.changing import next_number
from samen.directory.actions.fields import check_column
from samen.directory.actions.pages import page_facts
from samen.directory.actions.remembering import (
    Row,
    organization_facts,
    remember_organization,
)
from samen.directory.actions.sound import check_known, check_sound
from samen.directory.actions.tables import Ids, blank_facts, columns, ids_named, rows_of
from samen.directory.models import (
    History,
    Location,
    Organization,
    OrganizationText,
    Origin,
    Service,
    ServiceAtLocation,
    ServiceText,
)
from samen.directory.rules import next_review, value_hash
from samen.foundation.actor import Actor
from samen.foundation.clock import AMSTERDAM
from samen.needs.actions import Refused

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """Who offers, as it stands beside every entry."""

    publisher: str
    name: str
    owner: UUID | None  # the municipality that answers for what comes from there


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry to be made, under the id that it keeps for ever."""

    id: UUID
    key: str
    facts: Facts
    publisher: str  # who published it first
    original: str
    licence: str


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as it is offered."""

    id: UUID
    key: str
    columns: Mapping[str, str]  # name, alternate_name, website, email
    about: Facts  # by language: body, state, made_from


def fits(column: str, said: str) -> bool:
    """Whether a column of a service can hold the words."""
    try:
        check_column(Service, column, said)
    except Refused:
        return False
    return True


@transaction.atomic
def take_organizations(*, bodies: Sequence[Body], by: Actor, at: datetime) -> None:
    """Make those that are not there yet, and let those follow that nobody here has changed."""
    known = {one.id: one for one in Organization.objects.filter(id__in=[b.id for b in bodies])}
    new = [body for body in bodies if body.id not in known]
    Organization.objects.bulk_create(
        Organization(id=body.id, key=body.key, imported=value_hash(body.columns), **body.columns)
        for body in new
    )
    OrganizationText.objects.bulk_create(
        OrganizationText(organization_id=body.id, language=language, **text)
        for body in new
        for language, text in body.about.items()
    )
    other = [body for body in bodies if body.id in known and _follows(known[body.id], body)]
    for body in other:
        _change(known[body.id], body, by, at)
    verbs = [(b.id, "created") for b in new] + [(b.id, "changed") for b in other]
    if verbs:
        journal.note_all(verbs, kind="organization", at=at)
        ids = [id_ for id_, _verb in verbs]
        audit.record(verb="organizations taken in", kind="organization", objects=ids, by=by, at=at)


def _follows(organization: Organization, body: Body) -> bool:
    now = {column: getattr(organization, column) for column in body.columns}
    return now != dict(body.columns) and value_hash(now) == organization.imported


def _change(organization: Organization, body: Body, by: Actor, at: datetime) -> None:
    written = {**body.columns, "imported": value_hash(body.columns)}
    Organization.objects.filter(pk=organization.pk).update(**written)
    left = Organization.objects.get(pk=organization.pk)
    row = Row(by.id, at, "", sorted(body.columns))
    remember_organization(left, organization_facts(left) | page_facts(left), row)


@transaction.atomic
def create_entries(
    *, entries: Sequence[Entry], source: Source, by: Actor, at: datetime
) -> dict[UUID, Refused]:
    """Make all that can be made; gives the others with what says why not."""
    known = ids_named(entry.facts for entry in entries)
    refused: dict[UUID, Refused] = {}
    sound: list[tuple[Entry, Facts]] = []
    for entry in entries:
        whole = {**blank_facts(), **entry.facts}
        try:
            check_known(entry.facts)
            check_sound(whole, known)
        except Refused as reason:
            refused[entry.id] = reason
        else:
            sound.append((entry, whole))
    if sound:
        _create(sound, source, known, at)
        _remember(sound, by, at)
        made = [entry.id for entry, _whole in sound]
        journal.note_all([(one, "created") for one in made], kind="service", at=at)
        audit.record(verb="services taken in", kind="service", objects=made, by=by, at=at)
    return refused


def _create(sound: Sequence[tuple[Entry, Facts]], source: Source, known: Ids, at: datetime) -> None:
    first, today = next_number(), at.astimezone(AMSTERDAM).date()
    services = [
        Service(
            id=entry.id,
            key=entry.key,
            number=first + place,
            version=1,
            owner_id=source.owner,
            # Believed for as long as one of our own; each reading that names it moves the day.
            review_due_on=next_review(today, whole["publish"]["kind"], emergency=False),
            **_columns(whole, known),
        )
        for place, (entry, whole) in enumerate(sound)
    ]
    Service.objects.bulk_create(services)
    for model, rows in _lists(zip(services, sound, strict=True), known).items():
        model._default_manager.bulk_create(rows)  # noqa: SLF001 the public name is per model
    Origin.objects.bulk_create(
        Origin(
            service_id=entry.id,
            publisher=entry.publisher,
            original=entry.original,
            source=source.publisher,
            source_name=source.name,
            licence=entry.licence,
            taken_on=today,
        )
        for entry, _whole in sound
    )


def _columns(whole: Facts, known: Ids) -> dict[str, Any]:
    parts = {p: v for fact, value in whole.items() if "." not in fact for p, v in value.items()}
    return columns(parts, known)


def _lists(made: Iterable[tuple[Service, tuple[Entry, Facts]]], known: Ids) -> dict[Any, list[Any]]:
    """Every row beside the services, by its table. Places before what leads to them."""
    rows: dict[Any, list[Any]] = {Location: [], ServiceAtLocation: [], ServiceText: []}
    for service, (_entry, whole) in made:
        for fact, value in whole.items():
            if "." in fact and value:
                field, _, language = fact.partition(".")
                rows[ServiceText].append(
                    ServiceText(service=service, field=field, language=language, **value)
                )
            elif "." not in fact:
                for part, plain in value.items():
                    for row in rows_of(service, part, plain, known):
                        rows.setdefault(type(row), []).append(row)
    return rows


def _remember(sound: Sequence[tuple[Entry, Facts]], by: Actor, at: datetime) -> None:
    History.objects.bulk_create(
        History(
            kind=History.Kind.SERVICE,
            record=entry.id,
            version=1,
            at=at,
            by=by.id,
            facts=whole,
            changed=sorted(entry.facts),
        )
        for entry, whole in sound
    )


@transaction.atomic
def set_origin(*, service_id: UUID, source: Source, licence: str, by: Actor, at: datetime) -> None:
    """The same entry is offered by another hand, or under another licence, from now on."""
    Origin.objects.filter(service=service_id).update(
        source=source.publisher, source_name=source.name, licence=licence
    )
    journal.note(kind="service", record=service_id, verb="changed", at=at)
    audit.record(verb="service origin", kind="service", record_id=service_id, by=by, at=at)
