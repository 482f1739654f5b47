"""From a draft to an index: rows in the order of where they are, lists in the order of rows."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, reduce
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from samen.search.engine.columns.drafts import PLAIN, Draft, Having, joined, taken_from
from samen.search.engine.columns.index import (
    AREA,
    IN_BITS,
    NEED,
    ROUTE,
    WORD,
    WORD_BITS,
    Array,
    Columns,
    Index,
    Row,
    folded,
    of_kind,
    words_for,
)
from samen.search.engine.columns.lines import packed, starts
from samen.search.engine.columns.lists import PAGE, PAGE_BITS, Lists, pages_of
from samen.search.engine.columns.reading import drafted
from samen.search.rules import ground, wording

# A name, a row and a value in one number: sorted once, all three are in order.
_ROW_BITS, _VALUE_BITS = 24, 16
_MOST_ROWS, _VALUE = (1 << _ROW_BITS) - 1, (1 << _VALUE_BITS) - 1
_MOST_NAMES = 1 << 63 - _ROW_BITS - _VALUE_BITS
_AT_ONCE = 1 << 22  # of these numbers


def build(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Index:
    """`write` writes opening hours down, so that the same hours are the same text."""
    return _assembled(drafted(rows, write=write))


def fold(parts: Iterable[tuple[Index, NDArray[np.bool_]]]) -> Index:
    """What `build` would make of the rows of all that are not gone."""
    return _assembled(reduce(joined, (taken_from(index, ~gone) for index, gone in parts)))


def _assembled(draft: Draft) -> Index:
    _fits(len(draft), _MOST_ROWS)
    order = np.lexsort((draft.plain["number"], draft.plain["home"]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    marks, having, places = _in_order(draft.marks, rank, np.int16)
    words, posts, weights = _in_order(draft.words, rank, np.uint8)
    hours, new = _used(draft.hours, draft.hours_of)
    hours_start, hours_text = packed(hours)
    word_start, word_text = packed(words)
    slip_hash, slip_word = _slips(words)
    uuid = draft.uuid[order]
    plain = {name: draft.plain[name][order] for name in PLAIN}
    names = draft.names.of(order)
    parts: dict[str, Array] = {
        **plain,
        **_towns(draft, order, plain["national"]),
        **_several(AREA, np.int32, marks, having, len(order)),
        **_several(NEED, np.uint16, marks, having, len(order)),
        **_bits(marks, having, len(order)),
        **_by_id(uuid),
        "uuid": uuid,
        "hours": new[draft.hours_of[order]],
        "hours_start": hours_start,
        "hours_text": hours_text,
        "mark_start": having.start,
        "mark_row": having.low,
        "route_place": places[having.span(*of_kind(marks, ROUTE))],
        "name_start": names.start,
        "name_text": names.values["text"],
        "word_start": word_start,
        "word_text": word_text,
        "post_start": posts.start,
        "post_row": posts.low,
        "post_weight": weights,
        "slip_hash": slip_hash,
        "slip_word": slip_word,
    }
    narrow = {name: _short(each) for name, each in parts.items() if name.endswith("_start")}
    return Index(Columns(**parts | narrow), marks)


def _fits(many: int, most: int) -> None:
    if many > most:
        message = "The index has no numbers for so many."
        raise ValueError(message)


def _short(start: Array) -> NDArray[np.int32]:
    """Half the bytes of where things begin."""
    _fits(start[-1], np.iinfo(np.int32).max)
    return start.astype(np.int32)


def _used(names: Sequence[str], places: Array) -> tuple[list[str], NDArray[np.int32]]:
    """Those that are used at all, in order, and of each place where it is there."""
    found = np.bincount(places, minlength=len(names)) > 0
    used = sorted((names[place], place) for place in np.flatnonzero(found).tolist())
    new = np.zeros(len(names), np.int32)
    new[[place for _name, place in used]] = np.arange(len(used))
    return [name for name, _place in used], new


def _in_order(having: Having, rank: Array, of: Any) -> tuple[list[str], Lists, Array]:
    """The names in order, the rows of each, and the values of those."""
    names, new = _used(having.names, having.name)
    _fits(len(names), _MOST_NAMES)
    many, pages = len(having.name), pages_of(len(rank))
    keys = np.empty(many, np.int64)
    low, values = np.empty(many, np.uint16), np.empty(many, of)
    parts = [slice(first, first + _AT_ONCE) for first in range(0, many, _AT_ONCE)]
    for part in parts:
        keys[part] = new[having.name[part]]
        keys[part] <<= _ROW_BITS
        keys[part] |= rank[having.row[part]]
        keys[part] <<= _VALUE_BITS
        keys[part] |= having.value[part]
    keys.sort()
    page = np.arange(pages) << PAGE_BITS + _VALUE_BITS
    begin = np.arange(len(names))[:, None] << _ROW_BITS + _VALUE_BITS | page
    start = np.append(keys.searchsorted(begin.ravel()), many)
    for part in parts:
        low[part] = keys[part] >> _VALUE_BITS & PAGE - 1
        values[part] = keys[part] & _VALUE
    return names, Lists(start, low, pages), values


def _by_id(uuid: Array) -> dict[str, Array]:
    numbers = folded(uuid)
    order = np.argsort(numbers, kind="stable").astype(np.int32)
    return {"id_folded": numbers[order], "id_row": order}


def _towns(draft: Draft, order: Array, national: Array) -> dict[str, Array]:
    towns = draft.towns.of(order)
    latitude, longitude = towns.values["latitude"], towns.values["longitude"]
    row = np.repeat(np.arange(len(order), dtype=np.int32), np.diff(towns.start))
    # Towns after the first. Where a service for the whole country has its towns, nobody asks.
    spare = ~national[row]
    spare[towns.start[:-1][np.diff(towns.start) > 0]] = False
    places = zip(latitude[spare].tolist(), longitude[spare].tolist(), strict=True)
    home = np.array([ground.home(*place) for place in places], np.float64)
    by_home = np.lexsort((row[spare], home))
    return {
        "town_start": towns.start,
        "town_latitude": latitude,
        "town_longitude": longitude,
        "spare_home": home[by_home],
        "spare_row": row[spare][by_home],
    }


def _several(kind: str, of: Any, marks: Sequence[str], lists: Lists, rows: int) -> dict[str, Array]:
    """Those of a kind that each row has, as places among the marks of that kind."""
    first, last = of_kind(marks, kind)
    _fits(last - first, np.iinfo(of).max)
    row = lists.rows(first, last)
    place = np.repeat(np.arange(last - first).astype(of), np.diff(lists.bounds(first, last)))
    return {
        f"{kind}_start": starts(np.bincount(row, minlength=rows)),
        kind: place[np.argsort(row, kind="stable")],
    }


def _bits(marks: Sequence[str], lists: Lists, rows: int) -> dict[str, Array]:
    bits: dict[str, Array] = {}
    for kind in IN_BITS:
        first, last = of_kind(marks, kind)
        words = np.zeros((rows, words_for(last - first)), WORD)
        for bit, place in enumerate(range(first, last)):
            row = lists.rows(place, place + 1)
            words[row, bit // WORD_BITS] |= WORD(1 << bit % WORD_BITS)
        bits[f"bits_{kind}"] = words
    return bits


# --- one letter wrong -----------------------------------------------------------------------


def _slips(words: Sequence[str]) -> tuple[Array, Array]:
    """Every word under what is left of it without one letter, and under itself."""
    may = [place for place, word in enumerate(words) if wording.may_slip(word)]
    left, many = array("I"), array("i")
    for place in may:
        hashes = _slips_of(words[place])
        left.extend(hashes)
        many.append(len(hashes))
    # Hash and place in one number: sorted once, both are in order.
    keys = np.array(left, np.uint64) << 32
    keys |= np.repeat(np.array(may, np.uint64), np.array(many, np.int64))
    keys.sort()
    return (keys >> 32).astype(np.uint32), (keys & 0xFFFFFFFF).astype(np.int32)


def slips_of(word: str) -> "array[int]":
    """Hashes, the same in every process."""
    forms = {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
    return array("I", [crc32(form.encode()) for form in sorted(forms)])


# Of words of the map, never of one that was typed. As many as wait in a small index, which is
# made anew with each change.
_slips_of = lru_cache(maxsize=1 << 14)(slips_of)
