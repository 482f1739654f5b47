"""A service of somebody else as facts of ours, with a report of every loss. Plain Python.

Read aloud: HSDS of any version, the UK profile and SAMEN's own documents are read alike. What we
do not understand is never guessed, what we have no column for is kept beside the record, and what
only a person here can say, nobody says by sending it: that somebody confirmed it, that it is for
emergencies. A place that is called confidential has no address, whatever else the record says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from samen.directory.queries import looks_like_a_phone, text_hash
from samen.exchange.rules.documents_terms import GROUP
from samen.exchange.rules.reading_coded import read_coded
from samen.exchange.rules.reading_costs import read_costs
from samen.exchange.rules.reading_hours import read_hours, schedules_of
from samen.exchange.rules.reading_origin import Origin, origin_of
from samen.exchange.rules.reading_values import (
    Loss,
    Losses,
    Why,
    age,
    is_mail,
    long,
    mapping,
    mappings,
    short,
    unplaced,
    without_nulls,
    words,
)
from samen.exchange.rules.tables import UNKNOWN
from samen.foundation.languages import LANGUAGES

Facts = dict[str, dict[str, Any]]

_NATIONAL = ("nl", "nederland", "netherlands", "the netherlands", "heel nederland")
_SECRET = ("confidential", "redacted")
_ANSWERS = ("anonymous", "without_documents", "children", "deaf")
_YES_OR_NO = ("yes", "partly", "no")
_SCHEDULE = (
    *("freq", "interval", "byday", "opens_at", "closes_at", "valid_from", "valid_to"),
    *("dtstart", "until", "wkst"),
)
_ADDRESS = ("address_1", "city", "postal_code", "country", "state_province", "address_type")
_COST = ("option", "currency", "amount", "amount_description")
_TERM = ("code", "name", "description", "taxonomy", "language")
_ORGANIZATION = ("name", "alternate_name", "description", "email", "website", "translations")
_IN_OWN_WORDS = frozenset(
    {
        *("alternate_name", "interpretation_services", "eligibility_description", "alert"),
        *("additional_urls", "schedules[].description", "schedules[].notes"),
        *("phones[].description", "service_at_locations[].location.description"),
        *("service_at_locations[].location.accessibility", "schedules[].count"),
    }
)
# Where a field of HSDS, or of our own profile, has its column on our map.
PLACED = frozenset(
    {
        *("name", "description", "url", "email", "status", "application_process"),
        *("fees_description", "minimum_age", "maximum_age", "last_modified"),
        *("phones[].number", "phones[].type", "languages[].code", "languages[].name"),
        *(f"schedules[].{name}" for name in _SCHEDULE),
        *("service_areas[].name", "service_areas[].extent", "service_areas[].extent_type"),
        "service_at_locations[].location.location_type",
        "service_at_locations[].location.name",
        *(f"service_at_locations[].location.addresses[].{name}" for name in _ADDRESS),
        *(f"organization.{name}" for name in _ORGANIZATION),
        *(f"cost_options[].{name}" for name in _COST),
        *("required_documents[].document", "attributes[].link_entity"),
        *(f"attributes[].taxonomy_term.{name}" for name in _TERM),
        *("assured_date", "number", "confirmed", "freshness", "verification", "checked_date"),
        *("address_withheld", "safety", "channels", "translations", "provenance", "coded"),
    }
)
_PLACED_OF_OURS = PLACED | _IN_OWN_WORDS


@dataclass(frozen=True, slots=True)
class Ground:
    """What our map knows, so that a record can point to it."""

    terms: Mapping[str, str]  # id or key of a need -> its key
    kinds: Mapping[str, str]  # key of a need -> its kind
    areas: Mapping[str, str]  # name or slug of a municipality, in small letters -> its slug
    town: Callable[[str], str]  # the slug of a town by its name; "" for none
    fits: Callable[[str, str], bool]  # whether a column of a service can hold it
    today: date
    area: str  # the municipality that the source belongs to


@dataclass(frozen=True, slots=True)
class OrganizationOffered:
    original: str
    name: str
    alternate_name: str
    website: str
    email: str
    about: Facts  # by language, each with its state


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as a source offers it."""

    original: str  # the id at the source
    origin: Origin  # who published it first
    name: str
    facts: Facts  # without who offers it
    organization: OrganizationOffered
    losses: tuple[Loss, ...]
    document: Mapping[str, Any]  # all it said, to be given back whole


