"""The shape of every record as this publisher writes it, as JSON Schema. Plain Python only.

In our own words and for what we write ourselves: the schemas of the standard are its own, and every
answer is valid by them too (tests/test_conformance.py). Stricter where the standard is silent:
dates are dates, times are times, days are days. What is ours beside the standard stands apart, so
that the profile can say what it adds, all of it optional.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from samen.foundation.languages import LANGUAGES

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "minLength": 1}
_ANY_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_URI: Schema = {"type": "string", "format": "uri"}
_EMAIL: Schema = {"type": "string", "format": "email"}
_DATE: Schema = {"type": "string", "format": "date"}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_YES: Schema = {"type": "boolean"}
_MILLISECOND: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
_TIME: Schema = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_KNOWN: Schema = {"enum": ["yes", "partly", "no"]}
_TAG: Schema = {"enum": sorted(LANGUAGES)}


def _one(shape: str) -> Schema:
    return {"$ref": shape}


def _many(shape: str) -> Schema:
    return {"type": "array", "items": {"$ref": shape}, "minItems": 1}


_TRANSLATIONS: Schema = {
    "type": "object",
    "description": "Every text in every language there is, and how far each can be trusted.",
    "propertyNames": _TAG,
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {
                "text": _TEXT,
                "state": {
                    "enum": ["original", "human", "machine", "out of date"],
                    "description": "Out of date: the original says something else by now.",
                },
            },
            "required": ["text", "state"],
        },
    },
}
_TEXT_LANGUAGES: Schema = {
    "type": "object",
    "description": "With a language asked for: in which one each text really is.",
    "additionalProperties": _TAG,
}

# Name of the shape -> its fields; those with a star are always there.
_FIELDS: Mapping[str, Mapping[str, Schema]] = {
    "service": {
        "id*": _ID,
        "organization_id": _ID,
        "name*": _TEXT,
        "alternate_name": _TEXT,
        "description": _TEXT,
        "url": _URI,
        "email": _EMAIL,
        "status*": {"enum": ["active"]},
        "interpretation_services": _TEXT,
        "application_process": _TEXT,
        "fees_description": _TEXT,
        "eligibility_description": _TEXT,
        "minimum_age": _COUNT,
        "maximum_age": _COUNT,
        "assured_date": _DATE,
        "alert": _TEXT,
        "last_modified": _MILLISECOND,
        "organization": _one("organization"),
        "additional_urls": _many("url"),
        "phones": _many("phone"),
        "schedules": _many("schedule"),
        "operating_hours": _many("schedule"),
        "service_areas": _many("service_area"),
        "service_at_locations": _many("service_at_location"),
        "languages": _many("language"),
        "cost_options": _many("cost_option"),
        "required_documents": _many("required_document"),
        "attributes": _many("attribute"),
    },
    "organization": {
        "id*": _ID,
        "name*": _TEXT,
        "alternate_name": _TEXT,
        "description*": _TEXT,
        "email": _EMAIL,
        "website": _URI,
        "services": {"type": "array", "items": {"$ref": "service"}},
    },
    "service_at_location": {
        "id*": _ID,
        "service_id*": _ID,
        "location_id*": _ID,
        "location*": _one("location"),
        "service": _one("service"),
    },
    "location": {
        "id*": _ID,
        "location_type*": {"enum": ["physical", "virtual"]},
        "name": _TEXT,
        "description": _TEXT,
        "addresses": _many("address"),
        "accessibility": _many("accessibility"),
    },
    "address": {
        "id*": _ID,
        "location_id*": _ID,
        "address_1*": _TEXT,
        "city*": _TEXT,
        "state_province*": _ANY_TEXT,
        "postal_code*": _ANY_TEXT,
        "country*": {"enum": ["NL"]},
        "address_type*": {"enum": ["physical"]},
    },
    "phone": {
        "id*": _ID,
        "service_id": _ID,
        "number*": _TEXT,
        "type": {"enum": ["voice", "whatsapp"]},
        "description": _TEXT,
    },
    "schedule": {
        "id*": _ID,
        "service_id*": _ID,
        "freq": {"enum": ["WEEKLY"]},
        "interval": {"const": 1},
        "wkst": {"const": "MO"},
        "byday": {"type": "string", "pattern": f"^{_DAY}(,{_DAY}){{0,6}}$"},
        "dtstart": _DATE,
        "valid_from": _DATE,
        "valid_to": _DATE,
        "count": {"const": 1},
        "opens_at": _TIME,
        "closes_at": _TIME,
        "description": _TEXT,
    },
    "service_area": {
        "id*": _ID,
        "service_id*": _ID,
        "name*": _TEXT,
        "extent": _TEXT,
        "extent_type": {"const": "text"},
    },
    "language": {
        "id*": _ID,
        "service_id*": _ID,
        "code*": {"enum": sorted({language.iso for language in LANGUAGES.values()})},
    },
    "cost_option": {
        "id*": _ID,
        "service_id*": _ID,
        "option": _TEXT,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "amount": _NUMBER,
        "amount_description": _TEXT,
    },
    "required_document": {"id*": _ID, "service_id*": _ID, "document*": _TEXT},
    "accessibility": {"id*": _ID, "location_id*": _ID, "description*": _TEXT},
    "url": {"id*": _ID, "service_id": _ID, "label": _TEXT, "url*": _URI},
    "attribute": {
        "id*": _ID,
        "link_id*": _ID,
        "link_entity*": {"const": "service"},
        "link_type*": {"enum": ["need", "welcome", "only"]},
        "taxonomy_term_id*": _ID,
        "taxonomy_term*": _one("taxonomy_term"),
    },
    "taxonomy": {"id*": _ID, "name*": _TEXT, "description*": _TEXT, "version": _TEXT},
    "taxonomy_term": {
        "id*": _ID,
        "code*": _TEXT,
        "name*": _TEXT,
        "description*": _TEXT,
        "parent_id": _ID,
        "taxonomy": _TEXT,
        "taxonomy_id": _ID,
        "taxonomy_detail": _one("taxonomy"),
        "language": _TAG,
    },
}

# What the profile adds, every bit of it optional.
_OWN: Mapping[str, Mapping[str, Schema]] = {
    "service": {
        "number": _COUNT | {"description": "In the address of its page: /nl/i/<number>/."},
        "confirmed": _YES | {"description": "No: call and ask first."},
        "freshness": {
            "enum": ["fresh", "due", "overdue"],
            "description": "Whether somebody has to confirm it again.",
        },
        "verification": {
            "enum": ["person", "seed", "page"],
            "description": "Who says so: a person who answers for it, a document of the "
            "programme, or a public page.",
        },
        "checked_date": _DATE | {"description": "When it was last held against its sources."},
        "address_withheld": _YES | {"description": "There is a place, and it is kept secret."},
        "safety": {
            "type": "object",
            "description": "What a person in danger asks first. What is unknown is left out.",
            "properties": {
                "anonymous": _KNOWN,
                "without_documents": _KNOWN,
                "children": _KNOWN,
                "deaf": _KNOWN,
                "emergency": _YES,
            },
        },
        "coded": {
            "type": "object",
            "description": "The same in codes, by which one Samen takes a record from another.",
        },
        "channels": {
            "type": "array",
            "items": {"enum": ["phone", "chat", "whatsapp", "email", "walkin", "visit"]},
        },
        "provenance": {
            "type": "object",
            "description": "Where the record was first published, and under which id there.",
            "properties": {
                "publisher": _TEXT,
                "original_id": _TEXT,
                "licence": _TEXT,
                "source": _TEXT,
                "seen": _DATE,
            },
            "required": ["publisher", "original_id"],
        },
        "modified_date": _MILLISECOND,
        "translations": _TRANSLATIONS,
        "text_languages": _TEXT_LANGUAGES,
        "hours_description": _TEXT,
    },
    "organization": {"translations": _TRANSLATIONS, "text_languages": _TEXT_LANGUAGES},
    "taxonomy_term": {"translations": _TRANSLATIONS, "text_languages": _TEXT_LANGUAGES},
    "schedule": {
        "timezone_name": {
            "const": "Europe/Amsterdam",
            "description": "Of the clock that the times are of, in summer and in winter.",
        },
        "group": {"enum": ["usual", "exceptions"], "description": "What belongs together (3.3)."},
    },
}
SHAPES = tuple(_FIELDS)
PATCHED = tuple(_OWN)


def patch(shape: str) -> Schema:
    """What the profile adds to the schema of the standard, as JSON Merge Patch (RFC 7386)."""
    return {"properties": dict(_OWN[shape])}


def component(shape: str, where: str) -> Schema:
    """The schema of a record; other shapes are meant by `where` and their name."""
    fields = _FIELDS[shape]
    properties = {name.rstrip("*"): field for name, field in fields.items()}
    return {
        "type": "object",
        "properties": _placed(properties | dict(_OWN.get(shape, {})), where),
        "required": [name.rstrip("*") for name in fields if name.endswith("*")],
    }


def compiled(shape: str, address: str) -> Schema:
    """The schema by itself, with everything it leans on inside."""
    leaning = {name: component(name, "#/$defs/") for name in _leans_on(shape)}
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": shape.replace("_", " "),
        **component(shape, "#/$defs/"),
        "$defs": leaning,
    }


def _placed(node: Any, where: str) -> Any:
    if isinstance(node, dict):
        return {
            name: where + value if name == "$ref" else _placed(value, where)
            for name, value in node.items()
        }
    return [_placed(each, where) for each in node] if isinstance(node, list) else node


def _leans_on(shape: str) -> list[str]:
    found, waiting = {shape}, [shape]
    while waiting:
        fresh = {name for field in _FIELDS[waiting.pop()].values() for name in _named(field)}
        waiting += sorted(fresh - found)
        found |= fresh
    return sorted(found)


def _named(field: Schema) -> Iterator[str]:
    named = field.get("$ref") or field.get("items", {}).get("$ref")
    if named:
        yield named
