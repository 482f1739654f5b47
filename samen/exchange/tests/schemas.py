"""The schemas of HSDS, which have a licence of their own and lie beside the checkout."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

HSDS = Path(os.environ.get("SAMEN_HSDS_DIR", str(Path(__file__).parents[4] / "shared" / "hsds")))
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
        files = {path: path.relative_to(SCHEMA) for path in SCHEMA.rglob("*.json*")}
        self._registry: Registry[Any] = Registry().with_resources(
            (_BASE + str(name).removesuffix(".gz"), _resource(path)) for path, name in files.items()
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

    def _check(self, path: str) -> Any:
        at = path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        where = f"/paths/{at}/get/responses/200/content/application~1json/schema"
        self._checks[path] = Draft202012Validator(
            {"$ref": f"{_BASE}openapi.json#{where}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        return self._checks[path]


def _resource(path: Path) -> Resource[Any]:
    return Resource.from_contents(read(path), default_specification=DRAFT202012)


@pytest.fixture(scope="session")
def hsds() -> Hsds:
    """What says whether an answer is valid."""
    if not (SCHEMA / "openapi.json").exists():
        pytest.skip(f"THE HSDS SCHEMAS ARE NOT IN {HSDS}: set SAMEN_HSDS_DIR to their folder")
    return Hsds()
