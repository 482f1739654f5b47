"""One of each, ready to use. Say only what the test is about."""

from itertools import count
from typing import Any

from samen.needs.models import Need, NeedText

_numbers = count(1)


def need(key: str = "sit.danger_now", *, label: str = "", staff_only: bool = False) -> Need:
    """A need with a Dutch label; its kind is the beginning of its key."""
    need = Need.objects.create(
        key=key, number=next(_numbers), kind=key.partition(".")[0], staff_only=staff_only
    )
    NeedText.objects.create(
        need=need, language="nl", label=label or key, state=NeedText.State.ORIGINAL
    )
    return need


def concept(key: str = "sit.danger_now", number: int = 32, **fields: Any) -> dict[str, Any]:
    """A concept as content/needs.yaml writes it."""
    return {
        "id": key,
        "number": number,
        "kind": key.partition(".")[0],
        "label": {"nl": "Ik ben nu in gevaar", "en": "I am in danger now"},
        "say": {"nl": ["help mij nu"], "en": ["help me now"]},
    } | fields


def content(*concepts: dict[str, Any]) -> dict[str, Any]:
    """A file like content/needs.yaml."""
    return {"version": 1, "concepts": list(concepts)}
