from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory.actions import journal
from samen.directory.actions.fields import refuse, texts
from samen.directory.actions.reports import ImportReport
from samen.directory.models import Route, Service
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.needs.actions import Refusal, Refused
from samen.needs.models import Need

FILE = "needs.yaml"


@transaction.atomic
def import_routes(*, data: Mapping[str, Any], by: Actor, at: datetime) -> ImportReport:
    """Bring the first suggestions for each need in line with the `route` in needs.yaml.

    A route to a service that does not exist is refused as a whole: the order of what is left
    would be nobody's choice.
    """
    now = _routes()
    services = dict(Service.objects.values_list("key", "id"))
    needs = dict(Need.objects.values_list("key", "id"))
    refused: list[Refusal] = []
    changed = unchanged = 0
    for concept in _concepts(data, needs):
        need_id = needs[concept["id"]]
        try:
            wanted = _wanted(concept, services)
        except Refused as reason:
            refused.append(Refusal(FILE, concept["id"], str(reason)))
            continue
        if wanted == now.get(need_id, []):
            unchanged += 1
            continue
        _write(need_id, wanted)
        journal.note(kind="needs", record=need_id, verb="changed", at=at)
        audit.record(verb="route imported", kind="need", record_id=need_id, by=by, at=at)
        changed += 1
    return ImportReport(changed=changed, unchanged=unchanged, refused=tuple(refused))


def _concepts(data: Mapping[str, Any], needs: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """Those that became needs. What did not was refused, and told, when needs were imported."""
    concepts = data.get("concepts")
    dicts = [c for c in concepts if isinstance(c, dict)] if isinstance(concepts, list) else []
    return [concept for concept in dicts if str(concept.get("id")) in needs]


def _routes() -> dict[UUID, list[UUID]]:
    routes: dict[UUID, list[UUID]] = {}
    for route in Route.objects.order_by("need", "position"):
        routes.setdefault(route.need_id, []).append(route.service_id)
    return routes


def _wanted(concept: Mapping[str, Any], services: Mapping[str, UUID]) -> list[UUID]:
    route = texts(concept, "route")
    for unknown in (key for key in route if key not in services):
        refuse(gettext_noop("It leads to a service that does not exist: %(key)s."), key=unknown)
    return [services[key] for key in route]


def _write(need_id: UUID, services: list[UUID]) -> None:
    Route.objects.filter(need=need_id).delete()
    Route.objects.bulk_create(
        Route(need_id=need_id, service_id=service_id, position=position)
        for position, service_id in enumerate(services)
    )
