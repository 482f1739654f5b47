"""Of two entries for one help one goes; its number answers with the other's page from then on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.directory.actions import journal
from samen.directory.actions.changing import Changed, Conflict, change_service, leave_a_line
from samen.directory.actions.fields import refuse
from samen.directory.actions.remembering import facts_at
from samen.directory.actions.tables import all_facts, service_in_tables
from samen.directory.models import History, Service
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop


@transaction.atomic
def merge_service(
    *, service_id: UUID, into: UUID, version: int, why: str, by: Actor, at: datetime
) -> Changed:
    """Hide the entry, and remember which one stands for it. Its facts stay as they are.

    Raises Conflict, Refused, Service.DoesNotExist.
    """
    service = service_in_tables(service_id, to_change=True)
    other = Service.objects.select_for_update().get(pk=into)
    if service_id == into:
        refuse(gettext_noop("One entry cannot be merged with itself."))
    if service.merged_into_id or other.merged_into_id:
        refuse(gettext_noop("One of the two was merged already."))
    _check_she_read_it(service, version)
    done = _shown_as(service, Service.Publish.HIDDEN, why=why, by=by, at=at, verb="merged")
    Service.objects.filter(pk=service_id).update(merged_into=into)
    # What was suggested first in a situation is now found under the other.
    journal.note(kind="service", record=into, verb="changed", at=at)
    if not done.facts:
        leave_a_line("service", service_id, "merged", by=by, at=at)
    return done


@transaction.atomic
def part_service(*, service_id: UUID, publish: Service.Publish, by: Actor, at: datetime) -> Changed:
    """It was another help after all: it is there again, shown as it was. Raises Refused."""
    service = service_in_tables(service_id, to_change=True)
    if not service.merged_into_id:
        refuse(gettext_noop("It is not merged."))
    Service.objects.filter(pk=service_id).update(merged_into=None)
    journal.note(kind="service", record=service.merged_into_id, verb="changed", at=at)
    done = _shown_as(service, publish, why="", by=by, at=at, verb="returned")
    if not done.facts:
        leave_a_line("service", service_id, "returned", by=by, at=at)
    return done


def _shown_as(
    service: Service, publish: Service.Publish, *, why: str, by: Actor, at: datetime, verb: str
) -> Changed:
    said = all_facts(service)["publish"]
    return change_service(
        service_id=service.id,
        changes={"publish": said | {"publish": publish.value}},
        version=service.version,
        why=why,
        by=by,
        at=at,
        verb=verb,
    )


def _check_she_read_it(service: Service, version: int) -> None:
    if version == service.version:
        return
    now = all_facts(service)
    read = facts_at(History.Kind.SERVICE, service.id, version) or {}
    others = [fact for fact in {*now, *read} if now.get(fact) != read.get(fact)]
    if others:
        raise Conflict(others, version=service.version, now=now)
