"""The map as resources of health care (FHIR R4, in the shape of IHE mCSD). Plain Python only.

Read aloud: each resource is made of the HSDS documents, so what is not in them cannot be in it. A
service is a HealthcareService, who offers it an Organization, where one can go a Location. A secret
place is no Location. What we have no code of the standard for has one of our own taxonomy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samen.foundation.languages import LANGUAGES

VERSION = "4.0.1"
SERVICE, ORGANIZATION, LOCATION = "HealthcareService", "Organization", "Location"
TYPES = (SERVICE, ORGANIZATION, LOCATION)

_PROFILE = "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD."
_CODES = "http://terminology.hl7.org/CodeSystem/"
_DAYS = {
    "MO": "mon",
    "TU": "tue",
    "WE": "wed",
    "TH": "thu",
    "FR": "fri",
    "SA": "sat",
    "SU": "sun",
}
# The codes that every one of ours has, each with its system.
KIND_OF_ORGANIZATION = (f"{_CODES}organization-type", "other")
KIND_OF_LOCATION = (f"{_CODES}v3-RoleCode", "COMM")
STATUS_OF_LOCATION = ("http://hl7.org/fhir/location-status", "active")
ACTIVE = ("http://hl7.org/fhir/special-values", "true")

# By what each sort of resource can be searched, and how FHIR reads the value. What no resource of
# ours has (a parent, an identifier of another register) is asked for in vain, and that is answered.
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    SERVICE: {
        "_id": "token",
        "_lastUpdated": "date",
        "active": "token",
        "identifier": "token",
        "location": "reference",
        "name": "string",
        "organization": "reference",
        "service-type": "token",
    },
    ORGANIZATION: {
        "_id": "token",
        "_lastUpdated": "date",
        "active": "token",
        "identifier": "token",
        "name": "string",
        "partof": "reference",
        "type": "token",
    },
    LOCATION: {
        "_id": "token",
        "_lastUpdated": "date",
        "identifier": "token",
        "name": "string",
        "organization": "reference",
        "partof": "reference",
        "status": "token",
        "type": "token",
    },
}
# What comes along when it is asked for, by the words of `_include`: the sort of resource. Nothing
# has a parent, so none comes with it.
INCLUDES: Mapping[str, Mapping[str, str]] = {
    SERVICE: {
        "HealthcareService:location": LOCATION,
        "HealthcareService:organization": ORGANIZATION,
    },
    ORGANIZATION: {"Organization:partof": ORGANIZATION},
    LOCATION: {"Location:organization": ORGANIZATION, "Location:partof": LOCATION},
}
_TAGS = {language.iso: tag for tag, language in reversed(LANGUAGES.items())}
_MANAGED_BY = "managingOrganization"
_WITHHELD = "Het adres is geheim."


@dataclass(frozen=True, slots=True)
class Version:
    """Of a record: the last change that may show in it."""

    stamp: int
    at: datetime | None

    def meta(self, name: str) -> dict[str, Any]:
        said = {"versionId": str(self.stamp), "profile": [f"{_PROFILE}{name}"]}
        if self.at is None:
            return said
        moment = self.at.astimezone(UTC).isoformat(timespec="milliseconds")
        return {**said, "lastUpdated": moment.replace("+00:00", "Z")}


def service(document: Mapping[str, Any], version: Version, *, site: str) -> dict[str, Any]:
    hours = [each for each in document.get("schedules", ()) if each.get("byday")]
    return _known(
        {
            "resourceType": SERVICE,
            "id": document["id"],
            "meta": version.meta(SERVICE),
            "language": "nl",
            "identifier": [
                {"system": numbers_of(site), "value": str(document["number"])},
            ],
            "active": True,
            "providedBy": _reference(
                ORGANIZATION, document["organization_id"], document["organization"]["name"]
            ),
            "type": _types(document, site=site),
            "location": [
                _reference(LOCATION, place["id"], place.get("name", ""))
                for place in _places(document)
            ],
            "name": document["name"],
            "comment": document.get("description"),
            "extraDetails": _more(document),
            "telecom": _telecom(document),
            "eligibility": _known_list({"comment": document.get("eligibility_description")}),
            "communication": _communication(document),
            "availableTime": [_available(each) for each in hours],
            "notAvailable": _not_available(document),
            "availabilityExceptions": _notes(hours),
        }
    )


def numbers_of(site: str) -> str:
    """The system of the numbers that our services have."""
    return f"{site}/nl/i/"


def terms_of(site: str) -> str:
    """The system of the terms of our taxonomies."""
    return f"{site}/api/hsds/3.2/taxonomies"


def organization(said: Mapping[str, Any], version: Version) -> dict[str, Any]:
    return _known(
        {
            "resourceType": ORGANIZATION,
            "id": said["id"],
            "meta": version.meta(ORGANIZATION),
            "language": "nl",
            "active": True,
            "type": [_coded(*KIND_OF_ORGANIZATION, "Other")],
            "name": said["name"],
            "alias": [said["alternate_name"]] if "alternate_name" in said else None,
            "telecom": [
                *_known_list(_point("email", said.get("email"))),
                *_known_list(_point("url", said.get("website"))),
            ],
        }
    )


def location(
    place: Mapping[str, Any], version: Version, *, organization: Mapping[str, Any]
) -> dict[str, Any]:
    virtual = place["location_type"] == "virtual"
    addresses = place.get("addresses", ())
    return _known(
        {
            "resourceType": LOCATION,
            "id": place["id"],
            "meta": version.meta(LOCATION),
            "language": "nl",
            "status": STATUS_OF_LOCATION[1],
            "name": place.get("name") or organization["name"],
            "description": place.get("description"),
            "mode": "instance",
            "type": [_coded(*KIND_OF_LOCATION, "Community Location")],
            "physicalType": _coded(f"{_CODES}location-physical-type", *_PHYSICAL[virtual]),
            "address": _address(addresses[0]) if addresses else None,
            _MANAGED_BY: _reference(ORGANIZATION, organization["id"], organization["name"]),
        }
    )


_PHYSICAL = {False: ("bu", "Building"), True: ("vi", "Virtual")}


def place_in(document: Mapping[str, Any], id_: str) -> Mapping[str, Any] | None:
    return next((place for place in _places(document) if place["id"] == id_), None)


def _places(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each["location"] for each in document.get("service_at_locations", ())]


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _known_list(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One thing, or nothing when there is nothing to say."""
    complete = all(value not in (None, "") for value in said.values())
    return [dict(said)] if complete else []


