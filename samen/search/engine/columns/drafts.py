"""Services on their way into an index: as columns already, in any order.

A draft comes from the map, or from an index that is there; several become one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns.index import ROUTE, Array, Index, of_kind
from samen.search.engine.columns.lines import gathered
from samen.search.engine.columns.lists import Lists

# One value a row, and nothing to do with the other rows.
PLAIN: Mapping[str, Any] = {
    "number": np.int32,
    "review": np.bool_,
    "emergency": np.bool_,
    "national": np.bool_,
    "interpreter": np.int8,
    "without_documents": np.int8,
    "cost": np.int8,
    "verified": np.int8,
    "minimum_age": np.int16,
    "maximum_age": np.int16,
    "last_seen": np.int32,
    "all_week": np.int8,
    "home": np.float64,
}


@dataclass(frozen=True, slots=True)
class Having:
    """Which rows have which of the names, as three lists beside each other."""

    names: Sequence[str]
    row: Array
    name: Array
    value: Array


@dataclass(frozen=True, slots=True)
class Several:
    """What a row has several of, one row after the other."""

    start: Array
    values: Mapping[str, Array]

    def of(self, rows: Array) -> "Several":
        found = {name: gathered(self.start, each, rows) for name, each in self.values.items()}
        start = next(iter(found.values()))[0]
        return Several(start, {name: values for name, (_start, values) in found.items()})


@dataclass(frozen=True, slots=True)
class Draft:
    uuid: Array
    plain: Mapping[str, Array]
    hours: Sequence[str]
    hours_of: Array
    towns: Several
    names: Several
    marks: Having
    words: Having

    def __len__(self) -> int:
        return len(self.uuid)


# --- from an index --------------------------------------------------------------------------


def taken_from(index: Index, kept: NDArray[np.bool_]) -> Draft:
    """The rows of an index that are kept."""
    columns, rows = index.columns, np.flatnonzero(kept)
    towns = {"latitude": columns.town_latitude, "longitude": columns.town_longitude}
    return Draft(
        uuid=columns.uuid[rows],
        plain={name: getattr(columns, name)[rows] for name in PLAIN},
        hours=index.hours.all(),
        hours_of=columns.hours[rows],
        towns=Several(columns.town_start, towns).of(rows),
        names=Several(columns.name_start, {"text": columns.name_text}).of(rows),
        marks=_held(index.marks, index.having_marks, _values(index), kept),
        words=_held(index.words.all(), index.having_words, columns.post_weight, kept),
    )


def _values(index: Index) -> NDArray[np.int32]:
    """Of each mark of each row; only that of a route has one."""
    values = np.zeros(len(index.columns.mark_row), np.int32)
    values[index.having_marks.span(*of_kind(index.marks, ROUTE))] = index.columns.route_place
    return values


def _held(names: Sequence[str], lists: Lists, value: Array, kept: NDArray[np.bool_]) -> Having:
    """Rows by name, as an index has them, with the numbers of the rows that are kept."""
    row = lists.rows(0, len(lists))
    here = kept[row]
    new = np.cumsum(kept, dtype=np.int32) - 1
    return Having(names, new[row[here]], lists.key_of_each()[here], value[here])


# --- together -------------------------------------------------------------------------------


def joined(one: Draft, other: Draft) -> Draft:
    hours, other_hours = _union(one.hours, other.hours)
    return Draft(
        uuid=np.concatenate([one.uuid, other.uuid]),
        plain={name: np.concatenate([one.plain[name], other.plain[name]]) for name in PLAIN},
        hours=hours,
        hours_of=np.concatenate([one.hours_of, other_hours[other.hours_of]]),
        towns=_after(one.towns, other.towns),
        names=_after(one.names, other.names),
        marks=_both(one.marks, other.marks, len(one)),
        words=_both(one.words, other.words, len(one)),
    )


def _after(one: Several, other: Several) -> Several:
    return Several(
        np.concatenate([one.start, other.start[1:] + one.start[-1]]),
        {name: np.concatenate([one.values[name], other.values[name]]) for name in one.values},
    )


def _both(one: Having, other: Having, rows: int) -> Having:
    names, places = _union(one.names, other.names)
    return Having(
        names,
        np.concatenate([one.row, other.row + np.int32(rows)]),
        np.concatenate([one.name, places[other.name]]),
        np.concatenate([one.value, other.value]),
    )


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], Array]:
    """The names of both, and where among them those of the other are."""
    place = {name: number for number, name in enumerate(one)}
    for name in other:
        place.setdefault(name, len(place))
    return list(place), np.array([place[name] for name in other], np.int32)
