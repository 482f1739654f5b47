"""The parts of a service's facts as the tables keep them: read as plain values, and written.

A part is a column of Service, or a list of rows beside it. The plain values are those of
reading.py, so that the two can be held against each other.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from samen.directory.models import (
    CostOption,
    FormerPlace,
    HoursException,
    Location,
    OpeningHours,
    Organization,
    Phone,
    RequiredDocument,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceGroup,
    ServiceLanguage,
    ServiceNeed,
    ServiceText,
)
from samen.directory.queries.seen import was_shown
from samen.directory.rules import in_order_of_costs
from samen.needs.models import Need
from samen.places.models import Municipality, Place

_DATES = ("checked_on", "closed_from", "closed_until")
_TEXT = ("body", "state", "made_from")
_ADDRESS = ("name", "street", "postal_code", "town", "confirmed")


@dataclass(frozen=True, slots=True)
class Ids:
    """What the plain values call by name, and the tables by id."""

    organizations: Mapping[str, UUID]
    needs: Mapping[str, UUID]
    municipalities: Mapping[str, UUID]
    places: Mapping[str, UUID]


def ids() -> Ids:
    return Ids(
        organizations=dict(Organization.objects.values_list("key", "id")),
        needs=dict(Need.objects.values_list("key", "id")),
        municipalities=dict(Municipality.objects.values_list("slug", "id")),
        places=dict(Place.objects.values_list("slug", "id")),
    )


def ids_named(wholes: Iterable[Mapping[str, Mapping[str, Any]]]) -> Ids:
    """The same for what these facts name, and nothing else: there may be many of each."""
    named: dict[str, set[str]] = {part: set() for part in ("organization", "needs", "areas", "at")}
    for facts in wholes:
        named["organization"].add(facts.get("name", {}).get("organization", ""))
        named["needs"].update(facts.get("needs", {}).get("needs", ()))
        named["needs"].update(group for group, _only in facts.get("for", {}).get("groups", ()))
        named["areas"].update(facts.get("areas", {}).get("areas", ()))
        places = facts.get("location", {}).get("locations", ())
        named["at"].update(place["place"] for place in places)
    bodies = Organization.objects.filter(key__in=named["organization"])
    needs = Need.objects.filter(key__in=named["needs"])
    municipalities = Municipality.objects.filter(slug__in=named["areas"])
    return Ids(
        organizations=dict(bodies.values_list("key", "id")),
        needs=dict(needs.values_list("key", "id")),
        municipalities=dict(municipalities.values_list("slug", "id")),
        places=dict(Place.objects.filter(slug__in=named["at"]).values_list("slug", "id")),
    )


# Which parts each fact holds; texts are facts of their own ("what.nl").
FACTS: Mapping[str, tuple[str, ...]] = {
    "name": ("organization", "name", "names"),
    "publish": ("kind", "publish", "verified", "emergency"),
    "sources": ("check_first", "sources", "source_year", "checked_on"),
    "notes": ("notes",),
    "hours": (
        *("hours", "hours_confirmed", "urgent_always", "closed_on_holidays"),
        *("closed_from", "closed_until", "week", "exceptions"),
    ),
    "cost": ("cost",),
    "cost_options": ("cost_options",),
    "phones": ("phones",),
    "how": ("channels",),
    "speaks": ("speaks",),
    "for": ("groups",),
    "ages": ("minimum_age", "maximum_age"),
    "areas": ("areas",),
    "needs": ("needs",),
    "documents": ("documents",),
    "location": ("locations",),
    **{
        column: (column,)
        for column in (
            *("website", "email", "chat_url", "interpreter", "anonymous", "without_documents"),
            *("children", "wheelchair", "deaf", "referral", "insurance"),
        )
    },
}


# --- rows --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rows:
    """A list of rows beside a service: which, what makes two of them the same, and both ways."""

    model: type[Model]
    same: tuple[str, ...]
    plain: Callable[[Any], Any]
    row: Callable[[Any, Ids], dict[str, Any]]


def _clock(moment: time | None) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"


def _time(words: str | None) -> time | None:
    return None if words is None else time.fromisoformat(words)


_PHONE = ("number", "kind", "position", "cost", "confirmed", "from_abroad")

_ROWS = {
    "week": _Rows(
        OpeningHours,
        ("weekday", "opens"),
        lambda row: [row.weekday, _clock(row.opens), _clock(row.closes)],
        lambda plain, _ids: {
            "weekday": plain[0],
            "opens": _time(plain[1]),
            "closes": _time(plain[2]),
        },
    ),
    "exceptions": _Rows(
        HoursException,
        ("date", "opens"),
        lambda row: [row.date.isoformat(), _clock(row.opens), _clock(row.closes)],
        lambda plain, _ids: {
            "date": date.fromisoformat(plain[0]),
            "opens": _time(plain[1]),
            "closes": _time(plain[2]),
        },
    ),
    "phones": _Rows(
        Phone,
        ("number", "kind"),
        lambda row: {column: getattr(row, column) for column in _PHONE},
        lambda plain, _ids: plain,
    ),
    # A price that is another one is another row: by nothing less are two of them told apart.
    "cost_options": _Rows(
        CostOption,
        ("option", "currency", "amount", "details"),
        lambda row: {
            "option": row.option,
            "currency": row.currency,
            "amount": None if row.amount is None else f"{row.amount:.2f}",
            "details": row.details,
        },
        lambda plain, _ids: {
            **plain,
            "amount": None if plain["amount"] is None else Decimal(plain["amount"]),
        },
    ),
    "speaks": _Rows(
        ServiceLanguage,
        ("tag",),
        lambda row: row.tag,
        lambda plain, _ids: {"tag": plain},
    ),
    "groups": _Rows(
        ServiceGroup,
        ("group_id",),
        lambda row: [row.group.key, row.only],
        lambda plain, ids: {"group_id": ids.needs[plain[0]], "only": plain[1]},
    ),
    "areas": _Rows(
        ServiceArea,
        ("municipality_id",),
        lambda row: row.municipality.slug if row.municipality else "nl",
        lambda plain, ids: {"municipality_id": ids.municipalities.get(plain)},
    ),
    "needs": _Rows(
        ServiceNeed,
        ("need_id",),
        lambda row: row.need.key,
        lambda plain, ids: {"need_id": ids.needs[plain]},
    ),
    "documents": _Rows(
        RequiredDocument,
        ("document",),
        lambda row: row.document,
        lambda plain, _ids: {"document": plain},
    ),
}

# Where each list hangs on a service, to be fetched for many services at once.
_RELATED = {
    "week": "week",
    "exceptions": "exceptions",
    "phones": "phones",
    "cost_options": "cost_options",
    "speaks": "languages",
    "groups": "groups__group",
    "areas": "areas__municipality",
    "needs": "need_links__need",
    "documents": "documents",
    "locations": "at_locations__location__place",
    "texts": "texts",
    "facts": "facts",
}


def service_in_tables(service_id: UUID, *, to_change: bool = False) -> Service:
    """One service with everything its facts are made of. Raises Service.DoesNotExist."""
    if to_change:
        Service.objects.select_for_update().get(pk=service_id)
    found = Service.objects.filter(pk=service_id).select_related("organization")
    return found.prefetch_related(*_RELATED.values()).get()


def services_in_tables(keys: Iterable[str]) -> dict[str, Service]:
    """The services with everything their facts are made of, in a dozen queries."""
    found = Service.objects.filter(key__in=list(keys)).select_related("organization")
    return {service.key: service for service in found.prefetch_related(*_RELATED.values())}


def facts_of_services(ids: Iterable[UUID]) -> dict[UUID, dict[str, dict[str, Any]]]:
    """Everything the tables say of many services, by id, in a dozen queries."""
    return {id_: facts for id_, (_version, facts) in facts_of_each(ids).items()}


def facts_of_each(ids: Iterable[UUID]) -> dict[UUID, tuple[int, dict[str, dict[str, Any]]]]:
    """The same, with the version that says so."""
    found = Service.objects.filter(id__in=list(ids)).select_related("organization")
    rows = found.prefetch_related(*_RELATED.values()).order_by("number")
    return {service.id: (service.version, all_facts(service)) for service in rows}


# --- read --------------------------------------------------------------------------------------


def plain_fact(service: Service, parts: Iterable[str]) -> dict[str, Any]:
    return {part: _plain(service, part) for part in parts}


# Its columns hold what the tables say before anybody tells them anything.
_BLANK = Service()


def empty_fact(parts: Iterable[str]) -> dict[str, Any]:
    """What the tables say of a fact that nobody has told yet."""
    return {part: _empty(part) for part in parts}


def blank_facts() -> dict[str, dict[str, Any]]:
    """What the tables say of a service of which nobody has told anything."""
    return {fact: empty_fact(parts) for fact, parts in FACTS.items()}


def all_facts(service: Service) -> dict[str, dict[str, Any]]:
    """Everything the tables say of a service that came with `services_in_tables`."""
    facts = {fact: plain_fact(service, parts) for fact, parts in FACTS.items()}
    return facts | plain_texts(service)


def _empty(part: str) -> Any:
    if part in _RELATED:
        return []
    return "" if part == "organization" else getattr(_BLANK, part)


def _plain(service: Service, part: str) -> Any:
    if part == "organization":
        return service.organization.key
    if part == "locations":
        return [_plain_location(link.location) for link in service.at_locations.all()]
    if part in _ROWS:
        plain = _ROWS[part].plain
        related = _RELATED[part].partition("__")[0]
        found = [plain(row) for row in getattr(service, related).all()]
        # Its table keeps no order, and the same prices must never look changed.
        return in_order_of_costs(found) if part == "cost_options" else found
    value = getattr(service, part)
    return value.isoformat() if isinstance(value, date) else value


def _plain_location(location: Location) -> dict[str, Any]:
    return {
        "type": location.type,
        "place": location.place.slug if location.place else "",
        **{column: getattr(location, column) for column in _ADDRESS},
    }


def plain_texts(service: Service) -> dict[str, dict[str, Any]]:
    """The texts as facts, by name: {"what.nl": {"body": ..., "state": ..., "made_from": ...}}."""
    return {
        f"{text.field}.{text.language}": {column: getattr(text, column) for column in _TEXT}
        for text in service.texts.all()
    }


# --- write -------------------------------------------------------------------------------------


def columns(parts: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """The parts that are columns of the service, as it keeps them."""
    return {
        f"{part}_id" if part == "organization" else part: _column(part, value, ids)
        for part, value in parts.items()
        if part not in _RELATED
    }


def _column(part: str, value: Any, ids: Ids) -> Any:
    if part == "organization":
        return ids.organizations[value]
    return date.fromisoformat(value) if part in _DATES and value else value


def rows_of(service: Service, part: str, values: Any, ids: Ids) -> list[Model]:
    """The rows that a part of a new service is made of; places before what leads to them."""
    if part == "locations":
        places = [
            Location(organization_id=service.organization_id, **_location_row(value, ids))
            for value in values
        ]
        return [*places, *(ServiceAtLocation(service=service, location=p) for p in places)]
    if part not in _ROWS:
        return []
    rows = _ROWS[part]
    return [rows.model(service=service, **rows.row(value, ids)) for value in values]


def write_rows(service: Service, parts: Mapping[str, Any], ids: Ids, at: datetime) -> None:
    """Bring the parts that are lists of rows in line. Rows that stay keep their ids."""
    for part, values in parts.items():
        if part in _ROWS:
            rows = _ROWS[part]
            _bring_in_line(service, rows, [rows.row(value, ids) for value in values])
        elif part == "locations":
            _write_locations(service, values, ids, at)


def _bring_in_line(service: Service, rows: _Rows, wanted: list[dict[str, Any]]) -> None:
    manager = rows.model._default_manager  # noqa: SLF001  (the public name is per model)
    existing = {
        tuple(getattr(record, column) for column in rows.same): record
        for record in manager.filter(service=service)
    }
    pairs = [(row, existing.pop(tuple(row[c] for c in rows.same), None)) for row in wanted]
    for gone in existing.values():
        gone.delete()
    for row, record in pairs:
        if record is None:
            manager.create(service=service, **row)
        elif any(getattr(record, column) != value for column, value in row.items()):
            manager.filter(pk=record.pk).update(**row)


def _write_locations(
    service: Service, values: list[dict[str, Any]], ids: Ids, at: datetime
) -> None:
    """A place that stays keeps its ids, also one of which something is corrected.

    Of one that became confidential nothing may stay behind, and nobody can say which one it was:
    then only places that are exactly as they were keep theirs.
    """
    rows = [_location_row(value, ids) for value in values]
    links = ServiceAtLocation.objects.filter(service=service).select_related("location")
    left = list(links.order_by("id"))
    was_secret, is_secret = _secret([link.location.type for link in left]), _secret(_types(rows))
    pairs = _paired(rows, left, only_the_same=is_secret > was_secret)
    _let_go([link for link in left if link not in pairs.values()])
    _note_former(service, left, pairs.values(), at, secret=is_secret > 0)
    for place, row in enumerate(rows):
        link = pairs.get(place)
        if link is None:
            location = Location.objects.create(organization_id=service.organization_id, **row)
            ServiceAtLocation.objects.create(service=service, location=location)
        elif _alike(link.location, row) < len(row):
            Location.objects.filter(pk=link.location_id).update(**row)


def _types(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["type"] for row in rows]


def _secret(types: Iterable[str]) -> int:
    return sum(kind == Location.Type.CONFIDENTIAL for kind in types)


def _paired(
    rows: Sequence[Mapping[str, Any]],
    links: Sequence[ServiceAtLocation],
    *,
    only_the_same: bool,
) -> dict[int, ServiceAtLocation]:
    """Which of the places that are there each row means, by the place of the row in its list."""
    found: dict[int, ServiceAtLocation] = {}
    left = list(links)
    # First what is the same in everything, so that no other row takes it.
    for alike_in_all in (True,) if only_the_same else (True, False):
        for place, row in enumerate(rows):
            fit = [
                link
                for link in left
                if link.location.type == row["type"]
                and (not alike_in_all or _alike(link.location, row) == len(row))
            ]
            if place not in found and fit:
                found[place] = max(fit, key=lambda link: _alike(link.location, row))
                left.remove(found[place])
    return found


def _alike(location: Location, row: Mapping[str, Any]) -> int:
    """In how many columns."""
    return sum(getattr(location, column) == value for column, value in row.items())


def _let_go(links: Sequence[ServiceAtLocation]) -> None:
    ServiceAtLocation.objects.filter(pk__in=[link.pk for link in links]).delete()
    # Another service may be there too.
    shared = ServiceAtLocation.objects.values("location_id")
    places = Location.objects.filter(pk__in=[link.location_id for link in links])
    places.exclude(pk__in=shared).delete()


def _note_former(
    service: Service,
    left: Sequence[ServiceAtLocation],
    kept: Collection[ServiceAtLocation],
    at: datetime,
    *,
    secret: bool,
) -> None:
    if secret:
        FormerPlace.objects.filter(service=service).delete()
        return
    gone = [
        link
        for link in left
        if link not in kept and link.location.type != Location.Type.CONFIDENTIAL
    ]
    if gone and was_shown(service):
        FormerPlace.objects.bulk_create(
            FormerPlace(link=link.pk, location=link.location_id, service=service, at=at)
            for link in gone
        )


def _location_row(value: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    address = {column: value[column] for column in _ADDRESS}
    return {"type": value["type"], "place_id": ids.places.get(value["place"]), **address}


def write_texts(service: Service, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the texts by their names as facts; one without a value is taken away."""
    written = []
    for fact, value in facts.items():
        field, _, language = fact.partition(".")
        if value:
            text = ServiceText(service=service, field=field, language=language, **value)
            written.append(text)
        else:
            service.texts.filter(field=field, language=language).delete()
    ServiceText.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["service", "field", "language"],
        update_fields=_TEXT,
    )
