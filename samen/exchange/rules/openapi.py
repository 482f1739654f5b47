"""What can be asked and what is answered, as an OpenAPI file of our own. Plain Python only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samen.exchange.rules.operations import MOST_METRES, MOST_PER_PAGE, OF_ONE, PARAMETERS, PER_PAGE
from samen.exchange.rules.shapes import DIALECT, PATCHED, SHAPES, component
from samen.foundation.languages import LANGUAGES

Node = dict[str, Any]

_JSON, _NDJSON, _PROBLEM = "application/json", "application/x-ndjson", "application/problem+json"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_UUID: Node = {"type": "string", "format": "uuid"}
_MOMENT: Node = {"type": "string", "format": "date-time"}
_FLAG: Node = {"type": "boolean", "default": False}
_ONE = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
# As the official file calls them: of one, and of the list.
_OPERATIONS = {
    "services": ("getFullyNestedServiceById", "getPaginatedListOfServices"),
    "organizations": ("getOrganizationById", "getPaginatedListOfOrganizations"),
    "service_at_locations": (
        "getServiceAtLocationWithNestedDataById",
        "getPaginatedListOfServiceAtLocation",
    ),
    "taxonomies": ("getTaxonomyById", "getPaginatedListOfTaxonomies"),
    "taxonomy_terms": ("getTaxonomyTermById", "getPaginatedListOfTaxonomyTerms"),
}
_VALUES: Mapping[str, tuple[str, Node]] = {
    "search": ("Words that all have to be in the texts.", {"type": "string", "maxLength": 500}),
    "page": (
        "The number of the page, from 1.",
        {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
    ),
    "per_page": (
        "Records on a page.",
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
    ),
    "format": (
        "ndjson: everything, a record a line, without pages.",
        {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
    ),
    "lang": (
        "The language of the texts, in place of the header Accept-Language.",
        {"type": "string", "enum": sorted(LANGUAGES)},
    ),
    "taxonomy_term_id": ("Those that have this term.", _UUID),
    "taxonomy_id": ("Those that have any term of this taxonomy.", _UUID),
    "organization_id": ("Those of this organisation.", _UUID),
    "modified_after": (
        "Those of which anything changed at this moment or later.",
        {"type": "string", "format": "date-time"},
    ),
    "minimal": ("Ids and moments only, of all services in one page.", _FLAG),
    "full": ("With everything nested.", _FLAG),
    "full_service": ("With everything nested, services whole.", _FLAG),
    "postcode": (
        "Dutch. Those whose area it lies in; the map must have a place with that postcode.",
        {"type": "string", "pattern": "^[1-9][0-9]{3}( ?[A-Za-z]{2})?$"},
    ),
    "proximity": (
        "Metres from the centre of the postcode.",
        {"type": "number", "minimum": 0, "maximum": MOST_METRES},
    ),
    "top_only": ("Terms that have no terms below them.", _FLAG),
    "parent_id": ("Terms right below this one.", _UUID),
}
# Files of the standard beside its schemas.
OPENAPI, PACKAGE = "openapi", "datapackage"
_MARKDOWN = "text/markdown"
_ANY_FILE: Mapping[str, Node] = {_JSON: {"type": "object"}, _MARKDOWN: {"type": "string"}}
# What it is called, what it is, how it is written, and which there are.
_FILES: Mapping[str, tuple[str, str, str, Sequence[str]]] = {
    "/openapi.json": ("getOpenApi", "This file.", _JSON, ()),
    "/guide": ("getGuide", "How to use it, for people.", _MARKDOWN, ()),
    "/profile/": ("getProfile", "What this publisher adds to the standard.", _JSON, ()),
    "/profile/{name}.json": (
        "getProfilePatch",
        "What it adds to the file of this name, as JSON Merge Patch.",
        _JSON,
        (*PATCHED, OPENAPI, PACKAGE),
    ),
    "/schema/{name}.json": (
        "getSchema",
        "The schema of a record as this publisher writes it, or its data package.",
        _JSON,
        (*SHAPES, PACKAGE),
    ),
}
_FAULTS: Mapping[int, str] = {
    304: "What you have is still right.",
    400: "A parameter is not known, or not written as it must be; it is named.",
    404: "There is nothing with this id, and never was.",
    410: "It was here, and is not any more; or it became one with another record.",
    413: "The body is too long.",
    415: "The body is neither JSON nor a form.",
    422: "The body is JSON, and no object with parameters.",
    429: "Too many questions at once. Retry-After says after how many seconds the next may come.",
    503: "The map cannot be read right now.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    name: str
    email: str
    site: str
    licence: str  # as SPDX calls it


def openapi(standard: str, here: str, publisher: Publisher) -> Node:
    """The whole file. `here` is the address below which everything lies."""
    contact = {"name": publisher.name, "url": publisher.site, "email": publisher.email}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"The social map of {publisher.name}",
            "version": "1",
            "summary": f"HSDS {standard}, to be read by everybody.",
            "description": "Everything here is public and is read without a key. "
            f"What this publisher adds to the standard is in its profile, {here}/profile/.",
            "contact": {name: value for name, value in contact.items() if value},
            "license": {"name": publisher.licence, "identifier": publisher.licence},
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": here}],
        "tags": [
            {"name": "required", "description": "HSDS asks for this."},
            {"name": "optional", "description": "HSDS allows for this."},
            {"name": "samen", "description": "HSDS has nothing like it."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": {shape: component(shape, "#/components/schemas/") for shape in SHAPES}
            | {"Page": _page(), "Problem": _problem(), "About": _about(), "Changes": _feed()},
            "parameters": {name: _parameter(name) for name in _VALUES} | {"language": _header()},
            "responses": {str(status): _fault(status) for status in _FAULTS},
        },
    }


def openapi_patch(standard: str, here: str, publisher: Publisher) -> Node:
    """What makes this file of the official one, as JSON Merge Patch: what is null goes."""
    said = openapi(standard, here, publisher)
    info = said["info"]
    info["license"]["url"] = None
    info["contact"] = {"name": None, "url": None, "email": None} | info["contact"]
    for path, ways in said["paths"].items():
        for way in ways.values():
            way["description"] = None
        if "{" in path:
            ways["parameters"] = None  # they stand with the operation
    root = said["paths"]["/"]["get"]["responses"]["200"]["content"][_JSON]["schema"]
    root |= {"type": None, "properties": None}
    return said


def _paths() -> Node:
    paths: Node = {"/": {"get": _root()}, "/changes": {"get": _changes()}}
    paths |= {path: {"get": _file(path)} for path in _FILES}
    for kind in PARAMETERS:
        paths[f"/{kind}"] = {"get": _list(kind), "post": _asked_by_post(kind)}
        paths[f"/{kind}/{{id}}"] = {"get": _record(kind)}
    return paths


def _root() -> Node:
    return {
        "operationId": "getAPIMetaInformation",
        "summary": "What this is and who publishes it.",
        "tags": ["required"],
        "responses": {"200": _answer("About", "This feed."), **_faults(400, 429)},
    }


def _file(path: str) -> Node:
    """What a program reads before it asks."""
    name, summary, media, names = _FILES[path]
    said: Node = {
        "operationId": name,
        "summary": summary,
        "tags": ["samen"],
        "responses": {
            "200": {"description": summary, "content": {media: {"schema": _ANY_FILE[media]}}},
            **_faults(400, 429),
        },
    }
    if names:
        where = {"name": "name", "in": "path", "required": True, "schema": {"enum": list(names)}}
        said["parameters"] = [where]
        said["responses"] |= _faults(404)
    return said


def _changes() -> Node:
    after = {"name": "after", "in": "query", "schema": {"type": "string"}}
    limit = {"type": "integer", "minimum": 1, "maximum": 1000}
    return {
        "operationId": "getChanges",
        "summary": "What changed since: what a copy needs to stay true, deletions too.",
        "tags": ["samen"],
        "parameters": [
            after | {"description": "The `next` of the answer before; none the first time."},
            {"name": "limit", "in": "query", "schema": limit},
        ],
        "responses": {"200": _answer("Changes", "In order."), **_faults(304, 400, 429, 503)},
    }


def _feed() -> Node:
    text = {"type": "string"}
    change = {
        "id": _UUID,
        "type": {"enum": ["service", "organization"]},
        "action": text,
        "changed_at": {"type": "string", "format": "date-time"},
        "merged_into": _UUID,
    }
    item = {"type": "object", "properties": change, "required": ["id", "type", "action"]}
    fields = {
        "changes": {"type": "array", "items": item},
        "next": text,
        "more": {"type": "boolean"},
    }
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(kind: str) -> Node:
    return {
        "operationId": _OPERATIONS[kind][1],
        "summary": f"A page of {_words(kind)}, or all of them.",
        "tags": ["required" if kind == "services" else "optional"],
        "parameters": _refs([*PARAMETERS[kind], "language"]),
        "responses": {"200": _page_of(kind), **_faults(304, 400, 429, 503)},
    }


def _asked_by_post(kind: str) -> Node:
    return _list(kind) | {
        "operationId": _OPERATIONS[kind][1].replace("get", "query"),
        "summary": f"The same, asked in a body: what is looked for stands in no address ({kind}).",
        "tags": ["optional"],
        "requestBody": {
            "required": False,
            "content": {media: {"schema": _question(kind)} for media in (_JSON, *_FORMS)},
        },
        "responses": {"200": _page_of(kind), **_faults(400, 413, 415, 422, 429, 503)},
    }


def _question(kind: str) -> Node:
    properties = {name: _VALUES[name][1] for name in PARAMETERS[kind]}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _record(kind: str) -> Node:
    where = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "operationId": _OPERATIONS[kind][0],
        "summary": f"One of the {_words(kind)}, with everything nested in it.",
        "tags": ["required" if kind == "services" else "optional"],
        "parameters": [where, *_refs([*OF_ONE[kind], "language"])],
        "responses": {
            "200": _answer(_ONE[kind], "The record."),
            **_faults(304, 400, 404, 410, 429, 503),
        },
    }


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _refs(names: Sequence[str]) -> list[Node]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _parameter(name: str) -> Node:
    description, schema = _VALUES[name]
    where = {"name": name, "in": "query", "required": False}
    return where | {"description": description, "schema": schema}


def _header() -> Node:
    return {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of the texts; Dutch, the original, when nothing fits.",
        "schema": {"type": "string"},
    }


def _schema(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(shape: str, description: str) -> Node:
    return {
        "description": description,
        "headers": _headers(),
        "content": {_JSON: {"schema": _schema(shape)}},
    }


def _page_of(kind: str) -> Node:
    contents = {"type": "array", "items": _schema(_ONE[kind])}
    whole = {
        "allOf": [
            _schema("Page"),
            {"type": "object", "properties": {"contents": contents}, "required": ["contents"]},
        ]
    }
    return {
        "description": "A page, or with format=ndjson a record a line.",
        "headers": _headers(),
        "content": {_JSON: {"schema": whole}, _NDJSON: {"schema": {"type": "string"}}},
    }


def _headers() -> Node:
    text = {"schema": {"type": "string"}}
    return {
        "ETag": text | {"description": "Send it as If-None-Match next time."},
        "Content-Language": text | {"description": "The language that was asked for."},
    }


def _faults(*statuses: int) -> Node:
    return {str(each): {"$ref": f"#/components/responses/{each}"} for each in statuses}


def _fault(status: int) -> Node:
    said: Node = {"description": _FAULTS[status]}
    if status == 304:  # noqa: PLR2004 the one that has no body
        return said
    if status == 429:  # noqa: PLR2004 too many
        said["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return said | {"content": {_PROBLEM: {"schema": _schema("Problem")}}}


def _page() -> Node:
    count = {"type": "integer", "minimum": 0}
    flag = {"type": "boolean"}
    fields = {
        "total_items": count | {"description": "In the whole list."},
        "total_pages": count | {"description": "None, when there is nothing."},
        "page_number": {"type": "integer", "minimum": 1, "description": "From 1."},
        "size": count | {"description": "On this page."},
        "first_page": flag | {"description": "Whether this is the first one."},
        "last_page": flag | {"description": "Whether nothing comes behind it."},
        "empty": flag | {"description": "Whether nothing is on it."},
    }
    return {"type": "object", "properties": fields, "required": list(fields)}


def _problem() -> Node:
    return {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "parameter": {"type": "string", "description": "Which one is wrong."},
            "merged_into": _UUID
            | {
                "description": "The record that stands for it now; of a service at a place, the "
                "service that stands for its service."
            },
            "since": _MOMENT
            | {"description": "When a place was taken off its service, or a term off the map."},
        },
        "required": ["title", "status", "detail"],
    }


def _about() -> Node:
    uri = {"type": "string", "format": "uri"}
    text = {"type": "string"}
    publisher = {"name": text, "identifier": text, "email": text, "website": uri}
    fields = {
        "version": text,
        "profile": uri,
        "openapi_url": uri,
        "description": text,
        "data_guide": uri,
        "publisher": {"type": "object", "properties": publisher, "required": ["name"]},
    }
    return {"type": "object", "properties": fields, "required": list(fields)}
