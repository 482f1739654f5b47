"""The tables of an HSDS package as records one inside the other. Plain Python.

A row hangs on every record whose id it names, as in the nested form of HSDS. What hangs on no
service stays a row of its own, so that nothing of a package is lost.
"""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from samen.exchange.rules.reading_values import canonical
from samen.foundation.sentences import gettext_noop

Row = Mapping[str, Any]
Tables = Mapping[str, list[Row]]

# What marks a row that hangs on no service, beside its own columns.
ROW_OF = "row of table"
MOST_BYTES = 200_000_000  # unpacked
_LONGEST_CELL = 200_000
NUMBERS = frozenset(
    {
        *("extension", "year_incorporated", "minimum_age", "maximum_age", "latitude", "longitude"),
        *("timezone", "count", "interval", "amount", "available", "maximum"),
    }
)
TABLES = (
    *("organizations", "programs", "services", "attributes", "service_at_location", "locations"),
    *("phones", "contacts", "addresses", "schedules", "funding", "service_areas"),
    *("required_documents", "languages", "accessibility", "taxonomy_terms", "metadata"),
    *("meta_table_descriptions", "cost_options", "organization_identifiers", "taxonomies"),
    *("service_capacity", "units", "url"),
)


class BadPackage(Exception):
    """It cannot be read as a package; the message says why."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str  # the field it stands in
    table: str
    key: str  # its column that names the record it hangs on
    one: bool = False  # the other way round: the record names the child


_CHILDREN: Mapping[str, tuple[_Child, ...]] = {
    "services": (
        _Child("organization", "organizations", "organization_id", one=True),
        _Child("program", "programs", "program_id", one=True),
        _Child("phones", "phones", "service_id"),
        _Child("schedules", "schedules", "service_id"),
        _Child("service_areas", "service_areas", "service_id"),
        _Child("service_at_locations", "service_at_location", "service_id"),
        _Child("languages", "languages", "service_id"),
        _Child("funding", "funding", "service_id"),
        _Child("cost_options", "cost_options", "service_id"),
        _Child("required_documents", "required_documents", "service_id"),
        _Child("contacts", "contacts", "service_id"),
        _Child("capacities", "service_capacity", "service_id"),
        _Child("additional_urls", "url", "service_id"),
        _Child("attributes", "attributes", "link_id"),
        _Child("metadata", "metadata", "resource_id"),
    ),
    "organizations": (
        _Child("funding", "funding", "organization_id"),
        _Child("contacts", "contacts", "organization_id"),
        _Child("phones", "phones", "organization_id"),
        _Child("organization_identifiers", "organization_identifiers", "organization_id"),
        _Child("additional_websites", "url", "organization_id"),
        _Child("attributes", "attributes", "link_id"),
        _Child("metadata", "metadata", "resource_id"),
    ),
    "service_at_location": (
        _Child("location", "locations", "location_id", one=True),
        _Child("service_areas", "service_areas", "service_at_location_id"),
        _Child("contacts", "contacts", "service_at_location_id"),
        _Child("phones", "phones", "service_at_location_id"),
        _Child("schedules", "schedules", "service_at_location_id"),
        _Child("attributes", "attributes", "link_id"),
        _Child("metadata", "metadata", "resource_id"),
    ),
    "locations": (
        _Child("languages", "languages", "location_id"),
        _Child("addresses", "addresses", "location_id"),
        _Child("contacts", "contacts", "location_id"),
        _Child("accessibility", "accessibility", "location_id"),
        _Child("phones", "phones", "location_id"),
        _Child("schedules", "schedules", "location_id"),
        _Child("attributes", "attributes", "link_id"),
        _Child("metadata", "metadata", "resource_id"),
    ),
    "contacts": (_Child("phones", "phones", "contact_id"),),
    "phones": (_Child("languages", "languages", "phone_id"),),
    "service_capacity": (_Child("unit", "units", "unit_id", one=True),),
    "attributes": (_Child("taxonomy_term", "taxonomy_terms", "taxonomy_term_id", one=True),),
    "taxonomy_terms": (_Child("taxonomy_detail", "taxonomies", "taxonomy_id", one=True),),
}


@dataclass(frozen=True, slots=True)
class Nested:
    services: tuple[dict[str, Any], ...]
    rows: tuple[tuple[str, Row], ...]  # what hangs on no service, with the name of its table


# --- files -------------------------------------------------------------------------------------


def read_package(body: bytes) -> dict[str, list[Row]]:
    """The tables of a zip by their names. Raises BadPackage."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            _check_size(package)
            return {
                name: read_table(package.read(info))
                for info in package.infolist()
                if (name := _table(info.filename))
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        message = gettext_noop("This is not a zip file, or it is damaged.")
        raise BadPackage(message) from error


def _check_size(package: zipfile.ZipFile) -> None:
    if sum(info.file_size for info in package.infolist()) > MOST_BYTES:
        message = gettext_noop("Unpacked it is larger than 200 MB.")
        raise BadPackage(message)
    if not any(_table(info.filename) == "services" for info in package.infolist()):
        message = gettext_noop("It holds no table services.csv.")
        raise BadPackage(message)


def _table(filename: str) -> str:
    name = filename.rpartition("/")[2].lower()
    table = name.removesuffix(".csv")
    return table if name.endswith(".csv") and table in TABLES else ""


def read_table(body: bytes) -> list[Row]:
    """Rows without their empty cells. Raises BadPackage."""
    text = body.decode("utf-8-sig", errors="replace").replace("\x00", "")
    csv.field_size_limit(_LONGEST_CELL)
    try:
        return [_row(cells) for cells in csv.DictReader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        message = gettext_noop("One of its tables cannot be read as CSV.")
        raise BadPackage(message) from error


def _row(cells: Mapping[str | None, Any]) -> Row:
    return {
        name: _cell(name, cell)
        for name, cell in cells.items()
        if isinstance(name, str) and isinstance(cell, str) and cell != ""
    }


def _cell(name: str, cell: str) -> Any:
    """A number where HSDS has one, if it can be written again as it stood."""
    if name not in NUMBERS:
        return cell
    for read in (int, float):
        try:
            number = read(cell)
        except ValueError:
            continue
        if str(number) == cell:
            return number
    return cell


# --- one inside the other ------------------------------------------------------------------------


def nested(tables: Tables) -> Nested:
    """Every service with all that hangs on it, and the rows that hang on none."""
    nesting = _Nesting(tables)
    services = tuple(nesting.record("services", row) for row in tables.get("services", []))
    left = tuple(
        (table, row)
        for table, rows in tables.items()
        for row in rows
        if (table, canonical(row)) not in nesting.placed
    )
    return Nested(services, left)


def documents_of(made: Nested) -> list[dict[str, Any]]:
    """Everything of a package as one list."""
    return [*made.services, *({ROW_OF: table, **row} for table, row in made.rows)]


@dataclass(slots=True)
class _Nesting:
    tables: Tables
    placed: set[tuple[str, str]] = field(default_factory=set)
    _by: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict)

    def record(self, table: str, row: Row) -> dict[str, Any]:
        self.placed.add((table, canonical(row)))
        whole = dict(row)
        for child in _CHILDREN.get(table, ()):
            found = self._found(child, row)
            made = [self.record(child.table, each) for each in found]
            if made:
                whole[child.name] = made[0] if child.one else made
        return whole

    def _found(self, child: _Child, row: Row) -> list[Row]:
        if child.one:
            return self._rows(child.table, "id").get(str(row.get(child.key, "")), [])[:1]
        return self._rows(child.table, child.key).get(str(row.get("id", "")), [])

    def _rows(self, table: str, column: str) -> dict[str, list[Row]]:
        if (table, column) not in self._by:
            rows: dict[str, list[Row]] = defaultdict(list)
            for row in self.tables.get(table, []):
                if row.get(column):
                    rows[str(row[column])].append(row)
            self._by[table, column] = rows
        return self._by[table, column]


# --- one table ------------------------------------------------------------------------------------

_SHEET = {
    "phone": ("phones", "number"),
    "language": ("languages", "code"),
    "area": ("service_areas", "name"),
    "document": ("required_documents", "document"),
}
_ADDRESS = ("address_1", "address_2", "city", "postal_code", "state_province")


def services_of_sheet(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """A spreadsheet with the columns of services.csv, and phone, address_1, city, language, area.

    Several values in one cell are parted by a semicolon.
    """
    return [_of_sheet({k.strip().lower(): v for k, v in row.items()}) for row in rows]


def _of_sheet(row: Row) -> dict[str, Any]:
    service: dict[str, Any] = {"status": "active"} | {
        name: value
        for name, value in row.items()
        if name not in (*_SHEET, *_ADDRESS, "organization") and value not in ("", None)
    }
    for column, (name, part) in _SHEET.items():
        values = [each.strip() for each in str(row.get(column) or "").split(";") if each.strip()]
        if values:
            service[name] = [{part: value} for value in values]
    address = {name: row[name] for name in _ADDRESS if row.get(name)}
    if address:
        place = {"location_type": "physical", "addresses": [address]}
        service["service_at_locations"] = [{"location": place}]
    if row.get("organization"):
        whose = str(row["organization"])
        service["organization"] = {"id": service.get("organization_id", whose), "name": whose}
    return service
