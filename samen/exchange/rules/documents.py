"""A service as an HSDS 3.2 document. Plain Python only.

Read aloud: what is not known is left out, never empty and never null. Hours that nobody confirmed
say so. A service with a confidential place has no place here, only areas and a phone, and says
that its address is withheld. What HSDS has no word for (translations, freshness, safety) stands in
properties of our own, which every reader of HSDS may ignore.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from samen.directory.queries import (
    Hours,
    Listing,
    OpenRecord,
    OrganizationKnown,
    PlaceKnown,
    TextKnown,
)
from samen.foundation.languages import LANGUAGES

# Everything that has no id of its own in the tables gets one made of what it says.
_SPACE = UUID("5b0f6a6e-8f0a-5d0c-9a55-0d3f6f4f7c11")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALL_DAYS = ",".join(_DAYS)
_CLOCK = "Europe/Amsterdam"
_NOT_CONFIRMED = "Nobody has confirmed these hours yet: call first."
_UNKNOWN_DATE = "Not confirmed: call first."
_COUNTRY = "NL"
_TAXONOMY = uuid5(_SPACE, "taxonomy")

_COSTS = {
    "free": "Free of charge.",
    "local": "The help is free. A call costs as much as a local call.",
    "donation": "A small gift is asked of who can.",
    "paid": "It costs money.",
}
_INTERPRETERS = {
    "yes": "They work with interpreters.",
    "partly": "Sometimes with an interpreter.",
    "no": "Without interpreters.",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A need of the taxonomy that a service answers, or a group it is for."""

    id: UUID
    key: str
    name: str  # in Dutch


def document(record: OpenRecord, terms: Mapping[str, Term]) -> dict[str, Any]:
    """`terms` by key; a key that is not among them is for colleagues and stays inside."""
    item = record.listing
    return _known(
        {
            "id": str(item.id),
            "organization_id": str(record.organization.id),
            "name": item.name,
            "alternate_name": item.names.get("en"),
            "description": _body(record, "what"),
            "url": item.website,
            "additional_urls": _more_urls(item),
            "email": item.email,
            "status": "active",
            "interpretation_services": _INTERPRETERS.get(item.interpreter),
            "application_process": _body(record, "call"),
            "fees_description": _body(record, "cost_note") or _COSTS.get(item.cost),
            "eligibility_description": _eligibility(item, terms),
            "minimum_age": item.minimum_age,
            "maximum_age": item.maximum_age,
            "assured_date": _day(item.assured_on),
            "alert": _closure(item.hours),
            "last_modified": _moment(record.changed_at),
            "phones": _phones(item),
            "schedules": _schedules(item),
            "service_areas": _areas(item),
            "service_at_locations": [_at(item, place) for place in record.places],
            "languages": _languages(item),
            "organization": organization(record.organization),
            "cost_options": _cost_options(record),
            "required_documents": _documents(item),
            "attributes": _attributes(item, terms),
            **_of_our_own(record),
        }
    )


