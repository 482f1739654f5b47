"""What an offer says against what stands here: ours to write, or a person's and to be decided.

Read aloud: what nobody here changed follows its source. What a person here wrote stays, and the
other value is put before a steward, once. A place that became secret at the source is secret here
too, whoever wrote what. An entry of our own is never written by an offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samen.directory.queries import value_hash
from samen.exchange.rules.reading_values import canonical

Facts = Mapping[str, Mapping[str, Any]]

_MARK = 16  # letters of a hash: enough to know a value again


def mark(value: Mapping[str, Any]) -> str:
    return value_hash(value)[:_MARK]


def marks(facts: Facts) -> dict[str, str]:
    return {fact: mark(value) for fact, value in facts.items()}


@dataclass(slots=True)
class Comparison:
    write: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    differ: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # a person decides
    same: list[str] = field(default_factory=list)


def compare(now: Facts, offered: Facts, written: Mapping[str, str], blank: Facts) -> Comparison:
    """`written` are the marks of what we left there; `blank` what is there when nobody wrote."""
    found = Comparison()
    gone = [fact for fact in written if "." in fact and fact not in offered]
    for fact in (*offered, *gone):
        wanted = offered.get(fact, {})
        here = now.get(fact, {})
        untouched = mark(here) == written.get(fact, mark(blank.get(fact, {})))
        if mark(here) == mark(wanted):
            found.same.append(fact)
        elif untouched or hides_a_place(fact, wanted):
            found.write[fact] = wanted
        else:
            found.differ[fact] = wanted
    return found


def hides_a_place(fact: str, wanted: Mapping[str, Any]) -> bool:
    """The one thing that no edit of a person holds up."""
    places = wanted.get("locations", []) if fact == "location" else []
    return any(place.get("type") == "confidential" for place in places)


def may_be_offered(now: Facts, differ: Facts, blank: Facts) -> dict[str, Mapping[str, Any]]:
    """Of an entry of which something had to be forgotten: neither its place nor what is empty.

    What was withheld here would come back by the one who does not know that, for all stewards.
    """
    return {
        fact: value
        for fact, value in differ.items()
        if not hides_a_place(fact, now.get(fact, {})) and now.get(fact, {}) != blank.get(fact, {})
    }


def news(offered: Facts, written: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """What a source says of an entry of our own, and did not say the last time."""
    return {
        fact: value for fact, value in offered.items() if written.get(fact) != mark(value) and value
    }


def document_hash(document: Mapping[str, Any]) -> str:
    """The same while nothing but the date of looking has changed."""
    plain = {name: value for name, value in document.items() if name != "last_modified"}
    return value_hash({"document": canonical(plain)})
