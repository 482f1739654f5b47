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


@dataclass(frozen=True, slots=True)
class Counted(Page[T]):
    """A page that knows how many there are on all of them."""

    total: int


def cut(total: int, *, number: int, size: int) -> tuple[slice, int]:
    """Which of `total` stand on page `number`, and which page is the last. Raises NoSuchPage.

    Nothing at all has one empty page.
    """
    last = max(1, -(-total // size))
    if not 1 <= number <= last:
        raise NoSuchPage
    return slice((number - 1) * size, number * size), last


def page_of(items: Sequence[T], *, number: int, size: int) -> Page[T]:
    """Page `number` of `items`. Raises NoSuchPage."""
    where, last = cut(len(items), number=number, size=size)
    return Page(items[where], number, last)