def read_service(
    said: Any, ground: Ground, *, publisher: str, licence: str = "", samen: bool = False
) -> Offer | None:
    """None for what is no service at all: without an id or a name nothing can be kept of it."""
    document = without_nulls(said)
    if not isinstance(document, dict):
        return None
    losses = Losses()
    original, name = words(document, "id"), short(document, "name", losses)
    if not (original and name) or len(original) > 200:  # noqa: PLR2004 the column that keeps it
        return None
    own = samen and isinstance(document.get("coded"), Mapping)
    facts = _of_samen(document, ground, losses) if own else _of_anybody(document, ground, losses)
    facts["name"] = {"name": name, "names": facts.pop("names", {})}
    facts["publish"] = _published(document, facts, losses, own=own)
    for path in unplaced(document, _PLACED_OF_OURS if own else PLACED):
        losses.note(path, Why.NO_PLACE)
    if words(document, "assured_date"):
        losses.note("assured_date", Why.OURS_TO_SAY)
    return Offer(
        original=original,
        origin=origin_of(
            {**document, "provenance": document.get("provenance") if samen else None},
            publisher=publisher,
            licence=licence,
        ),
        name=name,
        facts=facts,
        organization=_organization(document, publisher, losses),
        losses=losses.all(),
        document=document,
    )


def _published(
    document: Mapping[str, Any], facts: Facts, losses: Losses, *, own: bool
) -> dict[str, Any]:
    shown = words(document, "status") in ("", "active") and "what.nl" in facts
    if "what.nl" not in facts:
        losses.note("description", Why.MISSING)
    if mapping(document.get("safety")).get("emergency"):
        losses.note("safety.emergency", Why.OURS_TO_SAY)
    ready = own and document.get("confirmed") is True
    kind = mapping(document.get("coded")).get("kind") if own else ""
    return {
        "kind": kind if kind in ("line", "service", "info") else "service",
        "publish": ("ready" if ready else "review") if shown else "hidden",
        "verified": "page",
        "emergency": False,
    }


def _of_samen(document: Mapping[str, Any], ground: Ground, losses: Losses) -> Facts:
    facts = read_coded(mapping(document["coded"]), ground, losses)
    facts |= _common(document, ground, losses)
    facts |= _texts(document, losses)
    channels = document.get("channels")
    listed = channels if isinstance(channels, list) else []
    facts["how"] = {"channels": _channels([str(c) for c in listed], facts)}
    safety = mapping(document.get("safety"))
    for name in _ANSWERS:
        said = words(safety, name)
        facts[name] = {name: said if said in _YES_OR_NO else ""}
    if document.get("address_withheld") is True:
        facts["location"] = {"locations": [secret_place()]}
    return facts


def _of_anybody(document: Mapping[str, Any], ground: Ground, losses: Losses) -> Facts:
    facts = _common(document, ground, losses)
    facts["phones"] = {"phones": _phones(document, losses)}
    facts["how"] = {"channels": _channels(["phone", "email"], facts)}
    facts["hours"] = read_hours(schedules_of(document), ground.today, losses)
    facts["speaks"] = {"speaks": _speaks(document, losses)}
    facts["areas"] = {"areas": _areas(document, ground, losses)}
    facts["location"] = {"locations": _places(document, ground, losses)}
    facts |= _subjects(document, ground, losses)
    bodies = {"what": "description", "call": "application_process", "cost_note": "fees_description"}
    for fact, name in bodies.items():
        if body := long(document, name, losses):
            facts[f"{fact}.nl"] = original_text(body)
    return facts


def _common(document: Mapping[str, Any], ground: Ground, losses: Losses) -> Facts:
    ages = {name: age(document, name, losses) for name in ("minimum_age", "maximum_age")}
    youngest, oldest = ages.values()
    if youngest is not None and oldest is not None and youngest > oldest:
        losses.note("minimum_age", Why.NOT_READABLE)
        ages = dict.fromkeys(ages)
    documents = [
        short(row, "document", losses, at="required_documents")
        for row in mappings(document, "required_documents")
    ]
    return {
        "website": {"website": _fitting(document, "url", "website", ground, losses)},
        "email": {"email": _fitting(document, "email", "email", ground, losses)},
        "ages": ages,
        "cost_options": {"cost_options": read_costs(document, ground.today, losses)},
        "documents": {"documents": list(dict.fromkeys(filter(None, documents)))},
    }