def _reference(kind: str, id_: str, name: str) -> dict[str, str]:
    return _known({"reference": f"{kind}/{id_}", "display": name})


def _coded(system: str, code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": words}]}


def _point(system: str, value: str | None) -> dict[str, Any]:
    return {"system": system, "value": value}


def _types(document: Mapping[str, Any], *, site: str) -> list[dict[str, Any]]:
    terms = [each["taxonomy_term"] for each in document.get("attributes", ())]
    coded = [
        {**_coded(terms_of(site), term["code"], term["name"]), "text": term["name"]}
        for term in terms
        if term.get("code")
    ]
    # The profile demands one; whatever it is, it is help.
    return coded or [{"text": "Hulp en steun"}]


def _more(document: Mapping[str, Any]) -> str:
    said = (
        document.get("application_process", ""),
        document.get("fees_description", ""),
        _WITHHELD if document.get("address_withheld") else "",
    )
    return "\n\n".join(words for words in said if words)


def _telecom(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    phones = [_point("phone", each["number"]) for each in document.get("phones", ())]
    chats = [_point("url", each["url"]) for each in document.get("additional_urls", ())]
    return [
        *phones,
        *_known_list(_point("email", document.get("email"))),
        *_known_list(_point("url", document.get("url"))),
        *chats,
    ]


def _communication(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    spoken = [each["code"] for each in document.get("languages", ()) if each.get("code")]
    return [
        {"coding": [{"system": "urn:ietf:bcp:47", "code": _TAGS.get(code, code)}]}
        for code in spoken
    ]


def _available(schedule: Mapping[str, Any]) -> dict[str, Any]:
    days = [_DAYS[day] for day in schedule["byday"].split(",") if day in _DAYS]
    opens, closes = schedule.get("opens_at"), schedule.get("closes_at")
    if not (opens and closes):
        return {"daysOfWeek": days}
    if (opens, closes) == ("00:00", "23:59"):
        return {"daysOfWeek": days, "allDay": True}
    times = {"availableStartTime": _clock(opens), "availableEndTime": _clock(closes)}
    return {"daysOfWeek": days, **times}


def _clock(said: str) -> str:
    return said if said.count(":") > 1 else f"{said}:00"


def _not_available(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    dates = [each for each in document.get("schedules", ()) if not each.get("byday")]
    closed = [
        {
            "description": each.get("description") or "Closed on this day.",
            "during": {"start": each["valid_from"], "end": each.get("valid_to")},
        }
        for each in dates
        if each.get("valid_from") and each.get("valid_to") and not each.get("opens_at")
    ]
    alert = document.get("alert")
    return [*closed, *([{"description": alert}] if alert else [])]


def _notes(schedules: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(
        dict.fromkeys(each["description"] for each in schedules if "description" in each)
    )


def _address(said: Mapping[str, Any]) -> dict[str, Any]:
    return _known(
        {
            "type": "physical",
            "line": [said["address_1"]],
            "city": said.get("city"),
            "state": said.get("state_province"),
            "postalCode": said.get("postal_code"),
            "country": said.get("country"),
        }
    )


# --- around them ---------------------------------------------------------------------------------


def bundle(
    resources: Sequence[Mapping[str, Any]],
    along: Sequence[Mapping[str, Any]],
    *,
    total: int,
    links: Mapping[str, str],
    base: str,
) -> dict[str, Any]:
    """What was found, and behind it what comes along, which does not count."""
    entries = [
        {
            "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": mode},
        }
        for mode, found in (("match", resources), ("include", along))
        for each in found
    ]
    found = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": name, "url": url} for name, url in links.items()],
    }
    # An empty list is none in FHIR.
    return {**found, "entry": entries} if entries else found


def referred(resource: Mapping[str, Any], include: str) -> list[str]:
    """Ids of the resources that this one leads to, by what `_include` says."""
    name = {
        "location": "location",
        "organization": "providedBy" if resource["resourceType"] == SERVICE else _MANAGED_BY,
        "partof": "partOf",
    }[include.partition(":")[2]]
    there = resource.get(name, [])
    every = there if isinstance(there, list) else [there]
    return [each["reference"].rpartition("/")[2] for each in every]


def outcome(code: str, words: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def capabilities(*, base: str, publisher: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-26",
        "publisher": publisher,
        "kind": "instance",
        "software": {"name": "SAMEN"},
        "implementation": {"description": "The map of help, read only.", "url": base},
        "fhirVersion": VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Open to everybody, without a key.",
                "resource": [_capability(name) for name in TYPES],
            }
        ],
    }


def _capability(name: str) -> dict[str, Any]:
    return {
        "type": name,
        "supportedProfile": [f"{_PROFILE}{name}"],
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "searchInclude": list(INCLUDES[name]),
        "searchParam": [{"name": param, "type": kind} for param, kind in PARAMETERS[name].items()],
    }
