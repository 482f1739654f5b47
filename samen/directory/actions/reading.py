"""One service of services.yaml, read and checked: its facts as plain values.

A fact is what one source backs and what one person may change: the phones, the cost, the Dutch
text. It is named like the key in the file. Its value holds parts, named like the column or the
list of rows that keeps it (see tables.py), so that what the file says and what the tables say
can be held against each other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from samen.directory.actions.fields import (
    NOT_ONE_OF,
    answer,
    check_column,
    check_keys,
    day,
    mapping,
    mappings,
    number,
    one_of,
    refuse,
    slug,
    text,
    texts,
)
from samen.directory.actions.grid import read_hours
from samen.directory.models import Location, Phone, Service, TextState
from samen.directory.rules import looks_like_a_phone, text_hash
from samen.foundation.languages import LANGUAGES
from samen.foundation.sentences import gettext_noop
from samen.needs.models import Need
from samen.places.queries import Gazetteer

ORIGINAL, ENGLISH = "nl", "en"

_MOST = 2_147_483_647
_OLDEST = 120
_KEYS = (
    *("id", "number", "organization", "name", "names", "kind", "publish", "verified"),
    *("check_first", "emergency", "sources", "source_year", "checked_on", "areas", "needs"),
    *("what", "call", "phones", "website", "email", "chat_url", "hours", "speaks", "interpreter"),
    *("cost", "anonymous", "without_documents", "referral", "insurance", "how", "for", "only"),
    *("ages", "children", "wheelchair", "deaf", "documents", "location", "facts", "notes"),
)
_ANSWERS = (
    "anonymous",
    "children",
    "deaf",
    "interpreter",
    "wheelchair",
    "without_documents",
)
_CHANNELS = ("phone", "chat", "whatsapp", "email", "walkin", "visit")
_VERIFIED = ("seed", "page", "unverified")  # "person" is said at the desk, never by a file
_COSTS = {"free": "free", "local": "local", "donation": "donation", "paid": "paid", "unknown": ""}
_PHONE_COSTS = {"free": "free", "local": "local", "paid": "paid", "unknown": ""}
_REFERRALS = {"needed": "needed", "not_needed": "not_needed", "unknown": ""}
_PLACES = {"public": Location.Type.PHYSICAL, "confidential": Location.Type.CONFIDENTIAL}


@dataclass(frozen=True, slots=True)
class Ground:
    """What an entry may point to."""

    organizations: frozenset[str]
    needs: Mapping[str, str]  # key -> kind
    municipalities: frozenset[str]
    gazetteer: Gazetteer
    checked_on: str | None  # of the whole file


@dataclass(frozen=True, slots=True)
class Backing:
    verified: str
    year: int | None
    sources: list[str]


@dataclass(frozen=True, slots=True)
class ServiceRead:
    key: str
    number: int
    facts: dict[str, dict[str, Any]]
    own_backing: dict[str, Backing]  # of facts whose state differs from that of the entry
    # About texts in other languages the files say nothing: no file, or one that is refused.
    languages: frozenset[str] = frozenset({ORIGINAL, ENGLISH})

    def backing(self, fact: str) -> Backing:
        """Notes on hours and cost are backed by what backs hours and cost."""
        entry = fact.partition(".")[0].removesuffix("_note")
        publish, sources = self.facts["publish"], self.facts["sources"]
        of_entry = Backing(publish["verified"], sources["source_year"], [])
        return self.own_backing.get(entry, of_entry)


def read_service(entry: Mapping[str, Any], ground: Ground) -> ServiceRead:
    """The service as facts. Raises Refused."""
    check_keys(entry, _KEYS)
    key = slug(entry)
    given = number(entry, "number", most=_MOST) or refuse(gettext_noop("It has no number."))
    phones = _phones(entry)
    facts = {
        "name": _name(entry, ground),
        "publish": _publish(entry),
        "sources": _sources(entry, ground),
        "notes": {"notes": text(entry, "notes")},
        "hours": read_hours(entry),
        "cost": {"cost": one_of(mapping(entry, "cost"), "state", _COSTS)},
        "phones": {"phones": phones},
        "how": {"channels": _channels(entry, phones)},
        "speaks": {"speaks": _speaks(entry)},
        "for": {"groups": _groups(entry, ground)},
        "ages": _ages(entry),
        "areas": {"areas": _areas(entry, ground)},
        "needs": {"needs": _needs(entry, ground)},
        "documents": {"documents": texts(entry, "documents")},
        "location": {"locations": _locations(entry, ground)},
        **{key: {key: text(entry, key)} for key in ("website", "email", "chat_url")},
        **{key: {key: answer(entry, key)} for key in _ANSWERS},
        **{key: {key: one_of(entry, key, _REFERRALS)} for key in ("referral", "insurance")},
        **_texts(entry),
    }
    _check(facts)
    return ServiceRead(key, given, facts, _own_backing(entry))


def _name(entry: Mapping[str, Any], ground: Ground) -> dict[str, Any]:
    organization = text(entry, "organization")
    if organization not in ground.organizations:
        refuse(gettext_noop("Its organization does not exist: %(key)s."), key=organization)
    if not text(entry, "name"):
        refuse(gettext_noop("It has no name."))
    names = mapping(entry, "names")
    return {
        "organization": organization,
        "name": text(entry, "name"),
        "names": {_language(tag): text(names, tag) for tag in names},
    }


def _language(tag: Any) -> str:
    if tag not in LANGUAGES:
        refuse(gettext_noop("It names a language we do not know: %(tag)s."), tag=tag)
    return str(tag)


def _publish(entry: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        "verified": _VERIFIED,
        "publish": Service.Publish.values,
        "kind": Service.Kind.values,
    }
    verified, publish, kind = (_required(entry, key, words) for key, words in known.items())
    if publish != Service.Publish.HIDDEN:
        if verified == Service.Verified.UNVERIFIED:
            refuse(gettext_noop("It is published, and no source states it."))
        if kind == Service.Kind.PLACEHOLDER:
            refuse(
                gettext_noop("It is published, and only keeps a room free for somebody to fill.")
            )
        if not mapping(entry, "what").get(ORIGINAL):
            refuse(gettext_noop("It is published, and has no Dutch text that says what it does."))
    return {
        "kind": kind,
        "publish": publish,
        "verified": verified,
        "emergency": answer(entry, "emergency") == "yes",
    }


def _required(entry: Mapping[str, Any], key: str, known: Collection[str]) -> str:
    value = text(entry, key)
    if value not in known:
        refuse(NOT_ONE_OF, field=key, known=", ".join(known), value=value)
    return value


def _sources(entry: Mapping[str, Any], ground: Ground) -> dict[str, Any]:
    return {
        "check_first": answer(entry, "check_first") == "yes",
        "sources": texts(entry, "sources"),
        "source_year": number(entry, "source_year", most=9999),
        "checked_on": day(entry, "checked_on") or ground.checked_on,
    }


def _phones(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    phones = [_phone(phone, position) for position, phone in enumerate(mappings(entry, "phones"))]
    if len({(phone["number"], phone["kind"]) for phone in phones}) < len(phones):
        refuse(gettext_noop("It has the same phone number twice."))
    return phones


def _phone(phone: Mapping[str, Any], position: int) -> dict[str, Any]:
    check_keys(
        phone, ("number", "confirmed", "kind", "cost", "from"), what=gettext_noop("A phone number")
    )
    printed = text(phone, "number")
    if not looks_like_a_phone(printed):
        refuse(
            gettext_noop("It has a phone number that cannot be dialled: %(number)s."),
            number=printed,
        )
    if text(phone, "kind") not in Phone.Kind.values:
        refuse(
            gettext_noop("Its phone number %(number)s is neither voice nor whatsapp."),
            number=printed,
        )
    return {
        "number": printed,
        "kind": text(phone, "kind"),
        "position": position,
        "cost": one_of(phone, "cost", _PHONE_COSTS),
        "confirmed": answer(phone, "confirmed") == "yes",
        "from_abroad": one_of(phone, "from", {"abroad": "abroad"}) == "abroad",
    }


def _channels(entry: Mapping[str, Any], phones: list[dict[str, Any]]) -> list[str]:
    channels = texts(entry, "how")
    for unknown in (channel for channel in channels if channel not in _CHANNELS):
        refuse(gettext_noop("It can be reached in a way we do not know: %(way)s."), way=unknown)
    if {"phone", "whatsapp"} & {*channels} and not any(phone["confirmed"] for phone in phones):
        refuse(gettext_noop("It can be reached by phone, and no number is confirmed."))
    return [channel for channel in _CHANNELS if channel in channels]


def _speaks(entry: Mapping[str, Any]) -> list[str]:
    return sorted(_language(tag) for tag in texts(entry, "speaks"))


def _groups(entry: Mapping[str, Any], ground: Ground) -> list[list[Any]]:
    """Each group once, with whether the service is for nobody else."""
    only = texts(entry, "only")
    groups = dict.fromkeys([*texts(entry, "for"), *only])
    for unknown in (key for key in groups if ground.needs.get(key) != Need.Kind.GROUP):
        refuse(gettext_noop("It is for a group that does not exist: %(key)s."), key=unknown)
    return sorted([group, group in only] for group in groups)


def _needs(entry: Mapping[str, Any], ground: Ground) -> list[str]:
    for unknown in (key for key in texts(entry, "needs") if key not in ground.needs):
        refuse(gettext_noop("It answers a need that does not exist: %(key)s."), key=unknown)
    return sorted(texts(entry, "needs"))


def _ages(entry: Mapping[str, Any]) -> dict[str, int | None]:
    ages = mapping(entry, "ages")
    check_keys(ages, ("min", "max"), what=gettext_noop("Its ages"))
    youngest, oldest = number(ages, "min", most=_OLDEST), number(ages, "max", most=_OLDEST)
    if youngest is not None and oldest is not None and youngest > oldest:
        refuse(
            gettext_noop("Its ages are the wrong way round: %(youngest)s to %(oldest)s."),
            youngest=youngest,
            oldest=oldest,
        )
    return {"minimum_age": youngest, "maximum_age": oldest}


def _areas(entry: Mapping[str, Any], ground: Ground) -> list[str]:
    for unknown in (a for a in texts(entry, "areas") if a not in {"nl", *ground.municipalities}):
        refuse(gettext_noop("It works in an area that is not on the map: %(key)s."), key=unknown)
    return sorted(texts(entry, "areas"))


def _locations(entry: Mapping[str, Any], ground: Ground) -> list[dict[str, Any]]:
    location = mapping(entry, "location")
    if not location:
        return []
    if text(location, "type") not in _PLACES:
        refuse(
            gettext_noop("Its location is neither public nor confidential: %(kind)s."),
            kind=location.get("type"),
        )
    kind = _PLACES[text(location, "type")]
    if kind == Location.Type.CONFIDENTIAL and len(location) > 1:
        refuse(
            gettext_noop(
                "Its location is confidential and may say nothing else: no street, name or city."
            )
        )
    check_keys(
        location,
        ("type", "street", "postal_code", "name", "city", "confirmed"),
        what=gettext_noop("Its location"),
    )
    return [
        {
            "type": kind.value,
            "name": text(location, "name"),
            "street": text(location, "street"),
            "postal_code": text(location, "postal_code"),
            "town": text(location, "city"),
            "place": _place(text(location, "city"), ground),
            "confirmed": answer(location, "confirmed") == "yes",
        }
    ]


def _place(city: str, ground: Ground) -> str:
    """The slug of the place in the gazetteer that distances are measured from."""
    if not city:
        return ""
    found = ground.gazetteer.named(city)
    if not found:
        refuse(
            gettext_noop("Its location is in a town that the gazetteer lacks: %(town)s."), town=city
        )
    return found[0].slug


def _texts(entry: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    bodies = {
        "what": mapping(entry, "what"),
        "call": mapping(entry, "call"),
        "hours_note": mapping(mapping(entry, "hours"), "note"),
        "cost_note": mapping(mapping(entry, "cost"), "note"),
    }
    check_keys(mapping(entry, "cost"), ("state", "note"), what=gettext_noop("Its cost"))
    return {
        f"{field}.{language}": _text(field, languages, language)
        for field, languages in bodies.items()
        for language in languages
    }


def _text(field: str, languages: Mapping[str, Any], language: str) -> dict[str, Any]:
    if language not in (ORIGINAL, ENGLISH):
        refuse(
            gettext_noop("Its %(field)s in %(language)s belongs in the file of that language."),
            field=field,
            language=language,
        )
    original, body = text(languages, ORIGINAL), text(languages, language)
    if not original or not body:
        refuse(
            gettext_noop(
                "Its %(field)s is empty in %(language)s, or not there in Dutch, the original."
            ),
            field=field,
            language=language,
        )
    if language == ORIGINAL:
        return {"body": body, "state": TextState.ORIGINAL.value, "made_from": ""}
    return {"body": body, "state": TextState.HUMAN.value, "made_from": text_hash(original)}


def _own_backing(entry: Mapping[str, Any]) -> dict[str, Backing]:
    facts = mapping(entry, "facts")
    check_keys(facts, _KEYS, what=gettext_noop("Its facts"))
    # Who is welcome and who alone is welcome are kept as one fact.
    return {"for" if key == "only" else key: _backing(mapping(facts, key)) for key in facts}


def _backing(fact: Mapping[str, Any]) -> Backing:
    check_keys(fact, ("verified", "year", "sources"), what=gettext_noop("One of its facts"))
    if text(fact, "verified") not in _VERIFIED:
        refuse(
            gettext_noop("One of its facts is not one of %(known)s: %(value)s."),
            known=", ".join(_VERIFIED),
            value=fact.get("verified"),
        )
    return Backing(text(fact, "verified"), number(fact, "year", most=9999), texts(fact, "sources"))


def _check(facts: Mapping[str, Mapping[str, Any]]) -> None:
    """What goes into a column must fit it; a column that may be empty always can be."""
    columns = {field.name for field in Service._meta.concrete_fields} - {"organization"}
    for parts in facts.values():
        for column, value in parts.items():
            if column in columns and value not in (None, "", [], {}):
                check_column(Service, column, value)
    for phone in facts["phones"]["phones"]:
        check_column(Phone, "number", phone["number"])
    for location in facts["location"]["locations"]:
        for column in ("name", "street", "postal_code", "town"):
            if location[column]:
                check_column(Location, column, location[column])
