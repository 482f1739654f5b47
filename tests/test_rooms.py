"""The house rules that import-linter cannot say, checked on the source itself."""

import ast
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "samen"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
ROOMS = {name.removeprefix("samen.") for name in CONTRACTS["contracts"][1]["containers"]}
FACES = {"actions", "queries", "figures", "models", "http"}
SOURCES = [p for p in HOUSE.rglob("*.py") if not {"tests", "migrations"} & set(p.parts)]
PYTHON = [p for top in ("samen", "tests", "scripts", "bench") for p in (ROOT / top).rglob("*.py")]
NOT_A_SUBJECT = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(source: Path) -> list[list[str]]:
    tree = ast.parse(source.read_text())
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name.split(".") for name in names]


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_a_room_is_entered_by_its_faces_only(source: Path) -> None:
    own = source.relative_to(HOUSE).parts[0]
    # The doors are opened in config, and the jobs are doors of the worker.
    faces = FACES | ({"jobs"} if own == "config" else set())
    for house, room, part, *_ in (name for name in imported(source) if len(name) > 2):
        if house == "samen" and room in ROOMS - {own}:
            assert part in faces, f"{named(source)} reaches into samen.{room}.{part}"


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_no_room_looks_up_a_model_by_its_name(source: Path) -> None:
    """A model found by its name is an import that no contract sees."""
    assert ["django", "apps", "apps"] not in imported(source)
    assert ["importlib", "import_module"] not in imported(source)


@pytest.mark.parametrize(
    "path", [p for p in HOUSE.rglob("*") if p.name != "__pycache__"], ids=named
)
def test_every_file_is_named_after_what_it_is_about(path: Path) -> None:
    assert path.stem not in NOT_A_SUBJECT


@pytest.mark.parametrize("room", sorted(p.parent for p in HOUSE.glob("*/__init__.py")), ids=named)
def test_every_room_says_what_it_is_for(room: Path) -> None:
    assert ast.get_docstring(ast.parse((room / "__init__.py").read_text()))


@pytest.mark.parametrize("source", PYTHON, ids=named)
def test_what_is_switched_off_has_a_reason(source: Path) -> None:
    """Either behind the mark or in a comment on the line above."""
    lines = ["", *source.read_text().splitlines()]
    for above, line in pairwise(lines):
        if mark := re.search(r"# (noqa: [A-Z0-9, ]+|type: ignore\[.+?\])(.*)", line):
            reason = mark[2].strip(" #") or above.strip().startswith("#")
            assert reason, f"{named(source)} says no reason: {line.strip()}"
