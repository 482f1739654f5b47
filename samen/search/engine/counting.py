"""How many of the services that were found have what: the numbers beside the filters."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import kernel
from samen.search.engine.columns import IN_BITS, WORD_BITS, Array
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
    index, places = verdict.index, ranked.places
    machine = None if verdict.rows is None else kernel.of(index)
    found: dict[str, Counter[str]] = {}
    for kind in IN_BITS:
        values, bits = index.marked(kind), index.bits(kind)
        if machine is not None:
            found[kind] = Counter(machine.made.counted(bits, verdict.rows, places, values))
            continue
        rows = places if verdict.rows is None else verdict.rows[places]
        named = zip(values, _counted(bits, rows)[: len(values)], strict=True)
        found[kind] = Counter({value: number for value, number in named if number})
    return found


def _counted(bits: Array, rows: NDArray[Any]) -> list[int]:
    numbers = np.zeros(bits.shape[1] * WORD_BITS, np.int64)
    for first in range(0, len(rows), _AT_ONCE):
        words = np.ascontiguousarray(bits[rows[first : first + _AT_ONCE]])
        # Least first, whatever the machine does: bit k of a row is its value k.
        ones = np.unpackbits(words.astype(words.dtype.newbyteorder("<")).view(np.uint8), axis=1, bitorder="little")
        numbers += _summed(ones)
    found: list[int] = numbers.tolist()
    return found
