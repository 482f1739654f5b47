"""Values of an entry of a content file, each checked, or refused in a plain sentence."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from samen.foundation.sentences import gettext_noop
from samen.needs.actions import Refused

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What the files may say of a yes-or-no fact, and what the tables keep. "Ask" is not known.
_ANSWERS = {
    "yes": "yes",
    True: "yes",
    "no": "no",
    False: "no",
    "partly": "partly",
    "ask": "",
    "unknown": "",
    "": "",
}


def refuse(sentence: str, **values: object) -> NoReturn:
    raise Refused(sentence, **values)


_IT = gettext_noop("It")
NOT_ONE_OF = gettext_noop("Its %(field)s is not one of %(known)s: %(value)s.")


def check_keys(entry: Mapping[str, Any], known: Collection[str], *, what: str = _IT) -> None:
    """`what` is a marked word or two, because they begin the sentence."""
    unknown = sorted(str(key) for key in entry if key not in known)
    if unknown:
        refuse(
            gettext_noop("%(what)s has a field we do not know: %(fields)s."),
            what=Refused(what),
            fields=", ".join(unknown),
        )


def slug(entry: Mapping[str, Any]) -> str:
    value = entry.get("id")
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        refuse(
            gettext_noop("Its id is not made of small letters, digits and hyphens: %(value)s."),
            value=value,
        )
    return value


def text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        refuse(
            gettext_noop("Its %(field)s is not a text: %(value)s. Put it in quotes."),
            field=key,
            value=value,
        )
    return value.strip()


def texts(entry: Mapping[str, Any], key: str) -> list[str]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        refuse(gettext_noop("Its %(field)s is not a list of texts."), field=key)
    if len(set(values)) < len(values):
        refuse(gettext_noop("Its %(field)s names something twice."), field=key)
    return values


def mapping(entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = entry.get(key, {})
    if not isinstance(value, dict):
        refuse(gettext_noop("Its %(field)s is not a list of names and values."), field=key)
    return value


def mappings(entry: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        refuse(gettext_noop("Its %(field)s is not a list of entries."), field=key)
    return values


def number(entry: Mapping[str, Any], key: str, *, most: int) -> int | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        refuse(
            gettext_noop("Its %(field)s is not a number from 0 to %(most)s: %(value)s."),
            field=key,
            most=most,
            value=value,
        )
    return value


def answer(entry: Mapping[str, Any], key: str) -> str:
    """ "yes", "partly", "no", or "" for what is not known."""
    value = entry.get(key, "")
    if not isinstance(value, str | bool) or value not in _ANSWERS:
        refuse(
            gettext_noop("Its %(field)s is neither yes nor no: %(value)s."), field=key, value=value
        )
    return _ANSWERS[value]


def day(entry: Mapping[str, Any], key: str) -> str | None:
    """A date as 2026-11-22, however YAML has read it."""
    value = entry.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        refuse(
            gettext_noop("Its %(field)s is not a date like 2026-11-22: %(value)s."),
            field=key,
            value=value,
        )


def one_of(entry: Mapping[str, Any], key: str, known: Mapping[str, str]) -> str:
    """What the tables keep for one of the `known` words of the files; "" if nothing is said."""
    value = text(entry, key)
    if value and value not in known:
        refuse(NOT_ONE_OF, field=key, known=", ".join(known), value=value)
    return known.get(value, "")


def check_column(model: type[Model], column: str, value: Any) -> None:
    """Whether the table can hold the value: length, choices, a sound address."""
    field = model._meta.get_field(column)
    try:
        if isinstance(field, Field):
            field.clean(value, None)
    except ValidationError as error:
        refuse(
            gettext_noop("Its %(column)s does not fit: %(value)s. %(why)s"),
            column=column,
            value=value,
            why=" ".join(error.messages),
        )
