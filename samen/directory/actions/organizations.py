"""The organisations of services.yaml."""

from collections.abc import Mapping
from typing import Any

from samen.directory.actions.fields import check_column, check_keys, refuse, slug, text
from samen.directory.actions.pages import page_facts
from samen.directory.actions.remembering import (
    Row,
    organization_facts,
    remember_organization,
)
from samen.directory.actions.reports import Trace
from samen.directory.models import Organization
from samen.directory.rules import value_hash
from samen.foundation.sentences import gettext_noop

_COLUMNS = ("name", "alternate_name", "website")


def read_organization(entry: Mapping[str, Any]) -> dict[str, str]:
    """The organisation as columns. Raises Refused."""
    check_keys(entry, ("id", *_COLUMNS))
    columns = {"key": slug(entry), **{column: text(entry, column) for column in _COLUMNS}}
    if not columns["name"]:
        refuse(gettext_noop("It has no name."))
    for column in (column for column, value in columns.items() if value):
        check_column(Organization, column, columns[column])
    return columns


def take_over_organization(
    existing: Organization | None, columns: Mapping[str, str], trace: Trace
) -> str:
    """Write the organisation if it differs: "created", "changed", "unchanged", or "kept" as a
    person left it."""
    wanted = {column: columns[column] for column in _COLUMNS}
    written = wanted | {"imported": value_hash(wanted)}
    if existing is None:
        new = Organization.objects.create(key=columns["key"], **written)
        trace.leave(kind="organization", record_id=new.id, verb="created")
        return "created"
    now = {column: getattr(existing, column) for column in _COLUMNS}
    if now == wanted and existing.imported == written["imported"]:
        return "unchanged"
    if value_hash(now) not in (existing.imported, written["imported"]):
        return "kept"
    Organization.objects.filter(pk=existing.pk).update(**written)
    row = Row(trace.by.id, trace.at, "", [c for c in _COLUMNS if now[c] != wanted[c]])
    left = Organization.objects.get(pk=existing.pk)
    remember_organization(left, organization_facts(left) | page_facts(left), row)
    trace.leave(kind="organization", record_id=existing.id, verb="changed")
    return "changed"
