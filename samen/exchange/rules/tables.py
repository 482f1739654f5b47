"""The map as the 24 tables of HSDS (a tabular data package). Plain Python only.

Read aloud: every object of a document is a row of its table, and what several documents show (an
organisation, a place, a term) is a row once. What HSDS demands and we do not know is a dash: a
table has no other way to leave it open. Properties of our own are not in the tables.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

_SPACE = UUID("5b0f6a6e-8f0a-5d0c-9a55-0d3f6f4f7c12")
UNKNOWN = "-"

# Table, file and fields as in the schemas of HSDS 3.2: * is required, ! is unique, and after the
# colon stands what the text is.
_TABLES = """
organization organizations.csv id* name* alternate_name description* email:email website:uri
  tax_status tax_id year_incorporated:number legal_status logo uri:uri parent_organization_id
program programs.csv id* organization_id*! name* alternate_name description*
service services.csv id* organization_id* program_id name* alternate_name description url:uri
  email:email status* interpretation_services application_process fees_description wait_time fees
  accreditations eligibility_description minimum_age:number maximum_age:number assured_date:date
  assurer_email:email licenses alert last_modified:datetime
attribute attributes.csv id* link_id* taxonomy_term_id* link_type link_entity* value label
service_at_location service_at_location.csv id* service_id* location_id* description
location locations.csv id* location_type* url:uri organization_id name alternate_name description
  transportation latitude:number longitude:number external_identifier external_identifier_type
phone phones.csv id* location_id service_id organization_id contact_id service_at_location_id
  number* extension:number type description
contact contacts.csv id* organization_id service_id service_at_location_id location_id name title
  department email:email
address addresses.csv id* location_id attention address_1* address_2 city* region state_province*
  postal_code* country* address_type*
schedule schedules.csv id* service_id location_id service_at_location_id valid_from:date
  valid_to:date dtstart:date timezone:number until:date count:number wkst freq interval:number byday
  byweekno bymonthday byyearday description opens_at:time closes_at:time schedule_link:uri
  attending_type notes
funding funding.csv id* organization_id service_id source
service_area service_areas.csv id* service_id service_at_location_id name description extent
  extent_type uri
required_document required_documents.csv id* service_id document uri:uri
language languages.csv id* service_id location_id phone_id name code note
accessibility accessibility.csv id* location_id description details url:uri
taxonomy_term taxonomy_terms.csv id* code! name* description* parent_id taxonomy language
  taxonomy_id term_uri:uri
metadata metadata.csv id* resource_id* resource_type* last_action_date*:date last_action_type*
  field_name* previous_value* replacement_value* updated_by*
meta_table_description meta_table_descriptions.csv id* name language character_set
cost_option cost_options.csv id* service_id* valid_from:date valid_to:date option currency
  amount:number amount_description
organization_identifier organization_identifiers.csv id* organization_id* identifier_scheme
  identifier_type* identifier*
taxonomy taxonomies.csv id* name* description* uri:uri version
service_capacity service_capacity.csv id* service_id* unit_id* available*:number maximum:number
  description updated*:datetime
