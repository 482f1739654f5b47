"""One concept of content/needs.yaml, read and checked, or refused in a plain sentence."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from samen.foundation.languages import LANGUAGES
from samen.foundation.sentences import Spoken
from samen.needs.models import Need, NeedText

_ORIGINAL = "nl"
_ID = re.compile(r"[a-z]+\.[a-z0-9_]{1,50}")
_LONGEST_LABEL = 120


class Refused(Spoken):
    """Why an entry is not taken over, as a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry of a content file that was left out, and why."""

    file: str
    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class WordsRead:
    label: str
    phrases: list[str]
    state: NeedText.State


@dataclass(frozen=True, slots=True)
class ConceptRead:
    fields: dict[str, Any]  # of the table
    words: dict[str, WordsRead]  # by language


def read_concept(concept: Mapping[str, Any], *, known: Collection[str]) -> ConceptRead:
    """The concept as rows of our tables. `known` are the ids it may point to. Raises Refused."""
    if not _ID.fullmatch(concept["id"]):
        message = "Its id is not of the form kind.name, in small letters."
        raise Refused(message)
    kind = concept.get("kind")
    if kind not in Need.Kind.values:
        message = f"It is of a kind we do not know: {kind}."
        raise Refused(message)
    urgency = concept.get("urgency", "")
    if urgency and (urgency not in Need.Urgency.values or kind != Need.Kind.SITUATION):
        message = f"Its urgency does not fit: {urgency}. Situations may be now, today or soon."
        raise Refused(message)
    fields = {
        "key": concept["id"],
        "number": _whole_number(concept, "number"),
        "kind": kind,
        "urgency": urgency,
        "hours": None if concept.get("hours") is None else _whole_number(concept, "hours"),
        "sensitive": concept.get("sensitive", False) is True,
        "staff_only": concept.get("audience") == "staff",
        "forms": _ids(concept, "forms", known),
        "support": _ids(concept, "support", known),
        "windows": _ids(concept, "ask", known),
    }
    return ConceptRead(fields, _words(concept))


def _whole_number(concept: Mapping[str, Any], field: str) -> int:
    value = concept.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        message = f"Its {field} is not a whole number: {value}."
        raise Refused(message)
    return value


def _ids(concept: Mapping[str, Any], field: str, known: Collection[str]) -> list[str]:
    ids = concept.get(field, [])
    if not isinstance(ids, list):
        message = f"Its {field} is not a list."
        raise Refused(message)
    for unknown in (key for key in ids if str(key) not in known):
        message = f"It names a need that does not exist: {unknown}."
        raise Refused(message)
    return ids


def _words(concept: Mapping[str, Any]) -> dict[str, WordsRead]:
    labels, phrases = concept.get("label"), concept.get("say", {})
    if not isinstance(labels, dict) or not isinstance(phrases, dict):
        message = "Its label or say is not a list of languages."
        raise Refused(message)
    if not labels.get(_ORIGINAL):
        message = "It has no Dutch label, and Dutch is the original."
        raise Refused(message)
    for language in (tag for tag in {**labels, **phrases} if not labels.get(tag)):
        message = f"It has words in {language}, but no label."
        raise Refused(message)
    return {tag: _words_in(tag, label, phrases.get(tag, [])) for tag, label in labels.items()}


def _words_in(tag: str, label: Any, phrases: Any) -> WordsRead:
    if tag not in LANGUAGES:
        message = f"It has words in a language we do not know: {tag}."
        raise Refused(message)
    if not isinstance(label, str) or len(label) > _LONGEST_LABEL:
        message = f"Its label in {tag} is not a text of at most {_LONGEST_LABEL} letters."
        raise Refused(message)
    if not isinstance(phrases, list) or not all(isinstance(p, str) and p for p in phrases):
        message = f"What people say in {tag} is not a list of texts."
        raise Refused(message)
    return WordsRead(label, phrases, _state(tag))


def _state(tag: str) -> NeedText.State:
    """The English words are a person's; those in other languages wait for a mediator."""
    states = {_ORIGINAL: NeedText.State.ORIGINAL, "en": NeedText.State.HUMAN}
    return states.get(tag, NeedText.State.MACHINE)