def encoded(document: Mapping[str, Any]) -> bytes:
    """The same bytes for the same document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def organization(known: OrganizationKnown) -> dict[str, Any]:
    return _known(
        {
            "id": str(known.id),
            "name": known.name,
            "alternate_name": known.alternate_name,
            # HSDS demands one; an organisation of which nobody wrote anything is what it is called.
            "description": _original(known.texts) or known.name,
            "email": known.email,
            "website": known.website,
            "translations": _translations({"description": known.texts}),
        }
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is unknown."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _id(item: Listing, sort: str, *parts: object) -> str:
    return str(uuid5(_SPACE, "|".join(map(str, (item.id, sort, *parts)))))


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _moment(value: datetime | None) -> str | None:
    """Down to the millisecond."""
    return (
        value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if value
        else None
    )


def _original(texts: Iterable[TextKnown]) -> str:
    return next((text.body for text in texts if text.language == "nl"), "")


def _body(record: OpenRecord, field: str) -> str:
    return _original(record.texts.get(field, ()))


def _more_urls(item: Listing) -> list[dict[str, Any]]:
    if not item.chat_url:
        return []
    return [
        {
            "id": _id(item, "url", item.chat_url),
            "service_id": str(item.id),
            "label": "chat",
            "url": item.chat_url,
        }
    ]


def _eligibility(item: Listing, terms: Mapping[str, Term]) -> str:
    only = [terms[key].name for key in item.only if key in terms]
    groups = [terms[key].name for key in item.groups if key in terms]
    sentences = [
        f"Alleen voor: {', '.join(only)}." if only else "",
        f"Vooral voor: {', '.join(groups)}." if groups else "",
        "Ook zonder papieren." if item.without_documents == "yes" else "",
        "Een verwijzing is nodig." if item.referral == "needed" else "",
        "Een zorgverzekering is nodig." if item.insurance == "needed" else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _closure(hours: Hours) -> str:
    start, end = hours.closed_from, hours.closed_until
    if start is None and end is None:
        return ""
    since = f" vanaf {start.isoformat()}" if start else ""
    until = f" tot en met {end.isoformat()}" if end else ""
    return f"Gesloten{since}{until}."


def _phones(item: Listing) -> list[dict[str, Any]]:
    return [
        _known(
            {
                "id": _id(item, "phone", phone.kind, phone.number),
                "service_id": str(item.id),
                "number": phone.number,
                "type": phone.kind,
                "description": "Voor wie uit het buitenland belt." if phone.from_abroad else "",
            }
        )
        for phone in item.phones
    ]


# --- hours ---------------------------------------------------------------------------------------


def _schedules(item: Listing) -> list[dict[str, Any]]:
    hours = item.hours
    note = "" if hours.confirmed else _NOT_CONFIRMED
    if hours.state == "always":
        return [_weekly(item, _ALL_DAYS, "00:00", "23:59", note)]
    stretches: dict[tuple[time, time], list[int]] = defaultdict(list)
    for stretch in hours.week if hours.state == "weekly" else ():
        stretches[stretch.opens, stretch.closes].append(stretch.weekday)
    weekly = [
        _weekly(item, ",".join(_DAYS[d] for d in sorted(days)), _clock(o), _clock(c), note)
        for (o, c), days in sorted(stretches.items())
    ]
    return weekly + [
        _exception(item, each.date, each.opens, each.closes) for each in hours.exceptions
    ]


def _clock(value: time) -> str:
    return f"{value:%H:%M}"


def _weekly(item: Listing, days: str, opens: str, closes: str, note: str) -> dict[str, Any]:
    # 24 hours is written so (field guidance of HSDS).
    closes = "23:59" if (opens, closes) == ("00:00", "00:00") else closes
    return _known(
        {
            "id": _id(item, "schedule", days, opens, closes),
            "service_id": str(item.id),
            "freq": "WEEKLY",
            "interval": 1,
            "wkst": "MO",
            "byday": days,
            "opens_at": opens,
            "closes_at": closes,
            "description": note,
            "notes": f"Times by the clock of {_CLOCK}.",
        }
    )


def _exception(item: Listing, day: date, opens: time | None, closes: time | None) -> dict[str, Any]:
    """One date on which the week does not hold."""
    return _known(
        {
            "id": _id(item, "exception", day, opens, closes),
            "service_id": str(item.id),
            "dtstart": _day(day),
            "valid_from": _day(day),
            "valid_to": _day(day),
            "count": 1,
            "opens_at": _clock(opens) if opens else None,
            "closes_at": _clock(closes) if closes else None,
            "description": "Instead of the weekly hours." if opens else "Closed on this day.",
            "notes": f"Times by the clock of {_CLOCK}." if opens else "",
        }
    )


# --- places --------------------------------------------------------------------------------------


def _areas(item: Listing) -> list[dict[str, Any]]:
    areas = [("Nederland", _COUNTRY)] if item.national else []
    areas += [(area.name, area.slug) for area in item.areas]
    return [
        {
            "id": _id(item, "area", code),
            "service_id": str(item.id),
            "name": name,
            "extent": name,
            "extent_type": "text",
        }
        for name, code in areas
    ]


def _at(item: Listing, place: PlaceKnown) -> dict[str, Any]:
    return {
        "id": str(place.link),
        "service_id": str(item.id),
        "location_id": str(place.id),
        "location": _known(
            {
                "id": str(place.id),
                "location_type": "virtual" if place.virtual else "physical",
                "name": place.name,
                "description": "" if place.confirmed else _UNKNOWN_DATE,
                "addresses": _addresses(item, place),
                "accessibility": _accessibility(item, place),
            }
        ),
    }


def _addresses(item: Listing, place: PlaceKnown) -> list[dict[str, Any]]:
    """HSDS demands a postcode and a province; where we do not know them, they are empty."""
    if not (place.street and place.town):
        return []
    return [
        {
            "id": _id(item, "address", place.id),
            "location_id": str(place.id),
            "address_1": place.street,
            "city": place.town,
            "state_province": place.province,
            "postal_code": place.postal_code,
            "country": _COUNTRY,
            "address_type": "physical",
        }
    ]


def _accessibility(item: Listing, place: PlaceKnown) -> list[dict[str, Any]]:
    words = {"yes": "Wheelchair accessible.", "no": "Not wheelchair accessible."}
    known = words.get(place.wheelchair or item.wheelchair)
    if known is None:
        return []
    return [
        {
            "id": _id(item, "accessibility", place.id),
            "location_id": str(place.id),
            "description": known,
        }
    ]


# --- lists of single words -----------------------------------------------------------------------


def _languages(item: Listing) -> list[dict[str, Any]]:
    return [
        {"id": _id(item, "language", tag), "service_id": str(item.id), "code": LANGUAGES[tag].iso}
        for tag in item.languages
        if tag in LANGUAGES
    ]


def _cost_options(record: OpenRecord) -> list[dict[str, Any]]:
    return [
        _known(
            {
                "id": str(cost.id),
                "service_id": str(record.listing.id),
                "option": cost.option,
                "currency": cost.currency,
                "amount": None if cost.amount is None else float(cost.amount),
                "amount_description": cost.details,
            }
        )
        for cost in record.costs
    ]


def _documents(item: Listing) -> list[dict[str, Any]]:
    return [
        {"id": _id(item, "document", name), "service_id": str(item.id), "document": name}
        for name in item.documents
    ]


def _attributes(item: Listing, terms: Mapping[str, Term]) -> list[dict[str, Any]]:
    keys = dict.fromkeys((*item.needs, *item.groups, *item.only))
    return [_attribute(item, terms[key]) for key in keys if key in terms]


def _attribute(item: Listing, term: Term) -> dict[str, Any]:
    return {
        "id": _id(item, "attribute", term.id),
        "link_id": str(item.id),
        "link_entity": "service",
        "taxonomy_term_id": str(term.id),
        "taxonomy_term": {
            "id": str(term.id),
            "code": term.key,
            "name": term.name,
            "description": term.name,
            "taxonomy": "SAMEN",
            "taxonomy_id": str(_TAXONOMY),
            "language": "nl",
        },
    }


# --- what HSDS has no word for -------------------------------------------------------------------


def _of_our_own(record: OpenRecord) -> dict[str, Any]:
    item = record.listing
    return {
        "number": item.number,
        "confirmed": item.publish == "ready",
        "freshness": item.freshness,
        "verification": item.verified,
        "checked_date": _day(item.checked_on),
        "address_withheld": True if item.confidential else None,
        "safety": _known(
            {
                "anonymous": item.anonymous,
                "without_documents": item.without_documents,
                "children": item.children,
                "deaf": item.deaf,
                "emergency": True if item.emergency else None,
            }
        ),
        "channels": list(item.channels),
        "translations": _translations(
            {_NAMES[field]: texts for field, texts in record.texts.items()}
        ),
    }


_NAMES = {
    "what": "description",
    "call": "application_process",
    "hours_note": "hours_description",
    "cost_note": "fees_description",
}


def _translations(fields: Mapping[str, Sequence[TextKnown]]) -> dict[str, Any]:
    """By language, then by the name of what is translated."""
    by_language: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, texts in sorted(fields.items()):
        for text in texts:
            state = "out of date" if text.out_of_date else text.state
            by_language[text.language][name] = {"text": text.body, "state": state}
    return dict(sorted(by_language.items()))
