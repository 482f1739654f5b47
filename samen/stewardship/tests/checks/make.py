"""Facts of a service of which nobody has told anything."""

from typing import Any

from samen.directory.actions import blank_facts


def blank() -> dict[str, dict[str, Any]]:
    return blank_facts()
