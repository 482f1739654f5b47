"""How many of the services that were found have what: the numbers beside the filters."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import kernel
from samen.search.engine.columns import IN_BITS, NEED, WORD_BITS, Array, Index
from samen.search.engine.columns.lines import gathered
from samen.search.engine.scan import Judged, Ranked

_AT_ONCE = 4080  # rows whose bits are laid out in one go
_IN_A_BYTE = 255  # ones that a byte can count


def _summed(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Of each column how many ones. Byte by byte first, which is much faster."""
    whole = len(bits) // _IN_A_BYTE * _IN_A_BYTE
    blocks = bits[:whole].reshape(-1, _IN_A_BYTE, bits.shape[1]).sum(axis=1, dtype=np.uint8)
    rest = bits[whole:].sum(axis=0, dtype=np.uint8)
    found: NDArray[np.int64] = blocks.sum(axis=0, dtype=np.int64) + rest
    return found


def counted(verdict: Judged, ranked: Ranked) -> Mapping[str, Counter[str]]:
    """By kind, of each value that any of them has, how many have it."""
    index, among, places = verdict.index, verdict.rows, ranked.places
    machine = None if among is None else kernel.of(index)
    found: dict[str, Counter[str]] = {}
    for kind in (*IN_BITS, NEED):
        values = index.marked(kind)
        if machine is not None and among is not None:
            found[kind] = Counter(machine.counted(kind, among, places))
            continue
        rows = places if among is None else among[places]
        numbers = _needs(index, rows) if kind == NEED else _counted(index.bits(kind), rows)
        named = zip(values, numbers, strict=False)  # the last bits are of nothing
        found[kind] = Counter({value: number for value, number in named if number})
    return found


def _needs(index: Index, rows: NDArray[Any]) -> list[int]:
    _start, needs = gathered(index.columns.need_start, index.columns.need, rows)
    found: list[int] = np.bincount(needs, minlength=len(index.marked(NEED))).tolist()
    return found


def _counted(bits: Array, rows: NDArray[Any]) -> list[int]:
    numbers = np.zeros(bits.shape[1] * WORD_BITS, np.int64)
    for first in range(0, len(rows), _AT_ONCE):
        words = np.ascontiguousarray(bits[rows[first : first + _AT_ONCE]])
        # Least first, whatever the machine does: bit k of a row is its value k.
        ones = np.unpackbits(words.astype("<u4").view(np.uint8), axis=1, bitorder="little")
        numbers += _summed(ones)
    found: list[int] = numbers.tolist()
    return found
