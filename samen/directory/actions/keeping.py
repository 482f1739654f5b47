"""Who answers for an entry, who confirmed it, and what becomes of one that nobody confirms."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from samen.audit import actions as audit
from samen.directory.actions import journal
from samen.directory.actions.changing import Changed, Conflict, change_service, leave_a_line
from samen.directory.actions.fields import refuse
from samen.directory.actions.remembering import (
    Row,
    facts_at,
    remember_service,
    remember_what_was,
)
from samen.directory.actions.tables import all_facts, service_in_tables
from samen.directory.models import History, Location, Service
from samen.directory.rules import State, next_review, value_hash
from samen.directory.rules.freshness import MONTHS
from samen.foundation.actor import Actor, ActorKind
from samen.foundation.clock import AMSTERDAM
from samen.foundation.sentences import gettext_noop

Facts = Mapping[str, Mapping[str, Any]]

_A_WEEK = timedelta(days=7)
_PERSONS = frozenset({ActorKind.COLLEAGUE, ActorKind.LINK})


@transaction.atomic
def confirm_service(
    *, service_id: UUID, version: int, assurer: Service.Assurer, by: Actor, at: datetime
) -> Changed:
    """A person has read all of it at `version`, and says that it is right.

    This is the one thing that moves the date of assurance. An entry that was hidden because
    nobody confirmed it is shown again. Raises Conflict, Refused, Service.DoesNotExist.
    """
    if by.kind not in _PERSONS:
        refuse(gettext_noop("Only a person can confirm an entry."))
    service = service_in_tables(service_id, to_change=True)
    now = all_facts(service)
    _check_she_read_it(service, now, version)
    surer = _surer(service, now)
    today = at.astimezone(AMSTERDAM).date()
    Service.objects.filter(pk=service_id).update(
        assured_on=today,
        assurer=assurer,
        review_due_on=next_review(today, service.kind, emergency=service.emergency),
        freshness=Service.Freshness.FRESH,
        lapsed_from="",
        number_doubted_on=None,
    )
    if surer:
        return change_service(
            service_id=service_id,
            changes=surer,
            version=service.version,
            why="",
            by=by,
            at=at,
            verb="confirmed",
        )
    leave_a_line("service", service_id, "confirmed", by=by, at=at)
    return Changed(service.id, service.version)


@transaction.atomic
def age_service(*, service_id: UUID, to: State, by: Actor, at: datetime) -> bool:
    """It was not confirmed in time: mark it, set it lower, or hide it. False if it is so already.

    Raises Refused when an emergency service would be hidden, Service.DoesNotExist.
    """
    service = Service.objects.select_for_update().get(pk=service_id)
    if to in (service.freshness, State.FRESH):
        return False
    if to == State.HIDDEN:
        return _lapse(service_in_tables(service_id), by, at)
    Service.objects.filter(pk=service_id).update(freshness=to.value)
    leave_a_line("service", service_id, to.value, by=by, at=at)
    return True


def note_named(*, among: QuerySet[Service], at: datetime) -> None:
    """Their source has just named these: it is believed for as long as anybody who is asked.

    Of entries that were taken over; those of our own are confirmed by nobody's list. The date of
    assurance stays where it is. Part of a step that takes in, and says nothing that visitors read.
    """
    today = at.astimezone(AMSTERDAM).date()
    taken_over = among.filter(origin__isnull=False)
    for kind, emergency in ((kind, emergency) for kind in MONTHS for emergency in (False, True)):
        until = next_review(today, kind, emergency=emergency)
        # A date that is months away need not move every day, and most steps then write nothing.
        shorter = Q(review_due_on=None) | Q(review_due_on__lt=until - _A_WEEK)
        those = taken_over.filter(shorter, kind=kind, emergency=emergency)
        those.update(review_due_on=until)


@transaction.atomic
def renew_service(*, service_id: UUID, by: Actor, at: datetime) -> bool:
    """Its source has named it again: it stands as it did before it was marked or hidden for that.

    Nothing of it is confirmed. False if nothing was said of it. Raises Service.DoesNotExist.
    """
    service = service_in_tables(service_id, to_change=True)
    if service.freshness == State.FRESH:
        return False
    shown = service.lapsed_from
    Service.objects.filter(pk=service_id).update(freshness=State.FRESH.value, lapsed_from="")
    if shown:
        change_service(
            service_id=service_id,
            changes={"publish": {**all_facts(service)["publish"], "publish": shown}},
            version=service.version,
            why="Its source named it again",
            by=by,
            at=at,
            verb="returned",
        )
    else:
        leave_a_line("service", service_id, "renewed", by=by, at=at)
    return True


@transaction.atomic
def move_service(
    *, service_id: UUID, owner: UUID | None, keeper: UUID | None, by: Actor, at: datetime
) -> bool:
    """Give the entry to a municipality (None: to those who keep what is national) and to one of
    its colleagues. False when it is theirs already. Raises Service.DoesNotExist."""
    service = Service.objects.select_for_update().get(pk=service_id)
    if (service.owner_id, service.keeper) == (owner, keeper):
        return False
    Service.objects.filter(pk=service_id).update(owner_id=owner, keeper=keeper)
    leave_a_line("service", service_id, "moved", by=by, at=at)
    return True


@transaction.atomic
def move_services(
    *,
    service_ids: Collection[UUID],
    owner: UUID | None,
    keeper: UUID | None,
    by: Actor,
    at: datetime,
) -> int:
    """Many entries at once, as when municipalities become one: all of them or none. How many."""
    there = Service.objects.select_for_update().filter(pk__in=service_ids).order_by("number")
    theirs = list(there.exclude(owner=owner, keeper=keeper).values_list("id", flat=True))
    if not theirs:
        return 0
    Service.objects.filter(pk__in=theirs).update(owner_id=owner, keeper=keeper)
    journal.note_all([(service, "moved") for service in theirs], kind="service", at=at)
    audit.record(verb="services moved", kind="service", objects=theirs, by=by, at=at)
    return len(theirs)


def _check_she_read_it(service: Service, now: Facts, version: int) -> None:
    if version == service.version:
        return
    read = facts_at(History.Kind.SERVICE, service.id, version)
    names = {*now, *(read or {})}
    others = [n for n in names if read is None or _hash(read, n) != _hash(now, n)]
    if others:
        raise Conflict(others, version=service.version, now=now)


def _hash(facts: Facts, name: str) -> str:
    return value_hash(facts.get(name, {}))


def _surer(service: Service, now: Facts) -> dict[str, dict[str, Any]]:
    """The facts that she has read, and that thereby are confirmed."""
    found: dict[str, dict[str, Any]] = {}
    hours, places = now["hours"], now["location"]["locations"]
    if hours["hours"] and not hours["hours_confirmed"]:
        found["hours"] = {**hours, "hours_confirmed": True}
    open_to_go = [p for p in places if p["type"] == Location.Type.PHYSICAL]
    if open_to_go and not all(place["confirmed"] for place in open_to_go):
        found["location"] = {"locations": [{**p, "confirmed": True} for p in places]}
    shown = service.lapsed_from or service.publish
    if shown != Service.Publish.HIDDEN and (service.lapsed_from or shown != Service.Publish.READY):
        found["publish"] = {
            **now["publish"],
            "publish": Service.Publish.READY.value,
            "verified": Service.Verified.PERSON.value,
        }
    return found


def _lapse(service: Service, by: Actor, at: datetime) -> bool:
    if service.emergency:
        refuse(gettext_noop("A line for emergencies is never hidden."))
    if service.publish == Service.Publish.HIDDEN:
        return False
    remember_what_was(History.Kind.SERVICE, service.id, service.version, all_facts(service), at)
    Service.objects.filter(pk=service.pk).update(
        publish=Service.Publish.HIDDEN,
        freshness=Service.Freshness.HIDDEN,
        lapsed_from=service.publish,
    )
    row = Row(by.id, at, "Nobody confirmed it.", ["publish"])
    remember_service(service_in_tables(service.id), row)
    leave_a_line("service", service.id, "lapsed", by=by, at=at)
    return True
