"""The history of a record: one row per version, and what has to leave every row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.directory.actions.tables import all_facts
from samen.directory.models import FormerPlace, History, Location, Organization, Service

Facts = Mapping[str, Mapping[str, Any]]

_OF_AN_ADDRESS = ("name", "street", "postal_code")
OF_AN_ORGANIZATION = ("name", "alternate_name", "website", "email")
_SHORTEST_NAME = 4  # letters; a shorter name of a place stands in any text


@dataclass(frozen=True, slots=True)
class Row:
    """Who made a version, when and why, and which facts it changed."""

    by: UUID | None
    at: datetime
    why: str
    changed: Collection[str]


def remember_service(service: Service, row: Row) -> int:
    """Note the service, read from the tables after all was written, as its next version.

    Gives the version.
    """
    version = service.version + 1
    Service.objects.filter(pk=service.pk).update(version=version)
    facts = all_facts(service)
    _note(History.Kind.SERVICE, service.pk, version, facts, row)
    if is_hidden_place(facts):
        purge_place(service.pk)
    return version


def organization_facts(organization: Organization) -> dict[str, dict[str, Any]]:
    """Every column a person may change is a fact of its own."""
    return {column: {column: getattr(organization, column)} for column in OF_AN_ORGANIZATION}


def remember_organization(organization: Organization, facts: Facts, row: Row) -> int:
    version = organization.version + 1
    Organization.objects.filter(pk=organization.pk).update(version=version)
    _note(History.Kind.ORGANIZATION, organization.pk, version, facts, row)
    return version


def remember_what_was(
    kind: History.Kind, record: UUID, version: int, facts: Facts, at: datetime
) -> None:
    """The first version that a history knows of a record that is older than it."""
    if not History.objects.filter(kind=kind, record=record, version=version).exists():
        _note(kind, record, version, facts, Row(None, at, "", ()))


def facts_at(kind: History.Kind, record: UUID, version: int) -> Facts | None:
    row = History.objects.filter(kind=kind, record=record, version=version).first()
    return row.facts if row else None


def is_hidden_place(facts: Facts) -> bool:
    places = facts.get("location", {}).get("locations", [])
    return any(place["type"] == Location.Type.CONFIDENTIAL for place in places)


def traces_of(facts: Facts) -> set[str]:
    """The words by which somebody could find the place, in small letters."""
    return {
        place[column].casefold()
        for place in facts.get("location", {}).get("locations", [])
        for column in _OF_AN_ADDRESS
        if len(place[column]) >= _SHORTEST_NAME
    }


def names_the_place(value: Any, traces: Collection[str]) -> bool:
    """Whether any text within the value holds one of the traces."""
    if isinstance(value, str):
        return any(trace in value.casefold() for trace in traces)
    inside = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, Mapping | list) and any(names_the_place(v, traces) for v in inside)


def purge_place(service_id: UUID) -> None:
    """The place has become confidential: no version knows it any more, nor any text in one."""
    rows = list(History.objects.filter(kind=History.Kind.SERVICE, record=service_id))
    traces = set().union(*(traces_of(row.facts) for row in rows))
    for row in rows:
        row.facts = {
            fact: value
            for fact, value in row.facts.items()
            if not (fact == "location" and not is_hidden_place(row.facts))
            and not names_the_place(value, traces)
        }
        if names_the_place(row.why, traces):
            row.why = ""
    History.objects.bulk_update(rows, ["facts", "why"])


def purge_fact(kind: History.Kind, record: UUID, fact: str) -> None:
    """Of a fact that is withheld no version keeps what it was, in any language."""
    if fact == "location":
        FormerPlace.objects.filter(service=record).delete()
    rows = list(History.objects.filter(kind=kind, record=record))
    for row in rows:
        row.facts = {
            name: value
            for name, value in row.facts.items()
            if name != fact and name.partition(".")[0] != fact
        }
    History.objects.bulk_update(rows, ["facts"])


def _note(kind: History.Kind, record: UUID, version: int, facts: Facts, row: Row) -> None:
    History.objects.create(
        kind=kind,
        record=record,
        version=version,
        at=row.at,
        by=row.by,
        why=row.why,
        facts=facts,
        changed=sorted(row.changed),
    )
