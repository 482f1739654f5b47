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
    Array,
    Columns,
    Index,
    Row,
    folded,
    words_for,
)
from samen.search.engine.columns.lines import packed, starts
from samen.search.engine.columns.reading import drafted
from samen.search.rules import ground, wording

_WORD = 64  # bits
# A name, a row and a value in one number: sorted once, all three are in order.
_ROW_BITS, _VALUE_BITS = 24, 16
_ROW, _VALUE = (1 << _ROW_BITS) - 1, (1 << _VALUE_BITS) - 1


def build(rows: Iterable[Row], *, write: Callable[[Any], str]) -> Index:
    """`write` writes opening hours down, so that the same hours are the same text."""
    return _assembled(drafted(rows, write=write))


def fold(parts: Iterable[tuple[Index, NDArray[np.bool_]]]) -> Index:
    """What `build` would make of the rows of all that are not gone."""
    return _assembled(reduce(joined, (taken_from(index, ~gone) for index, gone in parts)))


def _assembled(draft: Draft) -> Index:
    if len(draft) > _ROW:
        message = "The index has no numbers for so many services."
        raise ValueError(message)
    order = np.lexsort((draft.plain["number"], draft.plain["home"]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    marks, mark_start, mark_row, mark_value = _in_order(draft.marks, rank)
    words, post_start, post_row, post_weight = _in_order(draft.words, rank)
    hours, hours_of = _used(draft.hours, draft.hours_of[order])
    hours_start, hours_text = packed(hours)
    word_start, word_text = packed(words)
    slip_hash, slip_word = _slips(words)
    uuid = draft.uuid[order]
    plain = {name: draft.plain[name][order] for name in PLAIN}
    names = draft.names.of(order)
    parts: dict[str, Array] = {
        **plain,
        **_towns(draft, order, plain["national"]),
        **_areas(marks, mark_start, mark_row, len(order)),
        **_bits(marks, mark_start, mark_row, len(order)),
        **_by_id(uuid),
        "uuid": uuid,
        "hours": hours_of,
        "hours_start": hours_start,
        "hours_text": hours_text,
        "mark_start": mark_start,
        "mark_row": mark_row,
        "mark_value": mark_value.astype(np.int16),
        "name_start": names.start,
        "name_text": names.values["text"],
        "word_start": word_start,
        "word_text": word_text,
        "post_start": post_start,
        "post_row": post_row,
        "post_weight": post_weight.astype(np.uint8),
        "slip_hash": slip_hash,
        "slip_word": slip_word,
    }
    narrow = {name: _short(each) for name, each in parts.items() if name.endswith("_start")}
    return Index(Columns(**parts | narrow), marks)


def _short(start: Array) -> NDArray[np.int32]:
    """Half the bytes of where things begin."""
    if start[-1] > np.iinfo(np.int32).max:
        message = "The index has no room for so much."
        raise ValueError(message)
    return start.astype(np.int32)


def _used(names: Sequence[str], places: Array) -> tuple[list[str], NDArray[np.int32]]:
    """Those that are used at all, in order, and the places there."""
    found = np.bincount(places, minlength=len(names)) > 0
    used = sorted((names[place], place) for place in np.flatnonzero(found).tolist())
    new = np.zeros(len(names), np.int32)
    new[[place for _name, place in used]] = np.arange(len(used))
    return [name for name, _place in used], new[places]


def _in_order(having: Having, rank: Array) -> tuple[list[str], Array, Array, Array]:
    """The names in order, where each begins, and its rows in order with their values."""
    names, name = _used(having.names, having.name)
    start = starts(np.bincount(name, minlength=len(names)))
    keys = name.astype(np.int64) << (_ROW_BITS + _VALUE_BITS)
    keys |= rank[having.row] << _VALUE_BITS
    keys |= having.value
    keys.sort()
    row = ((keys >> _VALUE_BITS) & _ROW).astype(np.int32)
    return names, start, row, keys & _VALUE


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


def _areas(marks: Sequence[str], mark_start: Array, mark_row: Array, rows: int) -> dict[str, Array]:
    """The municipalities of each row, as places among the marks of that kind."""
    own = [place for place, mark in enumerate(marks) if mark.startswith(f"{AREA}:")]
    bounds = mark_start[own[0] : own[-1] + 2] if own else np.zeros(1, np.int64)
    row = mark_row[bounds[0] : bounds[-1]]
    area = np.repeat(np.arange(len(own), dtype=np.int32), np.diff(bounds))
    return {
        "area_start": starts(np.bincount(row, minlength=rows)),
        "area": area[np.argsort(row, kind="stable")],
    }


def _bits(marks: Sequence[str], mark_start: Array, mark_row: Array, rows: int) -> dict[str, Array]:
    bits: dict[str, Array] = {}
    for kind in IN_BITS:
        own = [place for place, mark in enumerate(marks) if mark.startswith(f"{kind}:")]
        words = np.zeros((rows, words_for(len(own))), np.uint64)
        for bit, place in enumerate(own):
            start, end = mark_start[place : place + 2]
            words[mark_row[start:end], bit // _WORD] |= np.uint64(1 << bit % _WORD)
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
