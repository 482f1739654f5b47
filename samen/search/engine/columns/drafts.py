"""Services on their way into an index: as columns already, in any order.

A draft comes from the map, or from an index that is there; several become one.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from json import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns.index import (
    AREA,
    COSTS,
    DAY_AND_NIGHT,
    EMERGENCY,
    HOURS_UNKNOWN,
    KNOWN,
    NAMES,
    NOBODY_SAID,
    SOMETIMES,
    URGENT_ALWAYS,
    VERIFIED,
    Array,
    Hours,
    Index,
    Row,
)
from samen.search.engine.columns.lines import gathered, starts
from samen.search.rules import ground, letters, wording

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
_MOST_KNOWN = 500_000  # spellings
_AT_ONCE = 10_000  # rows whose words are counted in one go


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


# --- from the map ---------------------------------------------------------------------------


def drafted(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Draft:
    """`write` writes opening hours down, so that the same hours are the same text."""
    collector = _Collector(write)
    for row in rows:
        collector.take(row)
    return collector.draft()


class _Collector:
    """Reads services one by one and keeps numbers only."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        self._write = write
        self._ids = bytearray()
        self._plain: dict[str, list[Any]] = {name: [] for name in PLAIN}
        self._hours = _numbered()
        self._hours_of = array("i")
        self._town_counts, self._latitude, self._longitude = array("i"), array("d"), array("d")
        self._name_sizes, self._names = array("i"), bytearray()
        self._marks = _numbered()
        self._mark_counts, self._mark, self._mark_value = array("i"), array("i"), array("i")
        self._words = _numbered()
        self._spelled = _Spelled(self._words)
        self._counting = _Counting()

    def take(self, row: Row) -> None:
        self._ids += row.id.bytes
        for name, value in _plain(row).items():
            self._plain[name].append(value)
        self._hours_of.append(self._hours[self._write(row.hours)])
        self._town_counts.append(len(row.towns))
        self._latitude.extend(latitude for latitude, _ in row.towns)
        self._longitude.extend(longitude for _, longitude in row.towns)
        names = dumps([text for text in row.texts if text[1] in NAMES], ensure_ascii=False)
        written = names.encode()
        self._name_sizes.append(len(written))
        self._names += written
        marks = list(_marks_of(row))
        self._mark_counts.append(len(marks))
        self._mark.extend(self._marks[mark] for mark, _ in marks)
        self._mark_value.extend(value for _, value in marks)
        self._counting.take(list(self._words_of(row)))

    def _words_of(self, row: Row) -> Iterator[int]:
        """The numbers of all words of the texts."""
        for _language, field, body in row.texts:
            words = self._spelled.words(body)
            yield from words * wording.OF_A_NAME if field in NAMES else words

    def draft(self) -> Draft:
        rows = len(self._name_sizes)
        towns = {"latitude": _as(self._latitude), "longitude": _as(self._longitude)}
        names = {"text": np.frombuffer(bytes(self._names), np.uint8)}
        return Draft(
            uuid=np.frombuffer(bytes(self._ids), np.uint8).reshape(rows, 16),
            plain={name: np.array(self._plain[name], kind) for name, kind in PLAIN.items()},
            hours=list(self._hours),
            hours_of=_as(self._hours_of),
            towns=Several(starts(self._town_counts), towns),
            names=Several(starts(self._name_sizes), names),
            marks=Having(
                list(self._marks),
                np.repeat(np.arange(rows, dtype=np.int32), _as(self._mark_counts)),
                _as(self._mark),
                _as(self._mark_value),
            ),
            words=self._counting.having(list(self._words)),
        )


def _numbered() -> defaultdict[str, int]:
    """Whatever is asked for gets the next number."""
    return defaultdict(count().__next__)


def _as(numbers: "array[Any]") -> Array:
    return np.array(numbers, numbers.typecode)


