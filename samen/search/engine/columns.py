"""The services as columns of numbers: one row each, in the order of their numbers.

What a row may have several of (needs, languages, municipalities, groups, channels) is kept the
other way round, as the rows that have it.
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

from samen.search.rules import letters

Rows = NDArray[np.int32]
Array = NDArray[Any]

KNOWN = ("", "yes", "partly", "no")
COSTS = ("", "free", "local", "donation", "paid")
VERIFIED = ("", "person", "seed", "page")
NOBODY_SAID = -1  # of an age
# What the hours say of the whole week, whatever the moment.
HOURS_UNKNOWN, SOMETIMES, URGENT_ALWAYS, DAY_AND_NIGHT = range(4)


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
    # Points, one for each town a service is in.
    town_row: Rows
    town_latitude: Array
    town_longitude: Array
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
        self._of_kind: dict[str, list[str]] = defaultdict(list)
        for mark in marks:
            self._of_kind[mark.partition(":")[0]].append(mark)

    def __len__(self) -> int:
        return len(self.columns.number)

    def having(self, mark: str) -> Rows:
        """The rows that have the mark, in order."""
        return self._slice(self.columns.mark_row, mark)

    def values(self, mark: str) -> Array:
        return self._slice(self.columns.mark_value, mark)

    def marked(self, kind: str) -> list[str]:
        """Every mark of a kind: "only:grp.women"."""
        return self._of_kind.get(kind, [])

    def _slice(self, values: Array, mark: str) -> Array:
        place = self._place.get(mark)
        if place is None:
            return values[:0]
        start = self.columns.mark_start
        return values[start[place] : start[place + 1]]

    def uuid(self, row: int) -> UUID:
        return UUID(bytes=self.columns.uuid[row].tobytes())

    def texts(self, row: int) -> list[tuple[str, str, str]]:
        """Language, field and body of every text of the row."""
        start = self.columns.text_start
        written = self.columns.text[start[row] : start[row + 1]].tobytes()
        return [(language, field, body) for language, field, body in json.loads(written)]


def build(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Index:
    """`write` writes opening hours down, so that the same hours are the same text."""
    ordered = sorted(rows, key=lambda row: row.number)
    written = [write(row.hours) for row in ordered]
    distinct = sorted(set(written))
    place = {text: position for position, text in enumerate(distinct)}
    hours = np.array([place[text] for text in written], np.int32)
    marks, marked = _marks(ordered)
    parts = {**_plain(ordered), **_points(ordered), **_texts(ordered), **marked, "hours": hours}
    return Index(Columns(**parts), marks, distinct)


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


def _points(rows: Sequence[Row]) -> dict[str, Array]:
    points = [(place, *town) for place, row in enumerate(rows) for town in row.towns]
    return {
        "town_row": np.array([point[0] for point in points], np.int32),
        "town_latitude": np.array([point[1] for point in points], np.float64),
        "town_longitude": np.array([point[2] for point in points], np.float64),
    }


def _texts(rows: Sequence[Row]) -> dict[str, Array]:
    written = [json.dumps(list(row.texts), ensure_ascii=False).encode() for row in rows]
    return {
        "text_start": np.cumsum([0, *map(len, written)], dtype=np.int64),
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
        "mark_start": np.cumsum([0, *(len(having[name]) for name in names)], dtype=np.int64),
        "mark_row": np.array([place for place, _ in pairs], np.int32),
        "mark_value": np.array([value for _, value in pairs], np.int16),
    }


def _marks_of(row: Row) -> Iterator[tuple[str, int]]:
    several = {
        "need": row.needs,
        "area": row.municipalities,
        "speaks": row.languages,
        "for": row.groups,
        "only": row.only,
        "channel": row.channels,
        "word": _words_of(row),
    }
    for kind, values in several.items():
        for value in dict.fromkeys(values):
            yield f"{kind}:{value}", 0
    for need, position in row.route.items():
        yield f"route:{need}", position


def _words_of(row: Row) -> Iterator[str]:
    """Every word of the texts that tell what they do, in one spelling."""
    for _language, _field, body in row.texts:
        yield from letters.words(body)