unit units.csv id* name* scheme identifier uri:uri
url url.csv id* label url*:uri organization_id service_id
"""
_FORMATS = frozenset({"email", "uri"})
_NOT_AN_ID = frozenset({"tax_id"})
_CODES = {
    ("service", "status"): ("active", "inactive", "defunct", "temporarily closed"),
    ("location", "location_type"): ("physical", "postal", "virtual"),
    ("address", "address_type"): ("physical", "postal", "virtual"),
    ("schedule", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    ("schedule", "freq"): ("WEEKLY", "MONTHLY"),
}

# What stands within what, and in which table it is a row.
_WITHIN = {
    "organization": "organization",
    "program": "program",
    "programs": "program",
    "phones": "phone",
    "schedules": "schedule",
    "service_areas": "service_area",
    "service_at_locations": "service_at_location",
    "location": "location",
    "locations": "location",
    "addresses": "address",
    "accessibility": "accessibility",
    "languages": "language",
    "cost_options": "cost_option",
    "required_documents": "required_document",
    "attributes": "attribute",
    "taxonomy_term": "taxonomy_term",
    "taxonomy_detail": "taxonomy",
    "additional_urls": "url",
    "additional_websites": "url",
    "contacts": "contact",
    "funding": "funding",
    "organization_identifiers": "organization_identifier",
    "capacities": "service_capacity",
    "unit": "unit",
    "metadata": "metadata",
}
# Rows that more than one document brings.
_SHARED = frozenset({"organization", "program", "location", "taxonomy_term", "taxonomy", "unit"})


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str  # as a data package says it
    format: str
    required: bool
    unique: bool
    codes: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.type == "string" and self.format != "uuid" and not self.codes


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    file: str
    fields: tuple[Field, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def foreign_keys(self) -> list[dict[str, Any]]:
        named = ((f.name, f.name.removesuffix("_id")) for f in self.fields)
        return [
            {"fields": column, "reference": {"resource": table, "fields": "id"}}
            for column, table in named
            if column != table and table in tables()
        ]

    def cells(self, values: Mapping[str, Any]) -> list[str]:
        return [_cell(field, values.get(field.name)) for field in self.fields]


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Table]:
    read: dict[str, Table] = {}
    for line in _TABLES.replace("\n  ", " ").strip().splitlines():
        name, file, *fields = line.split()
        read[name] = Table(name, file, tuple(_field(name, said) for said in fields))
    return read


def _field(table: str, said: str) -> Field:
    marked, _colon, kind = said.partition(":")
    name = marked.rstrip("*!")
    is_id = name == "id" or (name.endswith("_id") and name not in _NOT_AN_ID)
    return Field(
        name=name,
        type="string" if kind in _FORMATS or not kind else kind,
        format="uuid" if is_id else (kind if kind in _FORMATS else ""),
        required="*" in marked,
        unique="!" in marked or name == "id",
        codes=_CODES.get((table, name), ()),
    )


def _cell(field: Field, value: Any) -> str:
    if value in (None, ""):
        return UNKNOWN if field.required and field.is_text else ""
    text = str(value)
    # A clock of a table has seconds.
    return f"{text}:00" if field.type == "time" and text.count(":") == 1 else text


class Flat:
    """Documents as rows. Holds only the ids of what several of them show."""

    def __init__(self) -> None:
        self._there: set[str] = set()

    def rows(self, document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        """Rows of a service with everything in it, what is pointed at before what points."""
        return self._rows("service", document)

    def _rows(self, name: str, said: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        if name in _SHARED:
            if said["id"] in self._there:
                return
            self._there.add(said["id"])
        for within, table in _WITHIN.items():
            inside = said.get(within) or ()
            for each in (inside,) if isinstance(inside, Mapping) else inside:
                yield from self._rows(table, each)
        if name == "taxonomy_term" and said.get("taxonomy_id"):
            yield from self._rows("taxonomy", _taxonomy_of(said))
        yield name, tables()[name].cells(said)


def _taxonomy_of(term: Mapping[str, Any]) -> dict[str, Any]:
    name = term.get("taxonomy") or UNKNOWN
    return {"id": term["taxonomy_id"], "name": name, "description": f"The terms of {name}."}


def about_the_tables() -> Iterator[list[str]]:
    """Rows of the table of tables."""
    for table in tables().values():
        said = {
            "id": uuid5(_SPACE, table.name),
            "name": table.name,
            "language": "nl",
            "character_set": "UTF-8",
        }
        yield tables()["meta_table_description"].cells(said)


@dataclass(frozen=True, slots=True)
class Edition:
    """Whose it is, and of when."""

    at: datetime
    revision: int
    publisher: str
    publisher_id: str
    site: str
    licence: str

    @property
    def day(self) -> str:
        return f"{self.at:%Y-%m-%d}"

    def in_words(self) -> list[tuple[str, str]]:
        return [
            ("Uitgever", self.publisher),
            ("Adres", self.site),
            ("Licentie", self.licence),
            ("Gemaakt op", f"{self.at:%Y-%m-%d %H:%M}"),
        ]


def descriptor(edition: Edition) -> dict[str, Any]:
    """datapackage.json"""
    return {
        **package(publisher=edition.publisher, site=edition.site, licence=edition.licence),
        "version": f"{edition.day}.{edition.revision}",
        "created": edition.at.isoformat(timespec="seconds"),
    }


def package(*, publisher: str, site: str, licence: str) -> dict[str, Any]:
    """The same of every edition: which tables there are, and what stands in them."""
    return {
        "name": "samen-map-of-help",
        "title": "Samen: the map of help",
        "description": "Human Services Data Specification (HSDS) 3.2 in tables. "
        f"Where HSDS demands what is not known, stands {UNKNOWN}.",
        "profile": "tabular-data-package",
        "homepage": site,
        "licenses": [{"name": licence, "title": licence}],
        "contributors": [{"title": publisher, "path": site, "role": "publisher"}],
        "resources": [_resource(table) for table in tables().values()],
    }


def package_patch(*, publisher: str, site: str, licence: str) -> dict[str, Any]:
    """What makes this one of the official one, as JSON Merge Patch: what is null goes."""
    of_the_standard = {"license": None, "version": None}
    return package(publisher=publisher, site=site, licence=licence) | of_the_standard


def _resource(table: Table) -> dict[str, Any]:
    keys = table.foreign_keys()
    schema = {
        "primaryKey": "id",
        "fields": [_said_of(field) for field in table.fields],
        "missingValues": [""],
    }
    return {
        "name": table.name,
        "path": table.file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {**schema, "foreignKeys": keys} if keys else schema,
    }


def _said_of(field: Field) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": field.required, "unique": field.unique}
    if field.codes:
        constraints["enum"] = list(field.codes)
    said: dict[str, Any] = {"name": field.name, "type": field.type}
    if field.format:
        said["format"] = field.format
    return {**said, "constraints": constraints}


# --- for people ----------------------------------------------------------------------------------

COLUMNS = (
    "Nummer",
    "Naam",
    "Organisatie",
    "Wat zij doen",
    "Telefoon",
    "E-mail",
    "Website",
    "Adres",
    "Plaats",
    "Gebied",
    "Openingstijden",
    "Talen",
    "Kosten",
    "Voor wie",
    "Nagekeken op",
    "Bevestigd op",
    "Pagina",
    "Licentie",
    "Uitgever",
    "Gemaakt op",
)
_DAYS = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ["ma", "di", "wo", "do", "vr", "za", "zo"],
        strict=True,
    )
)
_WITHHELD = "Het adres is geheim."


def for_people(document: Mapping[str, Any], edition: Edition) -> dict[str, str]:
    """A service as one row of a sheet, in Dutch."""
    places = [each["location"] for each in document.get("service_at_locations", ())]
    addresses = [address for place in places for address in place.get("addresses", ())]
    streets = [each["address_1"] for each in addresses] or [
        p["name"] for p in places if "name" in p
    ]
    number = str(document.get("number", ""))
    return {
        "Nummer": number,
        "Naam": document["name"],
        "Organisatie": document.get("organization", {}).get("name", ""),
        "Wat zij doen": document.get("description", ""),
        "Telefoon": _list(each["number"] for each in document.get("phones", ())),
        "E-mail": document.get("email", ""),
        "Website": document.get("url", ""),
        "Adres": _WITHHELD if document.get("address_withheld") else _list(streets),
        "Plaats": _list(each["city"] for each in addresses),
        "Gebied": _list(each["name"] for each in document.get("service_areas", ())),
        "Openingstijden": _list(map(_week, document.get("schedules", ()))),
        "Talen": _list(each["code"] for each in document.get("languages", ())),
        "Kosten": document.get("fees_description", ""),
        "Voor wie": document.get("eligibility_description", ""),
        "Nagekeken op": document.get("checked_date", ""),
        "Bevestigd op": document.get("assured_date", ""),
        "Pagina": f"{edition.site}/nl/i/{number}/" if number else "",
        "Licentie": edition.licence,
        "Uitgever": edition.publisher,
        "Gemaakt op": edition.day,
    }


def _list(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _week(schedule: Mapping[str, Any]) -> str:
    days = schedule.get("byday", "")
    if not days:
        when = schedule.get("valid_from") or schedule.get("dtstart") or ""
        hours = _clock(schedule)
        return f"{when} {hours or 'gesloten'}" if when else ""
    named = " ".join(_DAYS.get(day, day) for day in days.split(","))
    return f"{named} {_clock(schedule)}".strip()


def _clock(schedule: Mapping[str, Any]) -> str:
    opens, closes = schedule.get("opens_at", ""), schedule.get("closes_at", "")
    return f"{opens}-{closes}" if opens and closes else ""
