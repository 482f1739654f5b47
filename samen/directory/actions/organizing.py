"""A person changes an organisation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.directory.actions.changing import Changed, Conflict, leave_a_line
from samen.directory.actions.fields import check_column, refuse
from samen.directory.actions.pages import check_page, is_of_a_page, page_facts, write_page
from samen.directory.actions.remembering import (
    OF_AN_ORGANIZATION,
    Row,
    facts_at,
    organization_facts,
    remember_organization,
    remember_what_was,
)
from samen.directory.models import History, Organization
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop

Facts = Mapping[str, Mapping[str, Any]]


@transaction.atomic
def change_organization(
    *, organization_id: UUID, changes: Facts, version: int, why: str, by: Actor, at: datetime
) -> Changed:
    """As `change_service`. Raises Conflict, Refused, Organization.DoesNotExist."""
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    now = {**organization_facts(organization), **page_facts(organization)}
    wanted = {fact: value for fact, value in changes.items() if now.get(fact, {}) != value}
    if not wanted:
        return Changed(organization.id, organization.version)
    _check_no_conflict(organization, now, wanted, version)
    of_the_page = {fact: value for fact, value in wanted.items() if is_of_a_page(fact)}
    check_page(organization, of_the_page)
    columns = _columns({fact: v for fact, v in wanted.items() if fact not in of_the_page})
    remember_what_was(History.Kind.ORGANIZATION, organization.id, organization.version, now, at)
    if columns:
        Organization.objects.filter(pk=organization.pk).update(**columns)
    write_page(organization, of_the_page)
    row = Row(by.id, at, why[:200], wanted)
    left = remember_organization(organization, _said({**now, **wanted}), row)
    leave_a_line("organization", organization.id, "changed", by=by, at=at)
    return Changed(organization.id, left, tuple(sorted(wanted)))


def _said(facts: Facts) -> dict[str, Mapping[str, Any]]:
    return {fact: value for fact, value in facts.items() if value}


def _columns(wanted: Facts) -> dict[str, str]:
    for fact, value in wanted.items():
        if fact not in OF_AN_ORGANIZATION or {*value} != {fact}:
            refuse(gettext_noop("There is no such fact: %(fact)s."), fact=fact)
        if value[fact]:
            check_column(Organization, fact, value[fact])
    if "name" in wanted and not wanted["name"]["name"]:
        refuse(gettext_noop("It has no name."))
    return {fact: value[fact] for fact, value in wanted.items()}


def _check_no_conflict(organization: Organization, now: Facts, wanted: Facts, version: int) -> None:
    if version == organization.version:
        return
    read = facts_at(History.Kind.ORGANIZATION, organization.id, version)
    others = [fact for fact in wanted if read is None or read.get(fact) != now.get(fact)]
    if others:
        raise Conflict(others, version=organization.version, now=now)
