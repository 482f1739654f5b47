"""A service as an HSDS 3.2 document. Plain Python only.

Read aloud: what is not known is left out, never empty and never null. Hours that nobody confirmed
say so. A confidential place is not here, and the service says that an address is withheld; a desk
of the same service that is open to all stands here as on its page. What HSDS has no word for
(translations, freshness, safety) stands in properties of our own, which every reader of HSDS may
ignore.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
from samen.exchange.rules.documents_coded import coded
from samen.exchange.rules.documents_hours import operating_hours, schedules
from samen.exchange.rules.documents_terms import Term, attribute_term
from samen.foundation.languages import LANGUAGES, fallbacks

# Everything that has no id of its own in the tables gets one made of what it says.
_SPACE = UUID("5b0f6a6e-8f0a-5d0c-9a55-0d3f6f4f7c11")
_NOT_CONFIRMED = "Niet bevestigd: bel eerst."
_COUNTRY = "NL"
ORIGINAL = "nl"
# Before this one hours are schedules; from it on they are operating hours.
NEWER = "3.3"

_COSTS = {
    "free": "Gratis.",
    "local": "De hulp is gratis. Bellen kost een lokaal gesprek.",
    "donation": "Wie kan, wordt om een kleine gift gevraagd.",
    "paid": "Het kost geld.",
}
_INTERPRETERS = {
    "yes": "Er wordt met tolken gewerkt.",
    "partly": "Soms met een tolk.",
    "no": "Zonder tolk.",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record was first published, and under which id there."""

    publisher: str
    original_id: str
    licence: str = ""
    source: str = ""  # from whom this installation took it over, if it did
    seen: date | None = None  # when it was last seen there


def document(record: OpenRecord, terms: Mapping[str, Term], origin: Provenance) -> dict[str, Any]:
    """`terms` by key; a key that is not among them is for colleagues and stays inside."""
    kept = to_keep(record, terms, origin)
    said: dict[str, Any] = json.loads(whole(kept))
    return said


def to_keep(record: OpenRecord, terms: Mapping[str, Term], origin: Provenance) -> bytes:
    """The document in five lines, of which every form that is asked for is joined without reading
    them: what stands in a list, the organisation in short, everything nested, and the hours as
    each version of the standard has them.
    """
    item = record.listing
    return b"\n".join(
        _inside(part)
        for part in (
            _known(_head(record, terms, origin)),
            {"organization": organization_listed(record.organization)},
            _known(_rest(record, terms)),
            _known({"schedules": schedules(item.id, item.hours)}),
            _known({"operating_hours": operating_hours(item.id, item.hours)}),
        )
    )


def whole(kept: bytes, standard: str = "") -> bytes:
    """Everything, as this version of the standard has it."""
    head, _brief, rest, old, new = kept.split(b"\n")
    parts = (head, rest, new if standard == NEWER else old)
    return b"{" + b",".join(part for part in parts if part) + b"}"


def listed(kept: bytes) -> bytes:
    """As it stands in a list: without what is nested but its organisation."""
    head, brief, _rest = kept.split(b"\n", 2)
    return b"{" + head + b"," + brief + b"}"