def _fitting(
    document: Mapping[str, Any], name: str, column: str, ground: Ground, losses: Losses
) -> str:
    said = words(document, name)
    if said and not ground.fits(column, said):
        losses.note(name, Why.NOT_READABLE)
        return ""
    return said


def original_text(body: str) -> dict[str, str]:
    return {"body": body, "state": "original", "made_from": ""}


def secret_place() -> dict[str, Any]:
    return {
        **dict.fromkeys(("name", "street", "postal_code", "town", "place"), ""),
        "type": "confidential",
        "confirmed": False,
    }


def _channels(said: list[str], facts: Facts) -> list[str]:
    known = {"chat", "walkin", "visit"}
    if facts["phones"]["phones"]:
        known |= {"phone", "whatsapp"}
    if facts["email"]["email"]:
        known.add("email")
    order = ("phone", "chat", "whatsapp", "email", "walkin", "visit")
    return [each for each in order if each in said and each in known]


def _phones(document: Mapping[str, Any], losses: Losses) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in mappings(document, "phones"):
        number = words(row, "number").strip("\"' ")
        if not number or len(number) > 40 or not looks_like_a_phone(number):  # noqa: PLR2004 column
            losses.note("phones[].number", Why.NOT_READABLE)
            continue
        kind = "whatsapp" if "whatsapp" in words(row, "type").lower() else "voice"
        found.setdefault((number, kind), phone(number, kind, position=len(found)))
    return list(found.values())


def phone(number: str, kind: str, *, position: int) -> dict[str, Any]:
    return {
        "number": number,
        "kind": kind,
        "position": position,
        "cost": "",
        "confirmed": True,  # by whoever published it
        "from_abroad": False,
    }


def _speaks(document: Mapping[str, Any], losses: Losses) -> list[str]:
    tags = set()
    for row in mappings(document, "languages"):
        tag = _tag(words(row, "code")) or _tag(words(row, "name"))
        if tag:
            tags.add(tag)
        else:
            losses.note("languages[].code", Why.UNKNOWN_NAME)
    return sorted(tags)


def _tag(said: str) -> str:
    """A language by its tag, its code of three letters, or its name."""
    return _TAGS.get(said.strip().casefold(), "")


def _tags() -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag, language in LANGUAGES.items():
        for name in filter(None, (tag, language.iso, language.english, language.own)):
            tags.setdefault(name.casefold(), tag)
    return tags


_TAGS = _tags()


def _areas(document: Mapping[str, Any], ground: Ground, losses: Losses) -> list[str]:
    found = set()
    for row in mappings(document, "service_areas"):
        names = [words(row, part).casefold() for part in ("name", "extent", "service_area")]
        if any(name in _NATIONAL for name in names):
            found.add("nl")
        elif slug := next((ground.areas[name] for name in names if name in ground.areas), ""):
            found.add(slug)
        else:
            losses.note("service_areas[].name", Why.UNKNOWN_NAME)
    return sorted(found) or [ground.area]


def _places(document: Mapping[str, Any], ground: Ground, losses: Losses) -> list[dict[str, Any]]:
    places = []
    for link in mappings(document, "service_at_locations"):
        location = mapping(link.get("location"))
        kind = words(location, "location_type")
        if kind in _SECRET:
            return [secret_place()]
        if kind == "virtual":
            places.append({**secret_place(), "type": "virtual"})
        elif location:
            places.append(_place(location, ground, losses))
    if document.get("address_withheld") is True:
        return [secret_place()]
    return [each for at, each in enumerate(places) if each not in places[:at]]


