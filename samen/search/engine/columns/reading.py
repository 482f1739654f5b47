"""Services of the map on their way into an index. A few thousand are read at a time, column by
column, and of each only its names and numbers stay.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, count, islice
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import compiled
from samen.search.engine.columns.drafts import PLAIN, Draft, Having, Several
from samen.search.engine.columns.index import (
    AREA,
    COSTS,
    DAY_AND_NIGHT,
    EMERGENCY,
    HOURS_UNKNOWN,
    KNOWN,
    NAMES,
    NEED,
    NOBODY_SAID,
    ROUTE,
    SOMETIMES,
    URGENT_ALWAYS,
    VERIFIED,
    Array,
    Hours,
    Row,
    names_written,
)
from samen.search.engine.columns.lines import gathered, starts
from samen.search.rules import ground, letters, wording

_AT_ONCE = 2_000  # rows
_MOST_KNOWN, _MOST_LETTERS = 500_000, 50_000_000  # spellings, and what they are together


def drafted(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Draft:
    """`write` writes opening hours down, so that the same hours are the same text."""
    reader, left = _Reader(write), iter(rows)
    reader.take(list(islice(left, _AT_ONCE)))  # of nothing too, so that every column is there
    while some := list(islice(left, _AT_ONCE)):
        reader.take(some)
    return reader.draft()


class _Reader:
    def __init__(self, write: Callable[[Any], str]) -> None:
        self._rows = 0
        self._read: dict[str, list[Array]] = defaultdict(list)
        self._hours = hours = _numbered()
        self._marks = marks = _numbered()
        self._words = _numbered()
        # These know nothing of the reader, so that it goes when its last draft is made.
        self._written = _Known(lambda said: hours[write(said)])
        self._of_kind = {kind: _Known(partial(_mark, marks, kind)) for kind in _SEVERAL}
        self._spelled = _Spelled(self._words)

    def take(self, rows: Sequence[Row]) -> None:
        columns = [_plain(rows), self._hours_of(rows), _towns(rows), _names(rows)]
        for part in (*columns, self._marks_of(rows), self._words_of(rows)):
            for name, column in part.items():
                self._read[name].append(column)
        self._rows += len(rows)

    def draft(self) -> Draft:
        of = {name: np.concatenate(parts) for name, parts in self._read.items()}
        self._read.clear()
        return Draft(
            uuid=of["uuid"].reshape(-1, 16),
            plain={name: of[name] for name in PLAIN},
            hours=list(self._hours),
            hours_of=of["hours"],
            towns=Several(starts(of["towns"]), {n: of[n] for n in ("latitude", "longitude")}),
            names=Several(starts(of["name_bytes"]), {"text": of["name_text"]}),
            marks=Having(list(self._marks), of["mark_row"], of["mark"], of["mark_value"]),
            words=Having(list(self._words), of["word_row"], of["word"], of["word_weight"]),
        )

    def _hours_of(self, rows: Sequence[Row]) -> dict[str, Array]:
        return {"hours": _column((self._written[row.hours] for row in rows), np.int32)}

    def _marks_of(self, rows: Sequence[Row]) -> dict[str, Array]:
        every = [self._having(kind, list(map(of, rows))) for kind, of in _SEVERAL.items()]
        some = [
            (row, self._marks[mark], value)
            for row, each in enumerate(rows)
            for mark, value in _more_marks(each)
        ]
        row, mark, value = np.array(some, np.int32).reshape(-1, 3).T
        pairs = np.unique(np.concatenate(every))  # who says a thing twice has it once
        return {
            "mark_row": np.concatenate([pairs >> 32, row]).astype(np.int32) + np.int32(self._rows),
            "mark": np.concatenate([pairs & 0xFFFFFFFF, mark]).astype(np.int32),
            "mark_value": np.concatenate([np.zeros(len(pairs), np.int32), value]),
        }

    def _having(self, kind: str, values: Sequence[Sequence[str]]) -> Array:
        """Row and mark in one number."""
        row = np.repeat(np.arange(len(values)), [len(each) for each in values])
        known = map(self._of_kind[kind].__getitem__, chain.from_iterable(values))
        return row << 32 | np.fromiter(known, np.int64, len(row))

    def _words_of(self, rows: Sequence[Row]) -> dict[str, Array]:
        """What each word weighs in each row."""
        texts = [
            (row, field in NAMES, body)
            for row, each in enumerate(rows)
            for _language, field, body in each.texts
        ]
        of_row = _column((row for row, _is_name, _body in texts), np.int64)
        times = _column((wording.OF_A_NAME if is_name else 1 for _, is_name, _ in texts), np.int64)
        sizes, word = self._spelled.words([body for _row, _is_name, body in texts])
        again = np.repeat(times, sizes)
        row, word = np.repeat(np.repeat(of_row, sizes), again), np.repeat(word, again)
        pairs, said = np.unique(row << 32 | word, return_counts=True)
        row = pairs >> 32
        return {
            "word_row": (row + self._rows).astype(np.int32),
            "word": (pairs & 0xFFFFFFFF).astype(np.int32),
            "word_weight": _weights(said, np.bincount(row, said, len(rows)).astype(np.int64)[row]),
        }


class _Known(dict[Any, Any]):
    """What was asked for before."""

    def __init__(self, find: Callable[[Any], Any]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: Any) -> Any:
        self[key] = found = self._find(key)
        return found


def _mark(marks: Mapping[str, int], kind: str, value: str) -> int:
    return marks[f"{kind}:{value}"]


def _numbered() -> defaultdict[str, int]:
    """Whatever is asked for gets the next number."""
    return defaultdict(count().__next__)


def _column(values: Iterable[Any], kind: Any) -> Array:
    return np.fromiter(values, kind)


# --- words ----------------------------------------------------------------------------------


PARTS = compiled.made("parts")


class Plainly:
    """What stands between two spaces, told apart: a number for each part, in the order in which
    they were met first. Where there is a compiler, parts.pyx does it."""

    def __init__(self) -> None:
        self._known = _numbered()

    def __len__(self) -> int:
        return len(self._known)

    def numbers(self, bodies: list[str]) -> tuple[Array, Array, list[str]]:
        """How many parts each text has, the numbers of all of them, and the parts that are new."""
        known = len(self)
        parts = [body.split() for body in bodies]
        sizes = np.array([len(each) for each in parts], np.int64)
        numbers = map(self._known.__getitem__, chain.from_iterable(parts))
        found = np.fromiter(numbers, np.int32, int(sizes.sum()))
        return sizes, found, list(islice(self._known, known, None))


class _Spelled:
    """Words in one spelling, of which most were met before: what stands between two spaces is
    spelled once."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._forget()

    def _forget(self) -> None:
        self._parts = Plainly() if PARTS is None else PARTS.Parts()
        self._letters = 0
        # Of each spelling how much room it takes, and its words: word[start[n]:start[n + 1]].
        self._room, self._start, self._word = array("i"), array("i", [0]), array("i")

    def words(self, bodies: list[str]) -> tuple[Array, Array]:
        """How many words are read of each text, and the numbers of all of them."""
        if len(self._parts) >= _MOST_KNOWN or self._letters >= _MOST_LETTERS:
            self._forget()
        many, spelling, new = self._parts.numbers(bodies)
        for part in new:
            self._spell(part)
        bounds = starts(many)
        placed, word = gathered(_array(self._start), _array(self._word), spelling)
        room = starts(_array(self._room)[spelling])
        sizes = np.diff(placed[bounds])
        long = np.array([len(body) for body in bodies]) > letters.LONGEST
        long |= np.diff(room[bounds]) > letters.LONGEST
        if long.any() or (sizes > letters.MOST).any():
            return self._cut(bodies, np.split(word, np.cumsum(sizes)[:-1]), long)
        return sizes, word

    def _cut(
        self, bodies: Sequence[str], each: list[Array], long: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """The same, where some of the texts are too long to be read to their end."""
        for text in np.flatnonzero(long).tolist():
            said = [self._numbers[word] for word in letters.words(bodies[text])]
            each[text] = np.array(said, np.int32)
        cut = [words[: letters.MOST] for words in each]
        return np.array([len(words) for words in cut], np.int64), np.concatenate(cut)

    def _spell(self, part: str) -> None:
        words, room = _spelled(part)
        self._letters += len(part)
        self._room.append(room)
        self._word.extend([self._numbers[word] for word in words])
        self._start.append(len(self._word))


def _array(numbers: "array[int]") -> NDArray[np.int32]:
    return np.array(numbers, np.int32)


@lru_cache(maxsize=1 << 14)  # a small index is made anew with each change, of much the same words
def _spelled(part: str) -> tuple[Sequence[str], int]:
    """The words of what stands between two spaces, and how much room it takes."""
    if part.isascii() and part.isalnum():  # half of all there is
        return (part.lower()[: letters.LONGEST_WORD],), len(part) + 1
    plain = part if part.isascii() else letters.normalise(part)
    return letters.words(plain), max(len(part), len(plain)) + 1


def _weights(times: Array, lengths: Array) -> NDArray[np.uint8]:
    """The rule, asked once for each pair that may be."""
    often, long = _distinct(times), _distinct(lengths)
    table = [[wording.weight(each, words) for words in long.tolist()] for each in often.tolist()]
    weights = np.array(table, np.uint8).reshape(len(often), len(long))
    found: NDArray[np.uint8] = weights[often.searchsorted(times), long.searchsorted(lengths)]
    return found


def _distinct(numbers: Array) -> NDArray[np.int64]:
    """In order; none of them is large, so that they need not be sorted."""
    return np.flatnonzero(np.bincount(numbers))


# --- what a row is --------------------------------------------------------------------------


def _plain(rows: Sequence[Row]) -> dict[str, Array]:
    found = {name: _column(map(_OF[name], rows), kind) for name, kind in PLAIN.items()}
    uuid = np.frombuffer(b"".join([row.id.bytes for row in rows]), np.uint8)
    return found | {"uuid": uuid}


def _age(said: int | None) -> int:
    return NOBODY_SAID if said is None else said


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


_OF: Mapping[str, Callable[[Row], Any]] = {
    "number": attrgetter("number"),
    "review": lambda row: row.publish == "review",
    "emergency": attrgetter("emergency"),
    "national": attrgetter("national"),
    "interpreter": lambda row: KNOWN.index(row.interpreter),
    "without_documents": lambda row: KNOWN.index(row.without_documents),
    "cost": lambda row: COSTS.index(row.cost),
    "verified": lambda row: VERIFIED.index(row.verified) if row.verified in VERIFIED else 0,
    "minimum_age": lambda row: _age(row.minimum_age),
    "maximum_age": lambda row: _age(row.maximum_age),
    "last_seen": _last_seen,
    "all_week": lambda row: _all_week(row.hours),
    "home": _home,
}


def _towns(rows: Sequence[Row]) -> dict[str, Array]:
    towns = [row.towns for row in rows]
    latitude, longitude = np.array([*chain.from_iterable(towns)], float).reshape(-1, 2).T
    return {
        "towns": _column(map(len, towns), np.int32),
        "latitude": latitude,
        "longitude": longitude,
    }


def _names(rows: Sequence[Row]) -> dict[str, Array]:
    written = [names_written(row.texts) for row in rows]
    return {
        "name_bytes": _column(map(len, written), np.int32),
        "name_text": np.frombuffer(b"".join(written), np.uint8),
    }


# What a row may have several of.
_SEVERAL: Mapping[str, Callable[[Row], Sequence[str]]] = {
    NEED: attrgetter("needs"),
    AREA: attrgetter("municipalities"),
    "speaks": attrgetter("languages"),
    "for": attrgetter("groups"),
    "only": attrgetter("only"),
    "channel": attrgetter("channels"),
}


def _more_marks(row: Row) -> Iterator[tuple[str, int]]:
    if row.emergency:
        yield f"{EMERGENCY}:", 0
    for need, position in row.route.items():
        yield f"{ROUTE}:{need}", position
