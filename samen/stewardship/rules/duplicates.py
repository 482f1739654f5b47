"""When two entries may be the same help, and what one entry of two should say. Plain Python only.

Read aloud: the same name counts most; the same telephone, mail address, page and street add to it;
two that work for different municipalities are rarely one. A machine only says "look at these two".
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from rapidfuzz import fuzz

Facts = Mapping[str, Mapping[str, Any]]

ENOUGH = 55  # of the points below, to be looked at by a person
ENOUGH_TO_WARN = 30  # before somebody makes a new entry
_POINTS = {
    "same-name": 50,
    "like-name": 35,
    "same-phone": 30,
    "same-email": 15,
    "same-page": 15,
    "same-site": 8,
    "same-street": 15,
    "same-organization": 5,
    "other-area": -40,
}
_ALIKE = 90  # of 100, of rapidfuzz
_COMMON = 60  # entries with one word: it says nothing any more
_SHORTEST_WORD = 4
_COUNTRY = re.compile(r"^(\+|00)31")
# They say what it is, not who: every second entry has one.
_WORDS_OF_ALL = frozenset({"stichting", "vereniging", "centrum", "hulp", "voor", "nederland"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What two entries are compared by. A secret place has no street."""

    id: UUID
    name: str
    organization: UUID | None = None
    phones: frozenset[str] = frozenset()
    email: str = ""
    site: str = ""
    street: str = ""
    areas: frozenset[str] = frozenset()  # slugs; the whole country is none
    national: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    first: UUID
    second: UUID
    score: int
    reasons: tuple[str, ...]


def folded(name: str) -> str:
    """Without accents, signs and capitals, and one space between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare.casefold()))


def dialled(number: str) -> str:
    """Digits as from within the country: +31 30 and 030 are one."""
    plain = re.sub(r"\([^)]*\)", "", number)
    digits = re.sub(r"[^0-9+]", "", plain)
    return _COUNTRY.sub("0", digits).lstrip("+")


def page_of_site(address: str) -> str:
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}"


def alike(first: Entry, second: Entry) -> tuple[int, tuple[str, ...]]:
    """Points, and why."""
    reasons = tuple(_reasons(first, second))
    return sum(_POINTS[reason] for reason in reasons), reasons


def pairs(entries: Collection[Entry]) -> Iterator[Alike]:
    """Every two that a person should look at; only those are compared that share something."""
    by_id = {entry.id: entry for entry in entries}
    for first, second in sorted(_neighbours(entries), key=str):
        score, reasons = alike(by_id[first], by_id[second])
        if score >= ENOUGH:
            yield Alike(first, second, score, reasons)


def like_one(wanted: Entry, entries: Iterable[Entry]) -> list[Alike]:
    """What is there already that resembles an entry somebody wants to make; the likest first."""
    found = [
        Alike(wanted.id, entry.id, score, reasons)
        for entry in entries
        for score, reasons in [alike(wanted, entry)]
        if score >= ENOUGH_TO_WARN
    ]
    return sorted(found, key=lambda one: (-one.score, str(one.second)))


def _reasons(first: Entry, second: Entry) -> Iterator[str]:
    yield from _of_names(first, second)
    if first.phones & second.phones:
        yield "same-phone"
    if first.email and first.email.casefold() == second.email.casefold():
        yield "same-email"
    yield from _of_sites(first, second)
    if first.street and folded(first.street) == folded(second.street):
        yield "same-street"
    if first.organization and first.organization == second.organization:
        yield "same-organization"
    local = not (first.national or second.national) and first.areas and second.areas
    if local and not first.areas & second.areas:
        yield "other-area"


def _of_names(first: Entry, second: Entry) -> Iterator[str]:
    one, other = folded(first.name), folded(second.name)
    if one and one == other:
        yield "same-name"
    elif one and other and fuzz.token_sort_ratio(one, other) >= _ALIKE:
        yield "like-name"


def _of_sites(first: Entry, second: Entry) -> Iterator[str]:
    one, other = page_of_site(first.site), page_of_site(second.site)
    if one and one == other:
        yield "same-page"
    elif one and one.partition("/")[0] == other.partition("/")[0]:
        yield "same-site"


def _neighbours(entries: Collection[Entry]) -> set[tuple[UUID, UUID]]:
    shared: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for entry in entries:
        for mark in _marks(entry):
            shared[mark].append(entry.id)
    return {
        (min(two), max(two))
        for ids in shared.values()
        if len(ids) <= _COMMON
        for two in combinations(ids, 2)
    }


def _marks(entry: Entry) -> set[tuple[str, str]]:
    name = folded(entry.name)
    words = {w for w in name.split() if len(w) >= _SHORTEST_WORD} - _WORDS_OF_ALL
    marks = {("name", name), *(("word", word) for word in words)}
    marks |= {("phone", phone) for phone in entry.phones}
    if entry.email:
        marks.add(("email", entry.email.casefold()))
    if entry.site:
        marks.add(("page", page_of_site(entry.site)))
    return marks


# --- one of two --------------------------------------------------------------------------------

# Lists of which both can be kept.
LISTS: Mapping[str, str] = {
    "phones": "phones",
    "how": "channels",
    "speaks": "speaks",
    "for": "groups",
    "areas": "areas",
    "needs": "needs",
    "documents": "documents",
    "cost_options": "cost_options",
}
# What belongs to the entry that stays, and is never taken from the other.
OWN = frozenset({"publish", "sources"})


def differing(kept: Facts, gone: Facts) -> list[str]:
    """The facts about which the two do not say the same, and somebody has to choose."""
    names = {*kept, *gone} - OWN
    return sorted(name for name in names if kept.get(name, {}) != gone.get(name, {}))


def chosen(kept: Facts, gone: Facts, choices: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The facts of the entry that stays which change: "gone" takes the other's, "both" joins."""
    changes: dict[str, dict[str, Any]] = {}
    for name in differing(kept, gone):
        choice = choices.get(name, "kept")
        if choice == "gone":
            changes[name] = dict(gone.get(name, {}))
        elif choice == "both" and name in LISTS:
            changes[name] = {LISTS[name]: _joined(name, kept, gone)}
    return changes


def _joined(name: str, kept: Facts, gone: Facts) -> list[Any]:
    part = LISTS[name]
    mine, theirs = kept[name][part], gone[name][part]
    if name == "phones":
        known = {(dialled(phone["number"]), phone["kind"]) for phone in mine}
        new = [p for p in theirs if (dialled(p["number"]), p["kind"]) not in known]
        return [{**phone, "position": at} for at, phone in enumerate([*mine, *new])]
    if name == "for":
        known_groups = {key for key, _only in mine}
        return [*mine, *(group for group in theirs if group[0] not in known_groups)]
    return [*mine, *(one for one in theirs if one not in mine)]
