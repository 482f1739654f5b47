"""The files content/services/<language>.yaml: drafts of texts whose original is Dutch."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from samen.directory.actions.fields import check_keys, mapping, refuse, text
from samen.directory.actions.reading import ENGLISH, ORIGINAL
from samen.directory.models import ServiceText, TextState
from samen.foundation.languages import LANGUAGES

_FIELDS = ServiceText.Field.values
_HASH = re.compile(r"[0-9a-f]{64}|")


def read_draft(language: str, entry: Any, originals: Collection[str]) -> dict[str, dict[str, Any]]:
    """The drafts of one service in one language, as facts. Raises Refused.

    `originals` are the names of the service's facts, its Dutch texts among them.
    """
    if language not in LANGUAGES or language in (ORIGINAL, ENGLISH):
        refuse(f"There are no drafts in this language: {language}.")
    if not isinstance(entry, dict):
        refuse("It is not a list of texts by name.")
    check_keys(entry, (*_FIELDS, "made_from"))
    made_from = mapping(entry, "made_from")
    check_keys(made_from, _FIELDS, what="Its made_from")
    for field in (f for f in _FIELDS if f in entry and f"{f}.{ORIGINAL}" not in originals):
        refuse(f"Its {field} has no Dutch text it could be made from.")
    return {
        f"{field}.{language}": _draft(field, entry, made_from)
        for field in _FIELDS
        if field in entry
    }


def _draft(field: str, entry: Mapping[str, Any], made_from: Mapping[str, Any]) -> dict[str, Any]:
    body, original = text(entry, field), text(made_from, field)
    if not body:
        refuse(f"Its {field} is empty.")
    if not _HASH.fullmatch(original):
        refuse(f"What its {field} was made from is not a hash: {original}.")
    return {"body": body, "state": TextState.MACHINE.value, "made_from": original}
