"""The doors for machines of a real server, asked as nobody thinks of: by the rules or against them.

Whatever comes, it is answered as the OpenAPI file says, and nothing breaks. STRANGERS is how many
questions of each sort; take thousands by hand:

    STRANGERS=2000 python -m pytest tests/test_strangers.py
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.serving import Server, installed

pytestmark = pytest.mark.slow

QUESTIONS = int(os.environ.get("STRANGERS", "3"))
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ONE_OF_EACH = """
from samen.directory.tests import make
from samen.needs.tests import make as needs
service = make.service(what="Een veilig huis.", cost="free")
make.text(service, body="Safe", language="ar")
make.answers(service, needs.need("sup.shelter"))
make.location(service)
make.phone(service)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With one of each on its map, and nobody waits for a turn."""
    here = installed(tmp_path_factory.mktemp("house"), SAMEN_API_AT_ONCE="1000000000")
    here.run(ONE_OF_EACH)
    with here.running("serve", "--only", "visitors", "--workers", "1") as server:
        yield server


def test_whatever_strangers_ask_is_answered_as_the_file_says(site: Server) -> None:
    base = f"{site.address}api/hsds/3.2"
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
    asked: Counter[tuple[str, GenerationMode]] = Counter()

    every: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # the file is valid
    for operation in every:
        for mode in MODES if may_be_wrong(operation) else [GenerationMode.POSITIVE]:
            asking(operation, mode, base, asked)()

    assert {mode for _label, mode in asked} == {*MODES}
    # All but the file itself, which was read to know the others.
    assert len({label for label, _mode in asked}) == 21
    assert sum(asked.values()) >= 30 * QUESTIONS


def may_be_wrong(operation: Any) -> bool:
    """Where nothing can be said, nothing can be said wrong."""
    said = operation.definition.raw
    return bool(said.get("parameters") or said.get("requestBody"))


def asking(
    operation: Any, mode: GenerationMode, base: str, asked: Counter[tuple[str, GenerationMode]]
) -> Any:
    @seed(20261126)
    @settings(
        max_examples=QUESTIONS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask_it(case: Any) -> None:
        asked[operation.label, mode] += 1
        case.call_and_validate(base_url=base, checks=CHECKS)

    return ask_it
