"""The house rules that import-linter cannot say, checked on the source itself."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

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


@cache
def imported(source: Path) -> list[list[str]]:
    tree = ast.parse(source.read_text())
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name.split(".") for name in names]


def test_a_room_is_entered_by_its_faces_only() -> None:
    through_the_wall = [
        f"{named(source)} reaches into samen.{room}.{part}"
        for source in SOURCES
        for house, room, part, *_ in (name for name in imported(source) if len(name) > 2)
        if house == "samen" and room in ROOMS - {_room(source)} and part not in _faces(source)
    ]

    assert through_the_wall == []


def _room(source: Path) -> str:
    return source.relative_to(HOUSE).parts[0]


def _faces(source: Path) -> set[str]:
    """The doors are opened in config, and the jobs are doors of the worker."""
    return FACES | ({"jobs"} if _room(source) == "config" else set())


def test_no_room_looks_up_a_model_by_its_name() -> None:
    """A model found by its name is an import that no contract sees."""
    by_name = (["django", "apps", "apps"], ["importlib", "import_module"])

    assert [named(s) for s in SOURCES if any(name in imported(s) for name in by_name)] == []


def test_every_file_is_named_after_what_it_is_about() -> None:
    assert [named(p) for p in HOUSE.rglob("*") if p.stem in NOT_A_SUBJECT] == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = sorted(HOUSE.glob("*/__init__.py"))

    assert rooms
    assert [named(r) for r in rooms if not ast.get_docstring(ast.parse(r.read_text()))] == []


def test_what_is_switched_off_has_a_reason() -> None:
    """Either behind the mark or in a comment on the line above."""
    assert [line for source in PYTHON for line in _without_a_reason(source)] == []


def _without_a_reason(source: Path) -> Iterator[str]:
    for above, line in pairwise(["", *source.read_text().splitlines()]):
        mark = re.search(r"# (noqa: [A-Z0-9, ]+|type: ignore\[.+?\])(.*)", line)
        if mark and not (mark[2].strip(" #") or above.strip().startswith("#")):
            yield f"{named(source)} says no reason: {line.strip()}"
