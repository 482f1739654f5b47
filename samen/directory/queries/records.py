"""All that may be known of a service outside, for those who read it by machine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from samen.directory.models import (
    Change,
    CostOption,
    Location,
    Organization,
    OrganizationText,
    Service,
    ServiceAtLocation,
    ServiceText,
    TextState,
)
from samen.directory.queries.listings import listings
from samen.directory.queries.shown import Listing
from samen.directory.rules import text_hash


@dataclass(frozen=True, slots=True)
class TextKnown:
    language: str
    body: str
    state: str  # original, human, machine
    out_of_date: bool


@dataclass(frozen=True, slots=True)
class PlaceKnown:
    """A place one can go to; a confidential one is none."""

    id: UUID
    link: UUID  # of the service to the place
    name: str
    street: str
    postal_code: str
    town: str
    province: str
    confirmed: bool
    wheelchair: str
    virtual: bool


@dataclass(frozen=True, slots=True)
class CostKnown:
    id: UUID
    option: str
    currency: str
    amount: Decimal | None
    details: str


@dataclass(frozen=True, slots=True)
class OrganizationKnown:
    id: UUID
    name: str
    alternate_name: str
    website: str
    email: str
    texts: tuple[TextKnown, ...]


@dataclass(frozen=True, slots=True)
class OpenRecord:
    listing: Listing  # as a Dutch reader sees it
    organization: OrganizationKnown
    texts: Mapping[str, tuple[TextKnown, ...]]  # by field
    places: tuple[PlaceKnown, ...]
    costs: tuple[CostKnown, ...]
    changed_at: datetime | None


def open_records(ids: Sequence[UUID]) -> list[OpenRecord]:
    """The published services among `ids`, in their order. A dozen queries, however many."""
    shown = listings(ids, language="nl")
    ids = [listing.id for listing in shown]
    services = {each.id: each for each in Service.objects.filter(id__in=ids)}
    texts, places, costs = _texts(ids), _places(ids), _costs(ids)
    owners = organizations_known({service.organization_id for service in services.values()})
    moments = _moments({service.stamp for service in services.values()})
    return [
        OpenRecord(
            listing=listing,
            organization=owners[services[listing.id].organization_id],
            texts=texts[listing.id],
            places=tuple(places[listing.id]),
            costs=tuple(costs[listing.id]),
            changed_at=moments.get(services[listing.id].stamp),
        )
        for listing in shown
        if listing.id in services
    ]


def _moments(stamps: Iterable[int]) -> Mapping[int, datetime]:
    return dict(Change.objects.filter(pk__in=list(stamps)).values_list("pk", "at"))


def _texts(ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, tuple[TextKnown, ...]]]:
    rows: dict[UUID, dict[str, list[ServiceText]]] = defaultdict(lambda: defaultdict(list))
    for text in ServiceText.objects.filter(service__in=ids).order_by("field", "language"):
        rows[text.service_id][text.field].append(text)
    known = {
        service: {field: _known(texts) for field, texts in fields.items()}
        for service, fields in rows.items()
    }
    return defaultdict(dict, known)


def _known(texts: Sequence[ServiceText] | Sequence[OrganizationText]) -> tuple[TextKnown, ...]:
    originals = {text_hash(each.body) for each in texts if each.state == TextState.ORIGINAL}
    return tuple(
        TextKnown(
            language=each.language,
            body=each.body,
            state=each.state,
            out_of_date=each.state != TextState.ORIGINAL
            and bool(originals)
            and each.made_from not in originals,
        )
        for each in texts
    )


def _places(ids: Sequence[UUID]) -> Mapping[UUID, list[PlaceKnown]]:
    places: dict[UUID, list[PlaceKnown]] = defaultdict(list)
    links = ServiceAtLocation.objects.filter(service__in=ids).order_by("id")
    open_ones = links.exclude(location__type=Location.Type.CONFIDENTIAL)
    for link in open_ones.select_related("location__place"):
        places[link.service_id].append(_place(link))
    return places


def _place(link: ServiceAtLocation) -> PlaceKnown:
    location, town = link.location, link.location.place
    return PlaceKnown(
        id=location.id,
        link=link.id,
        name=location.name,
        street=location.street,
        postal_code=location.postal_code,
        town=location.town or (town.name if town else ""),
        province=town.province if town else "",
        confirmed=location.confirmed,
        wheelchair=location.wheelchair,
        virtual=location.type == Location.Type.VIRTUAL,
    )


def _costs(ids: Sequence[UUID]) -> Mapping[UUID, list[CostKnown]]:
    costs: dict[UUID, list[CostKnown]] = defaultdict(list)
    for cost in CostOption.objects.filter(service__in=ids).order_by("option", "id"):
        known = CostKnown(cost.id, cost.option, cost.currency, cost.amount, cost.details)
        costs[cost.service_id].append(known)
    return costs


def organizations_known(ids: Iterable[UUID]) -> Mapping[UUID, OrganizationKnown]:
    """Whatever of it is shown elsewhere. Two queries."""
    wanted = list(ids)
    texts: dict[UUID, list[OrganizationText]] = defaultdict(list)
    for text in OrganizationText.objects.filter(organization__in=wanted).order_by("language"):
        texts[text.organization_id].append(text)
    return {
        each.id: OrganizationKnown(
            id=each.id,
            name=each.name,
            alternate_name=each.alternate_name,
            website=each.website,
            email=each.email,
            texts=_known(texts[each.id]),
        )
        for each in Organization.objects.filter(id__in=wanted)
    }
