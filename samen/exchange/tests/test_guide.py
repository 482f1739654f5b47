"""Every command of the guide for developers, run as it stands there."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from samen.directory.models import Location, Service
from samen.directory.tests import make
from samen.needs.tests import make as needs
from samen.places.tests import make as places

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]


@pytest.fixture
def map_with_help(transactional_db: None) -> Service:  # noqa: ARG001 the server has threads
    service = make.service(name="Opvang", what="Een veilig huis.")
    make.answers(service, needs.need("sup.shelter"))
    there = make.location(service, place=places.place())
    Location.objects.filter(pk=there.pk).update(postal_code="3512 JE")
    return service


def test_every_command_of_the_guide_does_what_it_says(
    live_server: Any, map_with_help: Service
) -> None:
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        said = command.replace("https://samen.example", live_server.url)
        words = shlex.split(said.replace("$ID", str(map_with_help.id)))
        assert words[0] == "curl"
        done = subprocess.run(
            [*words, "--silent", "--fail-with-body", "--max-time", "20"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}"
        for line in done.stdout.splitlines():
            json.loads(line)
