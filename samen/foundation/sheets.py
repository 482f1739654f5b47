"""A table of texts as a file for a spreadsheet, and back.

A cell that begins like a formula is run by the program that opens it, on the machine of somebody
who trusts us. So on the way out it is a text: in xlsx by its type, in csv by an apostrophe before
it. On the way in a formula is refused, and so is a text that would be one.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_SIGNS = 10_000  # in one cell

_XLSX = b"PK\x03\x04"
# As a spreadsheet reads them, also written wide, also behind spaces and signs one cannot see.
_FIRST = "=+-@\t\r\n|%＝＋－＠"
_UNSEEN = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff\x00-\x1f]+")
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


class BadFile(Exception):
    """The file as a whole cannot be read; the words say why."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as the spreadsheet counts, the heading is 1
    cells: Mapping[str, str]
    formulas: tuple[str, ...] = ()  # columns in which one stands


def looks_like_a_formula(text: str) -> bool:
    bare = _UNSEEN.sub("", text)
    return bool(text) and (text[0] in _FIRST or bare[:1] in set(_FIRST) - set("\t\r\n"))


# --- out ---------------------------------------------------------------------------------------


class CsvSheet:
    """Row by row, so that no size is too large. With the mark by which a spreadsheet knows that it
    is UTF-8."""

    def __init__(self, out: IO[bytes], columns: Sequence[str]) -> None:
        self._columns = columns
        self._text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_ALL)
        self._writer.writerow(columns)

    def add(self, row: Mapping[str, str]) -> None:
        self._writer.writerow([_harmless(row.get(column, "")) for column in self._columns])

    def end(self) -> None:
        """What was added is in the file, which stays open."""
        self._text.flush()
        self._text.detach()


class XlsxSheet:
    """Row by row; openpyxl keeps them in a file of its own until the end."""

    def __init__(self, columns: Sequence[str], *, title: str) -> None:
        self._columns = columns
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        self._sheet.append([_cell(self._sheet, column, bold=True) for column in columns])

    def add(self, row: Mapping[str, str]) -> None:
        self._sheet.append([_cell(self._sheet, row.get(column, "")) for column in self._columns])

    def end(
        self,
        out: IO[bytes],
        *,
        explanation: Sequence[tuple[str, str]] = (),
        explained_in: str = "Help",
    ) -> None:
        if explanation:
            beside = self._book.create_sheet(explained_in)
            for pair in explanation:
                beside.append([_cell(beside, words) for words in pair])
        self._book.save(out)


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    out = io.BytesIO()
    sheet = CsvSheet(out, columns)
    for row in rows:
        sheet.add(row)
    sheet.end()
    return out.getvalue()


def write_xlsx(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    *,
    title: str,
    explanation: Sequence[tuple[str, str]] = (),
) -> bytes:
    sheet = XlsxSheet(columns, title=title)
    for row in rows:
        sheet.add(row)
    out = io.BytesIO()
    sheet.end(out, explanation=explanation)
    return out.getvalue()


def _harmless(text: str) -> str:
    clean = _clean(text)
    return f"'{clean}" if clean.startswith("'") or looks_like_a_formula(clean) else clean


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell: Any = WriteOnlyCell(sheet, value="")
    # Said first: otherwise a text that begins with "=" is kept as a formula.
    cell._value = _clean(text)  # noqa: SLF001 the public way guesses the type again
    cell.data_type = "s"
    if looks_like_a_formula(text):
        # Also when somebody edits the cell and presses Enter it stays a text.
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def _clean(text: str) -> str:
    """Without signs that no file of a spreadsheet can hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:MOST_SIGNS]


# --- in ----------------------------------------------------------------------------------------


def read_sheet(data: bytes) -> list[Row]:
    """The rows under the heading, those without any text left out. Raises BadFile."""
    if len(data) > MOST_BYTES:
        message = "The file is larger than 5 MB."
        raise BadFile(message)
    rows = _xlsx(data) if data.startswith(_XLSX) else _csv(data)
    return list(_under_the_heading(rows))


Cell = tuple[str, bool]  # its text, and whether a formula stands in it


def _under_the_heading(rows: Iterator[list[Cell]]) -> Iterator[Row]:
    heading = [text.strip() for text, _formula in next(rows, [])]
    named = [name for name in heading if name]
    if not named:
        message = "The first row has no names of columns."
        raise BadFile(message)
    if len(set(named)) < len(named):
        message = "Two columns have the same name."
        raise BadFile(message)
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            message = f"The file has more than {MOST_ROWS} rows."
            raise BadFile(message)
        pairs = [(name, cell) for name, cell in zip(heading, row, strict=False) if name]
        if any(text.strip() for _name, (text, _formula) in pairs):
            yield Row(
                number,
                {name: text.strip() for name, (text, _formula) in pairs},
                tuple(name for name, (_text, formula) in pairs if formula),
            )


def _csv(data: bytes) -> Iterator[list[Cell]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "The file is neither xlsx nor csv in UTF-8."
        raise BadFile(message) from None
    if "\x00" in text:
        message = "The file holds signs that are no text."
        raise BadFile(message)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            yield [_of_csv(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error:
        message = "The file is no sound csv: a quotation mark is missing, or a cell is too long."
        raise BadFile(message) from None


def _of_csv(text: str) -> Cell:
    """An apostrophe that we put there is ours, and not a part of the text."""
    if text.startswith("'") and (text[1:2] == "'" or looks_like_a_formula(text[1:])):
        return text[1:], False
    return text, False


def _xlsx(data: bytes) -> Iterator[list[Cell]]:
    _check_unpacked(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 1):
            yield [_of_xlsx(cell) for cell in row]
    except BadFile:
        raise
    except Exception:  # noqa: BLE001 a file of anybody: openpyxl raises whatever it stumbles over
        message = "The file cannot be read as xlsx."
        raise BadFile(message) from None


def _check_unpacked(data: bytes) -> None:
    """Small on the way, enormous here: and entities that name each other."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                message = "The file is larger than it looks."
                raise BadFile(message)
            parts = [packed.read(part) for part in packed.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        message = "The file cannot be read as xlsx."
        raise BadFile(message) from None
    if any(mark in part for mark in _ENTITIES for part in parts):
        message = "The file holds definitions that no spreadsheet needs."
        raise BadFile(message)


def _of_xlsx(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return str(value), True
    return _text(value), False


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()[: len("2026-12-25")]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value)[:MOST_SIGNS]
