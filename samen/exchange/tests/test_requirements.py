"""What a publisher and a reader of HSDS must do to be the best anywhere, by the names of the note
that says so; and P2, which no other file has: what came in goes out again without loss.
"""

import re
from pathlib import Path

import pytest

from samen.directory.tests.make import NOON
from samen.exchange.actions.sources import documents_of_file
from samen.exchange.actions.taking_in import begin_file
from samen.exchange.models import Run, Source
from samen.exchange.queries.sources import given_back
from samen.exchange.rules.reading_package import TABLES, nested, read_package
from samen.exchange.rules.reading_pages import documents_in
from samen.exchange.rules.reading_values import canonical
from samen.exchange.tests import make
from samen.exchange.tests.asking import Ask, ask
from samen.exchange.tests.ground import load, needs_hsds
from samen.exchange.tests.ground import official as files_of
from samen.exchange.tests.make import JOB, finish
from samen.exchange.tests.schemas import EXAMPLES, Hsds, hsds
from samen.exchange.tests.test_conformance import OFFICIAL
from samen.exchange.tests.test_packages import same, tables_of, zipped

__all__ = ["ask", "hsds"]  # fixtures

pytestmark = pytest.mark.django_db

HOUSE = Path(__file__).parents[3]
REQUIREMENTS = {"p": 12, "s": 4, "l": 2, "e": 5, "f": 4}
FILES = files_of("3.2.3", "examples")
TABLES_OF_THE_STANDARD = EXAMPLES / "csv"


def test_each_requirement_has_a_test_of_its_name() -> None:
    files = [p for top in ("samen", "tests") for p in (HOUSE / top).rglob("test_*.py")]
    names = re.findall(r"def test_(\w+)", "\n".join(file.read_text() for file in files))
    said = {part for name in names for part in name.split("_")}

    wanted = {f"{letter}{n + 1}" for letter, most in REQUIREMENTS.items() for n in range(most)}
    assert wanted - said == set()


def taken_in(body: bytes) -> Source:
    source = make.source()
    documents = documents_of_file("package", body)
    run = finish(begin_file(source_id=source.id, documents=documents, by=JOB, at=NOON))
    assert run.state == Run.State.WHOLE
    return source


@needs_hsds(FILES)
@pytest.mark.parametrize("name", sorted(OFFICIAL.keys() - {"base.json"}))
def test_p2_each_official_example_comes_back_as_it_was(name: str) -> None:
    body = (EXAMPLES / name).read_bytes()
    said = sorted(map(canonical, documents_in(body)))

    back = [canonical(each) for each in given_back(taken_in(body))]

    assert said
    # An object inside another one comes back beside it too.
    assert [each for each in said if each not in back] == []
    assert len({*back}) == len(back)


@needs_hsds(FILES)
def test_p2_none_of_the_eleven_is_left_out() -> None:
    """The twelfth is no answer to anything, and the last is the tables of below as JSON."""
    assert {path.name for path in FILES} - {"location.json", "tabular.json"} == OFFICIAL.keys()
    assert len(OFFICIAL) == 11


@needs_hsds(FILES)
def test_p2_what_the_standard_says_of_a_publisher_is_said_of_ours(ask: Ask, hsds: Hsds) -> None:
    example, ours = load(EXAMPLES / "base.json"), ask.get("")

    assert not hsds.errors(example, "/")
    assert not hsds.errors(ours, "/")
    assert {name: type(ours[name]) for name in example} == {
        name: type(value) for name, value in example.items()
    }


@needs_hsds(FILES)
def test_p2_the_package_of_24_tables_comes_back_as_it_was() -> None:
    """Through the database, and not only through what reads and writes tables."""
    body = zipped({path.name: path.read_bytes() for path in TABLES_OF_THE_STANDARD.iterdir()})
    tables = read_package(body)

    # Rows that hang on no service come back by themselves.
    table_of = {canonical(row): table for table, row in nested(tables).rows}

    back = [(table_of.get(canonical(each), ""), each) for each in given_back(taken_in(body))]

    services = [each for table, each in back if not table]
    loose = [(table, each) for table, each in back if table]
    assert len(tables) == len(TABLES) == 24
    assert same(tables_of(services, loose)) == same(tables)
