"""The services as columns of numbers: one row each, in the order of where they are.

Neighbours in the country are neighbours in the index (see ground), so that a place cuts a few
stretches out of any list of rows. What a row may have several of (needs, languages, municipalities,
groups, channels) is kept the other way round too, as the rows that have it, in order.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from samen.search.rules import ground, letters

Rows = NDArray[np.int32]
Array = NDArray[Any]

KNOWN = ("", "yes", "partly", "no")
COSTS = ("", "free", "local", "donation", "paid")
VERIFIED = ("", "person", "seed", "page")
NOBODY_SAID = -1  # of an age
# What the hours say of the whole week, whatever the moment.
HOURS_UNKNOWN, SOMETIMES, URGENT_ALWAYS, DAY_AND_NIGHT = range(4)

# Kinds of marks with few values, of which a row may have several: a bit each.
IN_BITS = ("channel", "for", "need", "only", "speaks")
_WORD = 64  # bits
AREA, EMERGENCY = "area", "emergency"


class Hours(Protocol):
    """Opening hours, of which only this much is looked into here."""

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
    # Its municipalities, as places among the marks of that kind; like towns.
    area_start: Array
    area: Rows
    # A bit for each mark of the kind, in the order of the marks; as many words as it takes.
    bits_channel: Array
    bits_for: Array
    bits_need: Array
    bits_only: Array
    bits_speaks: Array
    # Rows by what they have: of mark k, mark_row[mark_start[k]:mark_start[k + 1]].
    mark_start: Array
    mark_row: Rows
    mark_value: Array  # of a route its position, else 0
    # Texts of a row as JSON: text[text_start[row]:text_start[row + 1]].
    text_start: Array
    text: Array

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]


class Index:
    """Everything a question is answered from."""

    def __init__(self, columns: Columns, marks: Sequence[str], hours: Sequence[str]) -> None:
        """`marks`: kind and value ("need:sit.threats"), in the order of mark_start.

        `hours`: the distinct opening hours, written down.
        """
        self.columns = columns
        self.marks = marks
        self.hours = hours
        self._place = {mark: place for place, mark in enumerate(marks)}
        of_kind: dict[str, list[str]] = defaultdict(list)
        for mark in marks:
            kind, _, value = mark.partition(":")
            of_kind[kind].append(value)
        self._of_kind = of_kind
        self._bit = {
            (kind, value): place
            for kind in (*IN_BITS, AREA)
            for place, value in enumerate(of_kind.get(kind, ()))
        }

    def __len__(self) -> int:
        return len(self.columns.number)

    def having(self, mark: str) -> Rows:
        """The rows that have the mark, in order."""
        return self._slice(self.columns.mark_row, mark)

    def values(self, mark: str) -> Array:
        return self._slice(self.columns.mark_value, mark)

    def marked(self, kind: str) -> list[str]:
        """Every value of a kind, in order: "grp.women"."""
        return self._of_kind.get(kind, [])

    def place_of(self, kind: str, value: str) -> int | None:
        """Where the value stands among those of its kind."""
        return self._bit.get((kind, value))

    def masks(self, kind: str, values: Iterable[str]) -> list[int]:
        """The bits of the values, for each word of a kind that is kept in bits."""
        masks = [0] * words_for(len(self.marked(kind)))
        for value in values:
            place = self._bit.get((kind, value))
            if place is not None:
                masks[place // _WORD] |= 1 << place % _WORD
        return masks

    def bits(self, kind: str) -> Array:
        bits: Array = getattr(self.columns, f"bits_{kind}")
        return bits

    def _slice(self, values: Array, mark: str) -> Array:
        place = self._place.get(mark)
        if place is None:
            return values[:0]
        start = self.columns.mark_start
        return values[start[place] : start[place + 1]]

    def uuid(self, row: int) -> UUID:
        return UUID(bytes=self.columns.uuid[row].tobytes())

    def is_one_of(self, ids: Iterable[UUID]) -> NDArray[np.bool_]:
        """Of each row whether it is one of these services."""
        wanted = np.frombuffer(b"".join(each.bytes for each in ids), "V16")
        own = np.ascontiguousarray(self.columns.uuid).view("V16").ravel()
        return np.isin(own.view("S16"), wanted.view("S16"))

    def texts(self, row: int) -> list[tuple[str, str, str]]:
        """Language, field and body of every text of the row."""
        start = self.columns.text_start
        written = self.columns.text[start[row] : start[row + 1]].tobytes()
        return [(language, field, body) for language, field, body in json.loads(written)]


def words_for(values: int) -> int:
    """How many words hold a bit for each."""
    return max(1, -(-values // _WORD))


def build(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Index:
    """`write` writes opening hours down, so that the same hours are the same text."""
    homes = sorted(((_home(row), row.number, row) for row in rows), key=lambda each: each[:2])
    ordered = [row for _home, _number, row in homes]
    written = [write(row.hours) for row in ordered]
    distinct = sorted(set(written))
    place = {text: position for position, text in enumerate(distinct)}
    marks, marked = _marks(ordered)
    parts = {
        **_plain(ordered),
        **_towns(ordered),
        **_areas(ordered, marks),
        **_bits(marks, marked, len(ordered)),
        **_texts(ordered),
        **marked,
        "home": np.array([home for home, _number, _row in homes], np.float64),
        "hours": np.array([place[text] for text in written], np.int32),
    }
    return Index(Columns(**parts), marks, distinct)


def _home(row: Row) -> float:
    if row.national:
        return ground.NATIONAL
    if row.towns:
        return ground.home(*row.towns[0])
    return ground.AREA_ONLY if row.municipalities else ground.UNPLACED


def _plain(rows: Sequence[Row]) -> dict[str, Array]:
    def column(value: Callable[[Row], Any], kind: Any) -> Array:
        return np.array([value(row) for row in rows], kind)

    return {
        "uuid": np.array([list(row.id.bytes) for row in rows], np.uint8).reshape(len(rows), 16),
        "number": column(lambda row: row.number, np.int32),
        "review": column(lambda row: row.publish == "review", np.bool_),
        "emergency": column(lambda row: row.emergency, np.bool_),
        "national": column(lambda row: row.national, np.bool_),
        "interpreter": column(lambda row: KNOWN.index(row.interpreter), np.int8),
        "without_documents": column(lambda row: KNOWN.index(row.without_documents), np.int8),
        "cost": column(lambda row: COSTS.index(row.cost), np.int8),
        "verified": column(lambda row: _place(VERIFIED, row.verified), np.int8),
        "minimum_age": column(lambda row: _age(row.minimum_age), np.int16),
        "maximum_age": column(lambda row: _age(row.maximum_age), np.int16),
        "last_seen": column(_last_seen, np.int32),
        "all_week": column(lambda row: _all_week(row.hours), np.int8),
    }


def _place(values: Sequence[str], value: str) -> int:
    return values.index(value) if value in values else 0


def _age(years: int | None) -> int:
    return NOBODY_SAID if years is None else years


def _all_week(hours: Hours) -> int:
    if hours.state == "always":
        return DAY_AND_NIGHT
    if not hours.state:
        return HOURS_UNKNOWN
    return URGENT_ALWAYS if hours.urgent_always else SOMETIMES


def _last_seen(row: Row) -> int:
    days = [day.toordinal() for day in (row.assured_on, row.checked_on) if day]
    return max(days, default=0)


def _towns(rows: Sequence[Row]) -> dict[str, Array]:
    towns = [town for row in rows for town in row.towns]
    # Where a service for the whole country has its towns, nobody asks.
    spares = sorted(
        (ground.home(*town), place)
        for place, row in enumerate(rows)
        if not row.national
        for town in row.towns[1:]
    )
    return {
        "town_start": _starts(len(row.towns) for row in rows),
        "town_latitude": np.array([latitude for latitude, _ in towns], np.float64),
        "town_longitude": np.array([longitude for _, longitude in towns], np.float64),
        "spare_home": np.array([home for home, _ in spares], np.float64),
        "spare_row": np.array([place for _, place in spares], np.int32),
    }


def _areas(rows: Sequence[Row], marks: Sequence[str]) -> dict[str, Array]:
    areas = [mark.partition(":")[2] for mark in marks if mark.startswith(f"{AREA}:")]
    place = {slug: position for position, slug in enumerate(areas)}
    return {
        "area_start": _starts(len(row.municipalities) for row in rows),
        "area": np.array([place[slug] for row in rows for slug in row.municipalities], np.int32),
    }


def _starts(lengths: Iterable[int]) -> Array:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _bits(marks: Sequence[str], marked: Mapping[str, Array], rows: int) -> dict[str, Array]:
    bits: dict[str, Array] = {}
    for kind in IN_BITS:
        own = [place for place, mark in enumerate(marks) if mark.startswith(f"{kind}:")]
        words = np.zeros((rows, words_for(len(own))), np.uint64)
        for bit, place in enumerate(own):
            start, end = marked["mark_start"][place : place + 2]
            having = marked["mark_row"][start:end]
            words[having, bit // _WORD] |= np.uint64(1 << bit % _WORD)
        bits[f"bits_{kind}"] = words
    return bits


def _texts(rows: Sequence[Row]) -> dict[str, Array]:
    written = [json.dumps(list(row.texts), ensure_ascii=False).encode() for row in rows]
    return {
        "text_start": _starts(map(len, written)),
        "text": np.frombuffer(b"".join(written), np.uint8),
    }


def _marks(rows: Sequence[Row]) -> tuple[list[str], dict[str, Array]]:
    having: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, row in enumerate(rows):
        for mark, value in _marks_of(row):
            having[mark].append((place, value))
    names = sorted(having)
    pairs = [pair for name in names for pair in having[name]]
    return names, {
        "mark_start": _starts(len(having[name]) for name in names),
        "mark_row": np.array([place for place, _ in pairs], np.int32),
        "mark_value": np.array([value for _, value in pairs], np.int16),
    }


def _marks_of(row: Row) -> Iterator[tuple[str, int]]:
    several = {
        "need": row.needs,
        AREA: row.municipalities,
        "speaks": row.languages,
        "for": row.groups,
        "only": row.only,
        "channel": row.channels,
        "word": _words_of(row),
    }
    for kind, values in several.items():
        for value in dict.fromkeys(values):
            yield f"{kind}:{value}", 0
    if row.emergency:
        yield f"{EMERGENCY}:", 0
    for need, position in row.route.items():
        yield f"route:{need}", position


def _words_of(row: Row) -> Iterator[str]:
    """Every word of the texts that tell what they do, in one spelling."""
    for _language, _field, body in row.texts:
        yield from letters.words(body)
