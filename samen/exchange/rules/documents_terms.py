"""The words of the map as HSDS taxonomies: what happens to people, which help there is, for whom.

Every kind of need is a small taxonomy of its own. Ids are made of the keys, which are given once:
two installations mean the same by the same id. What is for colleagues only is in none of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

_SPACE = UUID("5b0f6a6e-8f0a-5d0c-9a55-0d3f6f4f7c11")
_VERSION = "1"
GROUP = "grp"  # the kind of need that says for whom

# By kind of need: the name of the taxonomy, and what it is, in Dutch.
_TAXONOMIES = {
    "sit": ("Situaties", "Wat er gebeurt, in de woorden van wie het meemaakt."),
    "sup": ("Soorten hulp", "Wat hulpverleners doen."),
    GROUP: ("Voor wie", "Groepen die bijzonder welkom zijn, of voor wie iets alleen is."),
    "form": ("Vormen van geweld", "Waarvoor een dienst is toegerust; nooit iets over een persoon."),
    "context": ("Omstandigheden", "Waar en door wie het gebeurt."),
    "phase": ("Onderweg", "Waar iemand is op haar weg: onderweg, in opvang, gevestigd, terug."),
    "window": ("Hoe lang geleden", "Wat telt voor hulp die alleen kort daarna kan."),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A need of the taxonomy that a service answers, or a group it is for."""

    key: str
    kind: str
    name: str  # in Dutch
    # By language, with the state of the translation.
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    parent: UUID | None = None

    @property
    def id(self) -> UUID:
        return term_id(self.key)


def term_id(key: str) -> UUID:
    return uuid5(_SPACE, f"term|{key}")


def taxonomy_id(kind: str) -> UUID:
    return uuid5(_SPACE, f"taxonomy|{kind}")


def taxonomy_kinds() -> tuple[str, ...]:
    return tuple(_TAXONOMIES)


def taxonomy(kind: str) -> dict[str, Any]:
    name, description = _TAXONOMIES[kind]
    return {
        "id": str(taxonomy_id(kind)),
        "name": name,
        "description": description,
        "version": _VERSION,
    }


def attribute_term(term: Term) -> dict[str, Any]:
    """As it stands with a service."""
    return {
        "id": str(term.id),
        "code": term.key,
        "name": term.name,
        "description": term.name,
        "taxonomy": _TAXONOMIES[term.kind][0],
        "taxonomy_id": str(taxonomy_id(term.kind)),
        "language": "nl",
    }


def taxonomy_term(term: Term) -> dict[str, Any]:
    """By itself: with its taxonomy, and what it is called in every language."""
    said = attribute_term(term) | {"taxonomy_detail": taxonomy(term.kind)}
    if term.parent is not None:
        said["parent_id"] = str(term.parent)
    translations = {
        tag: {"name": {"text": name, "state": state}}
        for tag, (name, state) in sorted(term.names.items())
    }
    return said | ({"translations": translations} if translations else {})


def without_children(terms: Iterable[Term]) -> list[Term]:
    """Those that no other one names as its parent."""
    every = list(terms)
    parents = {term.parent for term in every}
    return [term for term in every if term.id not in parents]
