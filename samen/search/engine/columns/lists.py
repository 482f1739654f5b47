"""Which rows have what, in two bytes each.

A page is 65,536 rows. The rows that have something are written page after page, each by what it is
on its page: of key k and page p they are low[start[k * pages + p]:start[k * pages + p + 1]], in
order. Of a map of one page, as every country's is today, this is a plain list of rows; of many
pages there are as many starts as keys times pages, which is little up to some million rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]
Bounds = NDArray[np.int64]  # from, to, from, to, ...: in order, without overlap

PAGE_BITS = 16
PAGE = 1 << PAGE_BITS


def pages_of(rows: int) -> int:
    return max(1, -(-rows // PAGE))


@dataclass(frozen=True, slots=True)
class Lists:
    """Keys are numbers from 0 on."""

    start: NDArray[np.integer[Any]]
    low: NDArray[np.uint16]
    pages: int

    def __len__(self) -> int:
        return (len(self.start) - 1) // self.pages

    def span(self, first: int, last: int) -> slice:
        """Where the lists of the keys from `first` up to `last` are."""
        return slice(self.start.item(first * self.pages), self.start.item(last * self.pages))

    def rows(self, first: int, last: int) -> Rows:
        """The rows of the keys from `first` up to `last`: one list behind the other."""
        low = self.low[self.span(first, last)].astype(np.int32)
        if self.pages > 1:
            starts = self.start[first * self.pages : last * self.pages + 1]
            page = np.tile(np.arange(self.pages, dtype=np.int32) << PAGE_BITS, last - first)
            low += np.repeat(page, np.diff(starts))
        return low

    def bounds(self, first: int, last: int) -> list[int]:
        """Where the list of each of the keys begins among the rows of all, and the last ends."""
        starts = self.start[first * self.pages : last * self.pages + 1 : self.pages]
        found: list[int] = (starts - starts[0]).tolist()
        return found

    def within(self, key: int, bounds: Bounds) -> Iterator[Rows]:
        """What of the list of a key lies within the bounds; the other pages are not looked at."""
        ends = bounds.tolist()
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            for page in range(start >> PAGE_BITS, pages_of(end)):
                low, base = self._on(key, page), page << PAGE_BITS
                first = low.searchsorted(np.uint16(start - base)) if start > base else 0
                last = low.searchsorted(np.uint16(end - base)) if end < base + PAGE else len(low)
                if first < last:
                    yield low[first:last] + np.int32(base)

    def _on(self, key: int, page: int) -> NDArray[np.uint16]:
        place = key * self.pages + page
        return self.low[self.start.item(place) : self.start.item(place + 1)]

    def key_of_each(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.start[:: self.pages]))