class _Spelled:
    """Words in one spelling, of which most were met before: what stands between two spaces is
    spelled once."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._known: dict[str, tuple[list[int], int]] = {}

    def words(self, body: str) -> list[int]:
        found: list[int] = []
        length = 0
        for part in body.split():
            numbers, size = self._known.get(part) or self._spell(part)
            found += numbers
            length += size
        if length > letters.LONGEST:  # where the whole is cut
            found = [self._numbers[word] for word in letters.words(body)]
        return found[: letters.MOST]

    def _spell(self, part: str) -> tuple[list[int], int]:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        words, size = _spelled(part)
        self._known[part] = found = [self._numbers[word] for word in words], size
        return found


@lru_cache(maxsize=1 << 14)  # a small index is made anew with each change, of much the same words
def _spelled(part: str) -> tuple[Sequence[str], int]:
    """The words of what stands between two spaces, and how much room it takes."""
    if part.isascii() and part.isalnum():  # half of all there is
        return (part.lower()[: letters.LONGEST_WORD],), len(part) + 1
    plain = part if part.isascii() else letters.normalise(part)
    return letters.words(plain), max(len(part), len(plain)) + 1


class _Counting:
    """What each word weighs in each row; a few thousand rows at a time, to bound the memory."""

    def __init__(self) -> None:
        self._rows = 0
        self._lengths, self._word = array("i"), array("i")
        self._done: list[tuple[Array, Array, Array]] = []

    def take(self, words: Sequence[int]) -> None:
        self._lengths.append(len(words))
        self._word.extend(words)
        if len(self._lengths) == _AT_ONCE:
            self._count()

    def _count(self) -> None:
        lengths = _as(self._lengths)
        row = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        pairs, times = np.unique(row << 32 | _as(self._word), return_counts=True)
        rows = (pairs >> 32).astype(np.int32)
        weights = _weights(times, lengths[rows])
        self._done.append((rows + self._rows, (pairs & 0xFFFFFFFF).astype(np.int32), weights))
        self._rows += len(lengths)
        self._lengths, self._word = array("i"), array("i")

    def having(self, words: Sequence[str]) -> Having:
        self._count()
        row, word, weight = (np.concatenate(each) for each in zip(*self._done, strict=True))
        return Having(words, row.astype(np.int32), word, weight)


def _weights(times: Array, lengths: Array) -> NDArray[np.uint8]:
    """The rule, asked once for each pair there is."""
    pairs, which = np.unique(times.astype(np.int64) << 32 | lengths, return_inverse=True)
    known = [wording.weight(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]
    return np.array(known, np.uint8)[which]


def _plain(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "review": row.publish == "review",
        "emergency": row.emergency,
        "national": row.national,
        "interpreter": KNOWN.index(row.interpreter),
        "without_documents": KNOWN.index(row.without_documents),
        "cost": COSTS.index(row.cost),
        "verified": VERIFIED.index(row.verified) if row.verified in VERIFIED else 0,
        "minimum_age": NOBODY_SAID if row.minimum_age is None else row.minimum_age,
        "maximum_age": NOBODY_SAID if row.maximum_age is None else row.maximum_age,
        "last_seen": _last_seen(row),
        "all_week": _all_week(row.hours),
        "home": _home(row),
    }


def _home(row: Row) -> float:
    if row.national:
        return ground.NATIONAL
    if row.towns:
        return ground.home(*row.towns[0])
    return ground.AREA_ONLY if row.municipalities else ground.UNPLACED


def _all_week(hours: Hours) -> int:
    if hours.state == "always":
        return DAY_AND_NIGHT
    if not hours.state:
        return HOURS_UNKNOWN
    return URGENT_ALWAYS if hours.urgent_always else SOMETIMES


def _last_seen(row: Row) -> int:
    days = [day.toordinal() for day in (row.assured_on, row.checked_on) if day]
    return max(days, default=0)


def _marks_of(row: Row) -> Iterator[tuple[str, int]]:
    several = {
        "need": row.needs,
        AREA: row.municipalities,
        "speaks": row.languages,
        "for": row.groups,
        "only": row.only,
        "channel": row.channels,
    }
    for kind, values in several.items():
        for value in dict.fromkeys(values):
            yield f"{kind}:{value}", 0
    if row.emergency:
        yield f"{EMERGENCY}:", 0
    for need, position in row.route.items():
        yield f"route:{need}", position


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
        marks=_held(index.marks, columns.mark_start, columns.mark_row, columns.mark_value, kept),
        words=_held(
            index.words.all(), columns.post_start, columns.post_row, columns.post_weight, kept
        ),
    )


def _held(
    names: Sequence[str], start: Array, row: Array, value: Array, kept: NDArray[np.bool_]
) -> Having:
    """Rows by name, as an index has them, with the numbers of the rows that are kept."""
    here = kept[row]
    name = np.repeat(np.arange(len(names), dtype=np.int32), np.diff(start))
    new = np.cumsum(kept, dtype=np.int32) - 1
    return Having(names, new[row[here]], name[here], value[here])


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
