"""How many of the services that were found have what: the numbers beside the filters."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from samen.search.engine.columns import IN_BITS
from samen.search.engine.scan import Ranked, Verdict

_AT_ONCE = 4096  # rows whose bits are laid out in one go


def counted(verdict: Verdict, ranked: Ranked) -> Mapping[str, Counter[str]]:
    """By kind, of each value that any of them has, how many have it."""
    index, places = verdict.index, ranked.places
    rows = places if verdict.rows is None else verdict.rows[places]
    found: dict[str, Counter[str]] = {}
    for kind in IN_BITS:
        values = index.marked(kind)
        numbers = np.zeros(len(values), np.int64)
        for first in range(0, len(rows), _AT_ONCE):
            words = np.ascontiguousarray(index.bits(kind)[rows[first : first + _AT_ONCE]])
            # Least first, whatever the machine does: bit k of a row is its value k.
            bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
            numbers += bits[:, : len(values)].sum(axis=0, dtype=np.int64)
        named = zip(values, numbers.tolist(), strict=True)
        found[kind] = Counter({value: number for value, number in named if number})
    return found
