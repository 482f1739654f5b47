"""The schemas of HSDS, which have a licence of their own and lie beside the checkout."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from scripts import check

HSDS = check.HSDS
SCHEMA = HSDS / "3.2.3" / "schema"
EXAMPLES = HSDS / "3.2.3" / "examples"
# Under which the official OpenAPI file calls them.
_BASE = "https://raw.githubusercontent.com/openreferral/specification/3.2/schema/"


def read(source: Path) -> Any:
    whole = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    return json.loads(whole)


class Hsds:
    """What the standard itself says of an answer, with formats checked."""

    def __init__(self) -> None:
        names = {path: str(path.relative_to(SCHEMA)) for path in SCHEMA.rglob("*.json*")}
        self._names = [name.removesuffix(".gz") for name in names.values()]
        self._registry: Registry[Any] = Registry().with_resources(
            (_BASE + name.removesuffix(".gz"), _resource(path)) for path, name in names.items()
        )
        self._checks: dict[str, Any] = {}

    @property
    def paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = read(SCHEMA / "openapi.json")["paths"]
        return paths

    def errors(self, document: Any, path: str = "/services/{id}") -> list[str]:
        """Of an answer to a path of the official file."""
        check = self._checks.get(path) or self._check(path)
        return [f"{error.json_path}: {error.message}" for error in check.iter_errors(document)]

    def quick(self, path: str) -> Any:
        """What says the same of an answer to a path some hundred times as quickly."""
        files = [(_BASE + name, self._registry.contents(_BASE + name)) for name in self._names]
        registry = jsonschema_rs.Registry(files, draft=jsonschema_rs.Draft202012)
        return jsonschema_rs.Draft202012Validator(
            _answer_to(path), registry=registry, validate_formats=True
        )

    def _check(self, path: str) -> Any:
        self._checks[path] = Draft202012Validator(
            _answer_to(path),
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        return self._checks[path]


def _answer_to(path: str) -> dict[str, str]:
    at = path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    where = f"/paths/{at}/get/responses/200/content/application~1json/schema"
    return {"$ref": f"{_BASE}openapi.json#{where}"}


def _resource(path: Path) -> Resource[Any]:
    return Resource.from_contents(read(path), default_specification=DRAFT202012)


@pytest.fixture(scope="session")
def hsds() -> Hsds:
    """What says whether an answer is valid."""
    if not (SCHEMA / "openapi.json").exists():
        pytest.skip(f"THE HSDS SCHEMAS ARE NOT IN {HSDS}: set SAMEN_HSDS_DIR to their folder")
    return Hsds()