def in_language(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The texts in this language, or in the nearest there is; which one it is, is said."""
    translations = document.get("translations", {})
    said, tags = dict(document), {}
    for name in sorted({field for texts in translations.values() for field in texts}):
        known = [tag for tag in fallbacks(language) if name in translations.get(tag, {})]
        if known and (name in said or known[0] != ORIGINAL):
            said[name] = translations[known[0]][name]["text"]
            tags[name] = known[0]
    if isinstance(said.get("organization"), Mapping):
        said["organization"] = in_language(said["organization"], language)
    return said | ({"text_languages": tags} if tags else {})


def listed_in_language(kept: bytes, language: str) -> dict[str, Any]:
    everything = in_language(json.loads(whole(kept)), language)
    names = {*json.loads(listed(kept)), *everything.get("text_languages", {}), "text_languages"}
    short = {name: value for name, value in everything.items() if name in names}
    owner = short["organization"]
    short["organization"] = {n: v for n, v in owner.items() if n != "translations"}
    return short


def _inside(part: Mapping[str, Any]) -> bytes:
    """Without its brackets. No line break of a text survives the encoding."""
    return encoded(part)[1:-1]


def _head(record: OpenRecord, terms: Mapping[str, Term], origin: Provenance) -> dict[str, Any]:
    item = record.listing
    return {
        "id": str(item.id),
        "organization_id": str(record.organization.id),
        "name": item.name,
        "alternate_name": item.names.get("en"),
        "description": _body(record, "what"),
        "url": item.website,
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
        "last_modified": moment(record.changed_at),
        **_of_our_own(item),
        "provenance": _origin(origin),
    }


def _rest(record: OpenRecord, terms: Mapping[str, Term]) -> dict[str, Any]:
    item = record.listing
    return {
        "organization": organization(record.organization),
        "additional_urls": _more_urls(item),
        "phones": _phones(item),
        "service_areas": _areas(item),
        "service_at_locations": [_at(item, place) for place in record.places],
        "languages": _languages(item),
        "cost_options": _cost_options(record),
        "required_documents": _documents(item),
        "attributes": _attributes(item, terms),
        "translations": _service_translations(record),
        "coded": coded(record, terms),
    }


def _origin(origin: Provenance) -> dict[str, Any]:
    return _known(
        {
            "publisher": origin.publisher,
            "original_id": origin.original_id,
            "licence": origin.licence,
            "source": origin.source,
            "seen": _day(origin.seen),
        }
    )


def encoded(document: Mapping[str, Any]) -> bytes:
    """The same bytes for the same document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def organization(known: OrganizationKnown) -> dict[str, Any]:
    translations = translations_of({"description": known.texts})
    return organization_listed(known) | _known({"translations": translations})


def organization_listed(known: OrganizationKnown) -> dict[str, Any]:
    return _known(
        {
            "id": str(known.id),
            "name": known.name,
            "alternate_name": known.alternate_name,
            # HSDS demands one; an organisation of which nobody wrote anything is what it is called.
            "description": _original(known.texts) or known.name,
            "email": known.email,
            "website": known.website,
        }
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is unknown."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _id(item: Listing, sort: str, *parts: object) -> str:
    return str(uuid5(_SPACE, "|".join(map(str, (item.id, sort, *parts)))))


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: datetime | None) -> str | None:
    """Down to the millisecond."""
    return (
        value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if value
        else None
    )


def _original(texts: Iterable[TextKnown]) -> str:
    return next((text.body for text in texts if text.language == ORIGINAL), "")


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
                "description": "" if place.confirmed else _NOT_CONFIRMED,
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
    words = {
        "yes": "Toegankelijk met een rolstoel.",
        "partly": "Deels toegankelijk met een rolstoel.",
        "no": "Niet toegankelijk met een rolstoel.",
    }
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
    """What it helps with, who is especially welcome, and whom it is for alone."""
    roles = {"need": item.needs, "welcome": item.groups, "only": item.only}
    return [
        {
            "id": _id(item, "attribute", role, terms[key].id),
            "link_id": str(item.id),
            "link_entity": "service",
            "link_type": role,
            "taxonomy_term_id": str(terms[key].id),
            "taxonomy_term": attribute_term(terms[key]),
        }
        for role, keys in roles.items()
        for key in keys
        if key in terms
    ]


# --- what HSDS has no word for -------------------------------------------------------------------


def _of_our_own(item: Listing) -> dict[str, Any]:
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
    }


_NAMES = {
    "what": "description",
    "call": "application_process",
    "hours_note": "hours_description",
    "cost_note": "fees_description",
}


def _service_translations(record: OpenRecord) -> dict[str, Any]:
    said = translations_of({_NAMES[field]: texts for field, texts in record.texts.items()})
    for tag, name in sorted(record.listing.names.items()):
        said.setdefault(tag, {})["name"] = {"text": name, "state": "human"}
    return dict(sorted(said.items()))


def translations_of(fields: Mapping[str, Sequence[TextKnown]]) -> dict[str, Any]:
    """By language, then by the name of what is translated."""
    by_language: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, texts in sorted(fields.items()):
        for text in texts:
            state = "out of date" if text.out_of_date else text.state
            by_language[text.language][name] = {"text": text.body, "state": state}
    return dict(sorted(by_language.items()))
