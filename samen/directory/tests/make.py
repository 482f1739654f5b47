"""One of each, ready to use. Say only what the test is about."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from samen.directory import actions
from samen.directory.actions import ImportReport
from samen.directory.models import (
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    ServiceNeed,
    ServiceText,
    TextState,
)
from samen.foundation.actor import job
from samen.needs.models import Need
from samen.needs.tests import make as needs
from samen.places.models import Place
from samen.places.tests import make as places

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

_numbers = count(1)


def organization(key: str = "veilig-thuis", name: str = "Veilig Thuis") -> Organization:
    return Organization.objects.get_or_create(key=key, defaults={"name": name})[0]


def service(key: str = "", *, what: str = "Advies en hulp.", **columns: Any) -> Service:
    """A published service with a Dutch text."""
    number = next(_numbers)
    defaults = {
        "key": f"hulp-{number}",
        "number": number,
        "organization": organization(),
        "name": f"Hulp {number}",
        "kind": Service.Kind.SERVICE,
        "publish": Service.Publish.READY,
        "verified": Service.Verified.SEED,
    }
    made = Service.objects.create(**(defaults | columns | ({"key": key} if key else {})))
    text(made, body=what)
    return made


def change(
    service: Service, *, at: datetime = NOON, verb: str = "changed", **parts: Mapping[str, Any]
) -> None:
    """As an edit does: these parts of its facts become what is said, the others stay."""
    version, facts = actions.service_facts(service.id)
    actions.change_service(
        service_id=service.id,
        changes={fact: {**facts[fact], **part} for fact, part in parts.items()},
        version=version,
        why="",
        by=job("test"),
        at=at,
        verb=verb,
    )


def text(
    service: Service,
    *,
    body: str,
    language: str = "nl",
    field: ServiceText.Field = ServiceText.Field.WHAT,
    made_from: str = "",
) -> ServiceText:
    state = TextState.ORIGINAL if language == "nl" else TextState.MACHINE
    return ServiceText.objects.create(
        service=service,
        field=field,
        language=language,
        body=body,
        state=state,
        made_from=made_from,
    )


def phone(service: Service, number: str = "0800-2000", *, confirmed: bool = True) -> Phone:
    return Phone.objects.create(service=service, number=number, confirmed=confirmed)


def answers(service: Service, need: Need) -> ServiceNeed:
    return ServiceNeed.objects.create(service=service, need=need)


def location(
    service: Service, *, street: str = "Domplein 1", place: Place | None = None
) -> Location:
    made = Location.objects.create(
        organization=service.organization,
        type=Location.Type.PHYSICAL,
        street=street,
        town="Utrecht",
        place=place,
    )
    ServiceAtLocation.objects.create(service=service, location=made)
    return made


def confidential_location(service: Service) -> Location:
    made = Location.objects.create(
        organization=service.organization, type=Location.Type.CONFIDENTIAL
    )
    ServiceAtLocation.objects.create(service=service, location=made)
    return made


# --- content files -----------------------------------------------------------------------------


def ground() -> None:
    """What the entries below stand on: two needs, a group, a municipality and its town."""
    for key in ("sit.danger_now", "sup.shelter", "grp.women"):
        needs.need(key)
    utrecht = places.municipality("utrecht")
    places.place("utrecht", name="Utrecht", municipality=utrecht)


def entry(key: str = "veilig-thuis", number: int = 3, **fields: Any) -> dict[str, Any]:
    """A service as content/services.yaml writes it."""
    return {
        "id": key,
        "number": number,
        "organization": "veilig-thuis",
        "name": "Veilig Thuis",
        "kind": "line",
        "publish": "ready",
        "verified": "seed",
        "sources": ["seed:004.txt"],
        "areas": ["nl"],
        "needs": ["sit.danger_now"],
        "what": {"nl": "Advies en hulp.", "en": "Advice and help."},
        "phones": [
            {"number": "0800-2000", "confirmed": "yes", "kind": "voice", "cost": "free"},
        ],
        "how": ["phone"],
    } | fields


def content(*services: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A file like content/services.yaml."""
    return {
        "version": 1,
        "checked_on": "2026-11-22",
        "organizations": [{"id": "veilig-thuis", "name": "Veilig Thuis"}],
        "services": list(services),
    } | fields


def import_map(
    *services: dict[str, Any],
    translations: Mapping[str, Mapping[str, Any]] | None = None,
    **fields: Any,
) -> ImportReport:
    return actions.import_map(
        data=content(*services, **fields),
        translations=translations or {},
        by=job("import_map"),
        at=NOON,
    )
