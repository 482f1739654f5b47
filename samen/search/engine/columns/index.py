"""The services as columns of numbers: one row each, in the order of where they are.

Neighbours in the country are neighbours in the index (see ground), so that a place cuts a few
stretches out of any list of rows. What a row may have several of (needs, languages, municipalities,
groups, channels) is kept the other way round too, as the rows that have it, in order.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns.lines import Lines
from samen.search.engine.columns.lists import Bounds, Lists, Rows, pages_of

Array = NDArray[Any]

KNOWN = ("", "yes", "partly", "no")
COSTS = ("", "free", "local", "donation", "paid")
VERIFIED = ("", "person", "seed", "page")
NOBODY_SAID = -1  # of an age
# What the hours say of the whole week, whatever the moment.
HOURS_UNKNOWN, SOMETIMES, URGENT_ALWAYS, DAY_AND_NIGHT = range(4)

# Kinds of marks with few values, of which a row may have many: a bit each.
IN_BITS = ("channel", "for", "only", "speaks")
WORD = np.uint32
WORD_BITS = 32
_APART = 64  # words from one that is at hand to the next
AREA, EMERGENCY, NEED, ROUTE = "area", "emergency", "need", "route"
# The texts that are kept as they are; of the others only their words.
NAMES = ("name", "organization")
# Between two names of a row, and between what it is and its text. Nobody types these.
_NEXT, _SAYS = "\x1e", "\x1f"
_TYPED = str.maketrans({_NEXT: " ", _SAYS: " "})


_NONE = np.zeros(0, np.int32)


class Hours(Protocol):
    """Opening hours, of which only this much is looked into here. The same ones are equal."""

    def __hash__(self) -> int: ...

    @property
    def state(self) -> str: ...
    @property
    def urgent_always(self) -> bool: ...


class Row(Protocol):
    """A service as the map hands it over."""

    @property
    def id(self) -> UUID: ...
    @property
    def number(self) -> int: ...
    @property
    def publish(self) -> str: ...
    @property
    def emergency(self) -> bool: ...
    @property
    def needs(self) -> Sequence[str]: ...
    @property
    def route(self) -> Mapping[str, int]: ...
    @property
    def national(self) -> bool: ...
    @property
    def municipalities(self) -> Sequence[str]: ...
    @property
    def towns(self) -> Sequence[tuple[float, float]]: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def interpreter(self) -> str: ...
    @property
    def groups(self) -> Sequence[str]: ...
    @property
    def only(self) -> Sequence[str]: ...
    @property
    def without_documents(self) -> str: ...
    @property
    def cost(self) -> str: ...
    @property
    def channels(self) -> Sequence[str]: ...
    @property
    def minimum_age(self) -> int | None: ...
    @property
    def maximum_age(self) -> int | None: ...
    @property
    def hours(self) -> Any: ...
    @property
    def verified(self) -> str: ...
    @property
    def assured_on(self) -> date | None: ...
    @property
    def checked_on(self) -> date | None: ...
    @property
    def texts(self) -> Sequence[tuple[str, str, str]]: ...


@dataclass(frozen=True, slots=True)
class Columns:
    """One value a row, unless said otherwise."""

    uuid: Array  # 16 bytes
    number: Rows
    review: Array
    emergency: Array
    national: Array
    interpreter: Array  # place in KNOWN
    without_documents: Array  # place in KNOWN
    cost: Array  # place in COSTS
    verified: Array  # place in VERIFIED
    minimum_age: Array
    maximum_age: Array
    last_seen: Rows  # ordinal of the day it was last confirmed or checked, 0 for never
    all_week: Array  # one of the four above
    hours: Rows  # place in the list of distinct hours
    home: Array  # where it lies in the order of rows
    # The towns it is in: town_latitude[town_start[row]:town_start[row + 1]].
    town_start: Array
    town_latitude: Array
    town_longitude: Array
    # The towns of a row after its first, in the order of ground.
    spare_home: Array
    spare_row: Rows
    # Its municipalities and its needs, as places among the marks of the kind; like towns.
    area_start: Array
    area: Array
    need_start: Array
    need: Array
    # A bit for each mark of the kind, in the order of the marks; as many words as it takes.
    bits_channel: Array
    bits_for: Array
    bits_only: Array
    bits_speaks: Array
    # Rows by what they have (see lists), and of those on a route their places there.
    mark_start: Array
    mark_row: Array
    route_place: Array
    # Names of a row, written down: name_text[name_start[row]:name_start[row + 1]].
    name_start: Array
    name_text: Array
    # The distinct opening hours, written down.
    hours_start: Array
    hours_text: Array
    # Every word of the texts, in order, and the rows that have it (see lists), each with what the
    # word weighs there (see wording).
    word_start: Array
    word_text: Array
    post_start: Array
    post_row: Array
    post_weight: Array
    # Words by what is left of them when a letter is missing, in the order of the hash of that.
    slip_hash: Array
    slip_word: Rows
    # Rows by their ids, each id folded into one number, in the order of that.
    id_folded: Array
    id_row: Rows

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]


class Index:
    """Everything a question is answered from."""

    def __init__(self, columns: Columns, marks: Sequence[str]) -> None:
        """`marks`: kind and value ("need:sit.threats"), in the order of mark_start."""
        self.columns = columns
        self.marks = marks
        self.machine: Any = None  # what the kernel keeps at hand of it
        self.hours = Lines(columns.hours_start, columns.hours_text)
        self.words = Lines(columns.word_start, columns.word_text)
        pages = pages_of(len(self))
        self.having_marks = Lists(columns.mark_start, columns.mark_row, pages)
        self.having_words = Lists(columns.post_start, columns.post_row, pages)
        self._place = {mark: place for place, mark in enumerate(marks)}
        of_kind: dict[str, list[str]] = defaultdict(list)
        for mark in marks:
            kind, _, value = mark.partition(":")
            of_kind[kind].append(value)
        self._of_kind = of_kind
        self._bit = {
            (kind, value): place
            for kind in (*IN_BITS, NEED, AREA)
            for place, value in enumerate(of_kind.get(kind, ()))
        }

    def __len__(self) -> int:
        return len(self.columns.number)

    def place_of_mark(self, mark: str) -> int | None:
        return self._place.get(mark)

    def having(self, mark: str) -> Rows:
        """The rows that have the mark, in order."""
        place = self._place.get(mark)
        return _NONE if place is None else self.having_marks.rows(place, place + 1)

    def having_within(self, mark: str, bounds: Bounds) -> Iterator[Rows]:
        """Those of them that lie within the bounds, in pieces."""
        place = self._place.get(mark)
        return iter(()) if place is None else self.having_marks.within(place, bounds)

    def places_on(self, route: str) -> Array:
        """Of the rows that have this mark, which is of a route, their places on it."""
        place = self._place.get(route)
        if place is None:
            return self.columns.route_place[:0]
        own, first = self.having_marks.span(place, place + 1), of_kind(self.marks, ROUTE)[0]
        before = self.having_marks.span(first, first).start
        return self.columns.route_place[own.start - before : own.stop - before]

    def marked(self, kind: str) -> list[str]:
        """Every value of a kind, in order: "grp.women"."""
        return self._of_kind.get(kind, [])

    def place_of(self, kind: str, value: str) -> int | None:
        """Where the value stands among those of its kind."""
        return self._bit.get((kind, value))

    def places_of(self, kind: str, values: Iterable[str]) -> list[int]:
        """The same of those that are there at all."""
        places = (self._bit.get((kind, value)) for value in values)
        return [place for place in places if place is not None]

    def masks(self, kind: str, values: Iterable[str]) -> dict[int, int]:
        """The bits of the values, by the word in which they are."""
        masks: dict[int, int] = {}
        for place in self.places_of(kind, values):
            word = place // WORD_BITS
            masks[word] = masks.get(word, 0) | 1 << place % WORD_BITS
        return masks

    def bits(self, kind: str) -> Array:
        bits: Array = getattr(self.columns, f"bits_{kind}")
        return bits

    def uuid(self, row: int) -> UUID:
        return UUID(bytes=self.columns.uuid[row].tobytes())

    def rows_of(self, ids: Iterable[UUID]) -> Rows:
        """The rows of those services that are in the index."""
        wanted = np.frombuffer(b"".join(each.bytes for each in ids), np.uint8).reshape(-1, 16)
        numbers = folded(wanted)
        first = self.columns.id_folded.searchsorted(numbers)
        last = self.columns.id_folded.searchsorted(numbers, side="right")
        found = [
            row
            for own, start, end in zip(wanted, first.tolist(), last.tolist(), strict=True)
            for row in self.columns.id_row[start:end].tolist()
            if (self.columns.uuid[row] == own).all()
        ]
        return np.array(found, np.int32)

    def names(self, row: int) -> list[tuple[str, str, str]]:
        """Language, field and body of every name of the row."""
        start = self.columns.name_start
        written = self.columns.name_text[start[row] : start[row + 1]].tobytes().decode()
        parts = (name.partition(_SAYS) for name in written.split(_NEXT) if name)
        return [(what[1:], NAMES[int(what[0])], body) for what, _, body in parts]

    def word(self, word: str) -> int | None:
        """Where the word stands among all words."""
        place = self.place_of_word(word)
        return place if place < len(self.words) and self.words[place] == word else None

    def place_of_word(self, word: str) -> int:
        """How many words stand before it."""
        near = bisect_left(self._signposts, word)
        return bisect_left(
            self.words, word, max(0, near - 1) * _APART, min(near * _APART, len(self.words))
        )

    @cached_property
    def _signposts(self) -> list[str]:
        """One word in so many, at hand: the others are looked for on the disk."""
        return self.words[::_APART]

    def having_word(self, word: str) -> Rows:
        """The rows with the word in their texts, in order."""
        place = self.word(word)
        return _NONE if place is None else self.having_words.rows(place, place + 1)


def of_kind(marks: Sequence[str], kind: str) -> tuple[int, int]:
    """Where the marks of a kind begin among all, which are in order, and where they end."""
    first = bisect_left(marks, f"{kind}:")
    return first, bisect_left(marks, f"{kind};", first)  # what comes after a colon


def names_written(texts: Iterable[tuple[str, str, str]]) -> bytes:
    """Those of the texts that are names: place in NAMES and language, then the name."""
    return _NEXT.join(
        f"{NAMES.index(field)}{language}{_SAYS}{body.translate(_TYPED)}"
        for language, field, body in texts
        if field in NAMES
    ).encode()


def folded(ids: Array) -> NDArray[np.uint32]:
    """All of each id in one number. Two ids may have the same: look at the id then."""
    quarters = np.ascontiguousarray(ids).view(">u4").reshape(-1, 4).astype(np.uint32)
    found: NDArray[np.uint32] = np.bitwise_xor.reduce(quarters, axis=1)
    return found


def words_for(values: int) -> int:
    """How many words hold a bit for each."""
    return max(1, -(-values // WORD_BITS))
