"""Cut a list into pages. Page numbers start at 1, as people count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class NoSuchPage(Exception):
    """The page asked for lies before the first or after the last."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    number: int
    last: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None


def page_of(items: Sequence[T], *, number: int, size: int) -> Page[T]:
    """Page `number` of `items`. An empty list has one empty page. Raises NoSuchPage."""
    last = max(1, -(-len(items) // size))
    if not 1 <= number <= last:
        raise NoSuchPage
    return Page(items[(number - 1) * size : number * size], number, last)
