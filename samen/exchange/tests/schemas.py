"""The schemas of HSDS, which have a licence of their own and lie beside the checkout."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

HSDS = Path(os.environ.get("SAMEN_HSDS_DIR", str(Path(__file__).parents[4] / "shared" / "hsds")))


class Hsds:
    def __init__(self, source: Path) -> None:
        with gzip.open(source) as compiled:
            self._schema = Draft202012Validator(
                json.load(compiled), format_checker=Draft202012Validator.FORMAT_CHECKER
            )

    def errors(self, document: dict[str, Any]) -> list[str]:
        return [error.message for error in self._schema.iter_errors(document)]


@pytest.fixture(scope="session")
def hsds() -> Hsds:
    """What says whether a service is valid."""
    source = HSDS / "3.2.3" / "schema" / "compiled" / "service.json.gz"
    if not source.exists():
        pytest.skip(f"THE HSDS SCHEMAS ARE NOT IN {HSDS}: set SAMEN_HSDS_DIR to their folder")
    return Hsds(source)
