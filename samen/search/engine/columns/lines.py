"""Many short texts as two arrays, so that they stay on the disk until one is read."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_AT_ONCE = 1 << 22  # values that are gathered in one go; the places take eight bytes each


class Lines(Sequence[str]):
    def __init__(self, start: Array, text: Array) -> None:
        self._start, self._text = start, text

    def __len__(self) -> int:
        return len(self._start) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self._text[self._start[place] : self._start[place + 1]].tobytes().decode()

    def all(self) -> list[str]:
        """At once, which is faster than one by one."""
        ends, text = self._start.tolist(), self._text.tobytes()
        return [text[start:end].decode() for start, end in pairwise(ends)]


def packed(texts: Iterable[str]) -> tuple[Array, Array]:
    written = [text.encode() for text in texts]
    return starts([len(each) for each in written]), np.frombuffer(b"".join(written), np.uint8)


def starts(lengths: Sequence[int] | Array) -> Array:
    """Where each begins, and where the last ends."""
    found = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=found[1:])
    return found


def gathered(start: Array, values: Array, order: Array) -> tuple[Array, Array]:
    """What belongs to each of `order`, one after the other: the new starts, and the values."""
    lengths = start[order + 1] - start[order]
    placed = starts(lengths)
    found = np.empty(placed[-1], values.dtype)
    first = 0
    while first < len(order):
        last = max(first + 1, int(placed.searchsorted(placed[first] + _AT_ONCE, side="right")) - 1)
        from_, to = placed[first], placed[last]
        shift = np.repeat(start[order[first:last]] - placed[first:last], lengths[first:last])
        found[from_:to] = values[np.arange(from_, to) + shift]
        first = last
    return placed, found