def _place(location: Mapping[str, Any], ground: Ground, losses: Losses) -> dict[str, Any]:
    path = "service_at_locations[].location.addresses[]"
    rows = mappings(location, "addresses")
    address = next(
        (r for r in rows if words(r, "address_type") != "postal"), rows[0] if rows else {}
    )
    # Tables demand an address whole: what nobody knows of it stands in them as a sign.
    address = {name: value for name, value in address.items() if value != UNKNOWN}
    town = short(address, "city", losses, at=f"{path}.city")[:100]
    postal_code = words(address, "postal_code")
    if len(postal_code) > 10:  # noqa: PLR2004 the column
        losses.note(f"{path}.postal_code", Why.TOO_LONG)
        postal_code = ""
    slug = ground.town(town) if town else ""
    if town and not slug:
        losses.note(f"{path}.city", Why.UNKNOWN_NAME)
    return {
        "type": "physical",
        "name": short(location, "name", losses, at="service_at_locations[].location.name"),
        "street": short(address, "address_1", losses, at=f"{path}.address_1"),
        "postal_code": postal_code,
        "town": town,
        "place": slug,
        "confirmed": False,
    }


def _subjects(document: Mapping[str, Any], ground: Ground, losses: Losses) -> Facts:
    needs, groups = set(), set()
    for row in mappings(document, "attributes"):
        term = mapping(row.get("taxonomy_term"))
        named = [words(row, "taxonomy_term_id"), words(term, "id"), words(term, "code")]
        key = next((ground.terms[name] for name in named if name in ground.terms), "")
        if not key:
            losses.note("attributes[].taxonomy_term", Why.UNKNOWN_NAME)
        elif ground.kinds[key] == GROUP:
            groups.add(key)
        else:
            needs.add(key)
    return {
        "needs": {"needs": sorted(needs)},
        "for": {"groups": sorted([key, False] for key in groups)},
    }


_FIELDS = {
    "description": "what",
    "application_process": "call",
    "hours_description": "hours_note",
    "fees_description": "cost_note",
}


def _texts(document: Mapping[str, Any], losses: Losses) -> Facts:
    """In every language, each with its state. Without the Dutch words nothing was translated."""
    texts = mapping(document.get("translations"))
    dutch = mapping(texts.get("nl"))
    found: Facts = {}
    for name, fact in _FIELDS.items():
        if original := long(mapping(dutch.get(name)), "text", losses):
            found[f"{fact}.nl"] = original_text(original)
            translated = _translated(texts, name, original, losses)
            found |= {f"{fact}.{tag}": text for tag, text in translated.items()}
    for tag in texts.keys() - LANGUAGES.keys():
        losses.note(f"translations.{str(tag)[:12]}", Why.UNKNOWN_NAME)
    return found


def _translated(
    texts: Mapping[str, Any], name: str, original: str, losses: Losses
) -> dict[str, dict[str, str]]:
    """By language."""
    found = {}
    for tag in sorted(texts.keys() & LANGUAGES.keys() - {"nl"}):
        said = mapping(mapping(texts[tag]).get(name))
        if body := long(said, "text", losses):
            state = words(said, "state")
            found[tag] = {
                "body": body,
                "state": "human" if state in ("human", "original") else "machine",
                "made_from": "" if state == "out of date" else text_hash(original),
            }
    return found


def _organization(
    document: Mapping[str, Any], publisher: str, losses: Losses
) -> OrganizationOffered:
    """A service of which nobody says whose it is, is of the source itself."""
    said = mapping(document.get("organization"))
    name = short(said, "name", losses, at="organization.name")
    original = words(said, "id") or words(document, "organization_id")
    if not name:
        losses.note("organization.name", Why.MISSING)
    email, website = words(said, "email"), words(said, "website")
    about = long(said, "description", losses)
    # HSDS demands a description, and where there is none the name stands there.
    abouts = {"nl": original_text(about)} if about and about != name else {}
    if abouts:
        abouts |= _translated(mapping(said.get("translations")), "description", about, losses)
    return OrganizationOffered(
        original=(original or publisher)[:200],
        name=name or publisher[:200],
        alternate_name=short(said, "alternate_name", losses, at="organization.alternate_name"),
        website=website if len(website) <= 200 and website.startswith("http") else "",  # noqa: PLR2004 column
        email=email if is_mail(email) and len(email) <= 200 else "",  # noqa: PLR2004 column
        about=abouts,
    )
