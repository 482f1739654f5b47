"""A package of tables comes in, and goes out again as it was."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.exchange.rules.reading_package import (
    _CHILDREN,
    TABLES,
    BadPackage,
    Row,
    nested,
    read_package,
    read_table,
    services_of_sheet,
)
from samen.exchange.rules.reading_values import canonical, mapping, mappings
from samen.exchange.tests.ground import load, needs_hsds, official, read
from samen.exchange.tests.schemas import HSDS

EXAMPLES = HSDS / "3.2.3" / "examples"
FILES = official("3.2.3", "examples")


def zipped(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return body.getvalue()


def same(tables: dict[str, Any]) -> dict[str, list[str]]:
    return {name: sorted(map(canonical, rows)) for name, rows in tables.items() if rows}


def tables_of(
    services: Iterable[Row], rows: Iterable[tuple[str, Row]] = ()
) -> dict[str, list[Row]]:
    """Every row once, in the order in which it is met."""
    tables: dict[str, dict[str, Row]] = defaultdict(dict)
    for service in services:
        for table, row in _flat("services", service):
            tables[table].setdefault(canonical(row), row)
    for table, row in rows:
        tables[table].setdefault(canonical(row), row)
    return {table: list(found.values()) for table, found in tables.items()}


def _flat(table: str, record: Row) -> Iterator[tuple[str, Row]]:
    children = {
        child.name: child
        for child in _CHILDREN.get(table, ())
        if isinstance(record.get(child.name), Mapping | list)
    }
    yield table, {name: value for name, value in record.items() if name not in children}
    for name, child in children.items():
        inside = [mapping(record.get(name))] if child.one else mappings(record, name)
        for each in inside:
            if each:
                yield from _flat(child.table, each)


@needs_hsds(FILES)
def test_the_official_package_of_24_tables_is_given_back_whole() -> None:
    files = {path.name: path.read_bytes() for path in (EXAMPLES / "csv").iterdir()}
    tables = read_package(zipped(files))

    made = nested(tables)

    assert {*tables} == {*TABLES}
    assert len(TABLES) == 24
    assert same(tables_of(made.services, made.rows)) == same(tables)
    assert len(made.services) == 1


@needs_hsds(FILES)
def test_the_official_tables_as_json_are_given_back_whole() -> None:
    said = load(EXAMPLES / "tabular.json")
    tables = {name.removesuffix(".csv"): rows for name, rows in said.items()}

    made = nested(tables)

    assert same(tables_of(made.services, made.rows)) == same(tables)


@needs_hsds(FILES)
def test_a_service_of_the_package_has_what_hangs_on_it() -> None:
    files = {path.name: path.read_bytes() for path in (EXAMPLES / "csv").iterdir()}
    [service] = nested(read_package(zipped(files))).services

    offer = read(service)

    assert offer.name == "Community Counselling"
    assert offer.organization.name == "Example Organization Inc."
    assert offer.facts["phones"]["phones"][0]["number"] == "+44 1234 234567"
    assert offer.facts["ages"] == {"minimum_age": 12, "maximum_age": 100}
    assert service["service_at_locations"][0]["location"]["addresses"][0]["city"] == "MyCity"


@pytest.mark.parametrize(
    "body",
    [b"", b"PK", b"no zip at all", zipped({"readme.txt": b"hello"}), zipped({"phones.csv": b"id"})],
)
def test_what_is_no_package_says_so(body: bytes) -> None:
    with pytest.raises(BadPackage, match=r"zip|services"):
        read_package(body)


def test_a_package_that_unpacks_without_end_is_refused() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("services.csv", b"0" * 201_000_000)

    with pytest.raises(BadPackage, match="200 MB"):
        read_package(body.getvalue())


def test_numbers_with_leading_zeros_stay_as_they_are() -> None:
    [row] = read_table(b"id,extension,minimum_age,latitude\n1,007,18,52.10\n")

    assert row == {"id": "1", "extension": "007", "minimum_age": 18, "latitude": "52.10"}


IDS = st.sampled_from(["1", "2", "3"])
ROWS = {
    "services": st.fixed_dictionaries({"id": IDS, "organization_id": IDS, "name": IDS}),
    "organizations": st.fixed_dictionaries({"id": IDS, "name": IDS}),
    "phones": st.fixed_dictionaries({"id": IDS, "service_id": IDS, "contact_id": IDS}),
    "contacts": st.fixed_dictionaries({"id": IDS, "organization_id": IDS}),
    "locations": st.fixed_dictionaries({"id": IDS, "location_type": IDS}),
    "service_at_location": st.fixed_dictionaries(
        {"id": IDS, "service_id": IDS, "location_id": IDS}
    ),
    "attributes": st.fixed_dictionaries({"id": IDS, "link_id": IDS, "taxonomy_term_id": IDS}),
}


@settings(max_examples=60, deadline=None)
@given(
    tables=st.fixed_dictionaries(
        {name: st.lists(row, max_size=4, unique_by=canonical) for name, row in ROWS.items()}
    )
)
def test_whatever_hangs_on_whatever_no_row_is_lost(tables: dict[str, Any]) -> None:
    made = nested(tables)

    assert same(tables_of(made.services, made.rows)) == same(tables)


def test_a_spreadsheet_of_one_table_is_read() -> None:
    [said] = services_of_sheet(
        [{"ID": "7", "name": "Inloop", "description": "Koffie", "phone": "0301234567; 0307654321",
          "city": "Utrecht", "address_1": "Domplein 1", "organization": "Buurthuis", "url": ""}]
    )  # fmt: skip
    offer = read(said)

    assert len(offer.facts["phones"]["phones"]) == 2
    assert offer.facts["location"]["locations"][0]["town"] == "Utrecht"
    assert offer.organization.name == "Buurthuis"
    assert offer.losses == ()
