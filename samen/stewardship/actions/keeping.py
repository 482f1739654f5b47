"""What every change at the desk is held against."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Refused
from samen.directory.models import Change, Location, ServiceAtLocation
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.models import Draft, SheetImport, Suggestion, Withdrawal
from samen.stewardship.rules.suggesting import HIDDEN
from samen.stewardship.rules.translating import contact_in

Facts = Mapping[str, Mapping[str, Any]]


def check_texts(wanted: Facts, now: Facts) -> None:
    """Raises Refused when a text holds a phone number, an address or a link."""
    facts = {**now, **wanted}
    places = facts.get("location", {}).get("locations", [])
    streets = tuple(place["street"] for place in places)
    for fact, value in wanted.items():
        found = contact_in(value["body"], streets=streets) if "." in fact and value else ""
        if found:
            raise Refused(
                gettext_noop(
                    "Phone numbers, addresses and links have fields of their own: %(found)s."
                ),
                found=found,
            )


def check_whole(service_id: UUID, wanted: Facts) -> None:
    """Raises Refused for what cannot be true, or shows what somebody has withdrawn."""
    shown = wanted.get("publish", {}).get("publish", HIDDEN) != HIDDEN
    if shown and is_withdrawn(service_id):
        raise Refused(
            gettext_noop("It was withdrawn. Somebody else decides about its return first.")
        )
    directory.preview_service(service_id=service_id, changes=wanted, language="nl")


def is_withdrawn(service_id: UUID) -> bool:
    return Withdrawal.objects.filter(service=service_id, decision="").exists()


@transaction.atomic
def forget_secret_places(*, by: Actor, at: datetime) -> int:
    """An import can make a place secret too, and knows nothing of drafts and suggestions.

    Only what is older than that is forgotten: what was typed since says nothing of the place.
    """
    secret = ServiceAtLocation.objects.filter(location__type=Location.Type.CONFIDENTIAL)
    redacted = (
        Change.objects.filter(
            kind="service", verb="redacted", record__in=secret.values("service_id")
        )
        .values_list("record")
        .annotate(last=Max("at"))
    )
    forgotten = [service for service, last in redacted if _forget_older(service, last)]
    if forgotten:
        audit.record(verb="places forgotten", kind="service", objects=forgotten, by=by, at=at)
    return len(forgotten)


def _forget_older(service_id: UUID, last: datetime) -> bool:
    drafts = Draft.objects.filter(record=service_id, saved_at__lte=last)
    suggestions = Suggestion.objects.filter(service=service_id, at__lte=last).exclude(changes={})
    sheets = SheetImport.objects.filter(at__lte=last).exclude(rows=[])
    if not (drafts.exists() or suggestions.exists() or sheets.exists()):
        return False
    drafts.delete()
    sheets.delete()
    suggestions.filter(state=Suggestion.State.WAITING).delete()
    suggestions.update(changes={}, why="", reason="")
    return True


def forget_place(service_id: UUID) -> None:
    """A place became secret: what was typed about the service may still name it."""
    Draft.objects.filter(record=service_id).delete()
    SheetImport.objects.exclude(rows=[]).delete()
    suggestions = Suggestion.objects.filter(service=service_id)
    suggestions.filter(state=Suggestion.State.WAITING).delete()
    suggestions.update(changes={}, why="", reason="")
