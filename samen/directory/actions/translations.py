"""The files content/services/<language>.yaml: drafts of texts whose original is Dutch."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from samen.directory.actions.fields import check_keys, mapping, refuse, text
from samen.directory.actions.reading import ENGLISH, ORIGINAL
from samen.directory.models import ServiceText, TextState
from samen.foundation.languages import LANGUAGES
from samen.foundation.sentences import gettext_noop

_FIELDS = ServiceText.Field.values
_HASH = re.compile(r"[0-9a-f]{64}|")


def read_draft(language: str, entry: Any, originals: Collection[str]) -> dict[str, dict[str, Any]]:
    """The drafts of one service in one language, as facts. Raises Refused.

    `originals` are the names of the service's facts, its Dutch texts among them.
    """
    if language not in LANGUAGES or language in (ORIGINAL, ENGLISH):
        refuse(
            gettext_noop("There are no drafts in this language: %(language)s."), language=language
        )
    if not isinstance(entry, dict):
        refuse(gettext_noop("It is not a list of texts by name."))
    check_keys(entry, (*_FIELDS, "made_from"))
    made_from = mapping(entry, "made_from")
    check_keys(made_from, _FIELDS, what=gettext_noop("Its made_from"))
    for field in (f for f in _FIELDS if f in entry and f"{f}.{ORIGINAL}" not in originals):
        refuse(gettext_noop("Its %(field)s has no Dutch text it could be made from."), field=field)
    return {
        f"{field}.{language}": _draft(field, entry, made_from)
        for field in _FIELDS
        if field in entry
    }


def _draft(field: str, entry: Mapping[str, Any], made_from: Mapping[str, Any]) -> dict[str, Any]:
    body, original = text(entry, field), text(made_from, field)
    if not body:
        refuse(gettext_noop("Its %(field)s is empty."), field=field)
    if not _HASH.fullmatch(original):
        refuse(
            gettext_noop("What its %(field)s was made from is not a hash: %(value)s."),
            field=field,
            value=original,
        )
    return {"body": body, "state": TextState.MACHINE.value, "made_from": original}
