"""Which changes need a second person: those that can send somebody to the wrong door.

Read aloud: a phone number, whether it is an emergency service, where it is, and whether it is
shown at all. To make a place secret, to take an address away or to hide is always allowed at once.
"""

from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Mapping[str, Any]]

HIDDEN = "hidden"
_SECRET = "confidential"  # noqa: S105 a type of place, not a password


def critical_facts(now: Facts, wanted: Facts) -> set[str]:
    """The facts among `wanted` that only a second person can put on the map."""
    found = {fact for fact in wanted if _is_critical(fact, now.get(fact, {}), wanted[fact])}
    # How to reach somebody by phone can only be said together with the number.
    if "phones" in found and "how" in wanted:
        found.add("how")
    return found


def _is_critical(fact: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if before == after:
        return False
    if fact == "publish":
        shown_again = before.get("publish") == HIDDEN and after["publish"] != HIDDEN
        return bool(shown_again or before.get("emergency") != after["emergency"])
    if fact == "location":
        return any(place["type"] != _SECRET for place in after["locations"])
    return fact == "phones"
