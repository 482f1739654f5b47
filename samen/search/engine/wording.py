"""The words of a question, looked up among the words of the services."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import kernel
from samen.search.engine.columns import Array, Index, Rows
from samen.search.engine.columns.building import slips_of
from samen.search.rules import endings, letters, wording

_LAST = "\U0010ffff"
_NONE = np.zeros(0, np.int32)


class Piece(NamedTuple):
    """The lists of rows of one word, or of neighbours among the words."""

    first: int
    last: int  # the word behind them
    likeness: float
    many: int  # rows in all of the lists

    @property
    def is_one(self) -> bool:
        return self.last == self.first + 1


@dataclass(slots=True)
class Sought:
    """One word of a question, as an index has it, and what it tells."""

    rarity: float
    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return sum(piece.many for piece in self.pieces)


@dataclass(slots=True, eq=False)
class Asked:
    """An index that is asked, of which some rows do not count any more."""

    index: Index
    gone: Rows  # in order

    @classmethod
    def whole(cls, index: Index) -> "Asked":
        return cls(index, _NONE)

    def __len__(self) -> int:
        return len(self.index) - len(self.gone)

    def having(self, piece: Piece) -> int:
        if not len(self.gone):
            return piece.many
        rows = self.index.having_words.rows(piece.first, piece.last)
        return piece.many - int(np.isin(rows, self.gone).sum())


def words_of(said: Sequence[str]) -> list[str]:
    """What is looked up: every word once; the little ones only when there are no others."""
    words = list(dict.fromkeys(letters.words(" ".join(said))))
    return ([word for word in words if not endings.is_little(word)] or words)[: wording.MOST]


def seek(said: Sequence[str], asked: Sequence[Asked]) -> list[list[Sought]]:
    """For each index the words in it. What a word tells goes by all of them together."""
    every = sum(map(len, asked))
    found: list[list[Sought]] = [[] for _ in asked]
    for word in words_of(said):
        having, is_there, each = 0, False, []
        for one in asked:
            pieces = _known(one.index, word)
            for piece in pieces:
                rows = one.having(piece)
                having += rows
                is_there = is_there or (rows > 0 and piece.likeness == 1.0)
            each.append(pieces)
        if not is_there:
            for one, pieces in zip(asked, each, strict=True):
                guessed = list(_guessed(one.index, word))
                having += sum(map(one.having, guessed))
                pieces.extend(guessed)
        rarity = wording.rarity(having, every)
        for sought, pieces in zip(found, each, strict=True):
            sought.append(Sought(rarity, tuple(pieces)))
    return found


def _known(index: Index, word: str) -> list[Piece]:
    """The word itself, and the longer words that begin so."""
    machine = kernel.of(index)
    if machine is not None:
        begins = wording.is_beginning(word)
        known: list[Piece] = machine.quick.pieces(word.encode(), begins, Piece, wording.BEGUN)
        return known
    place, is_there, last = span(index, word)
    found = [_piece(index, place, place + 1, 1.0)] if is_there else []
    if place + is_there < last:
        found.append(_piece(index, place + is_there, last, wording.BEGUN))
    return found


def _guessed(index: Index, word: str) -> Iterator[Piece]:
    """Words that it may be with one letter wrong."""
    if wording.may_slip(word):
        place, is_there, last = span(index, word)
        begun = range(place + is_there, last)
        for slip in _slipped(index, word):
            if slip not in begun:
                yield _piece(index, slip, slip + 1, wording.SLIP)


def span(index: Index, word: str) -> tuple[int, bool, int]:
    """How many words stand before it, whether it is there, and where those end that begin so,
    which stand together behind it."""
    machine = kernel.of(index)
    if machine is not None:
        found: tuple[int, bool, int] = machine.quick.span(word.encode())
        place, is_there, last = found
    else:
        place, is_there, last = span_plainly(index, word)
    return place, is_there, last if wording.is_beginning(word) else place + is_there


def span_plainly(index: Index, word: str) -> tuple[int, bool, int]:
    first = index.place_of_word(word)
    near = index.words[first : first + 2]
    is_there = near[:1] == [word]
    if not any(each.startswith(word) for each in near[is_there:][:1]):
        return first, is_there, first + is_there
    return first, is_there, index.place_of_word(word + _LAST)


def _slipped(index: Index, word: str) -> list[int]:
    hashes = np.fromiter(slips_of(word), np.uint32)
    first = index.columns.slip_hash.searchsorted(hashes).tolist()
    last = index.columns.slip_hash.searchsorted(hashes, side="right").tolist()
    slips = index.columns.slip_word
    near = {p for a, b in zip(first, last, strict=True) for p in slips[a:b].tolist()}
    return [
        place
        for place in sorted(near)
        if wording.likeness(word, index.words[place], guess=True) == wording.SLIP
    ]


def _piece(index: Index, first: int, last: int, likeness: float) -> Piece:
    span = index.having_words.span(first, last)
    return Piece(first, last, likeness, span.stop - span.start)


# --- rows -----------------------------------------------------------------------------------


def worth(sought: Sought, index: Index, rows: Rows | None) -> NDArray[np.float64]:
    """What the word is worth in each of the rows, which are in order; 0 where it is not."""
    size = len(index) if rows is None else len(rows)
    best = np.zeros(size)
    for piece in sought.pieces:
        places, weights = _met(piece, index, rows)
        found = weights * (piece.likeness / wording.HEAVIEST)
        if piece.is_one:
            best[places] = np.maximum(best[places], found)
        else:
            np.maximum.at(best, places, found)
    return best * sought.rarity


def has(sought: Sequence[Sought], index: Index, rows: Rows, *, every: bool) -> NDArray[np.bool_]:
    """Of each of the rows whether it has one of the words, or every one."""
    found = np.full(len(rows), every)
    for word in sought:
        met = worth(word, index, rows) > 0
        found = found & met if every else found | met
    return found


def with_every(sought: Sequence[Sought], index: Index) -> Rows:
    """The rows, in order, that have every one of the words."""
    rows = np.unique(np.concatenate([*lists(sought, index, every=True), np.zeros(0, np.int32)]))
    return rows[has(sought, index, rows, every=True)]


def _met(piece: Piece, index: Index, rows: Rows | None) -> tuple[Array, Array]:
    """Places among the rows that have it, and what it weighs there."""
    having = index.having_words.rows(piece.first, piece.last)
    weights = index.columns.post_weight[index.having_words.span(piece.first, piece.last)]
    if rows is None or not len(rows) or not len(having):
        return (having, weights) if rows is None else (having[:0], weights[:0])
    if piece.is_one and len(having) > len(rows):
        places = having.searchsorted(rows)
        places[places == len(having)] = 0
        met = np.flatnonzero(having[places] == rows)
        return met, weights[places[met]]
    places = rows.searchsorted(having)
    places[places == len(rows)] = 0
    met = rows[places] == having
    return places[met], weights[met]


def lists(sought: Sequence[Sought], index: Index, *, every: bool) -> Iterator[Rows]:
    """Lists of rows, each in order, in which every row is that has one of the words, or all."""
    chosen = [min(sought, key=len)] if every and sought else sought
    for word in chosen:
        for piece in word.pieces:
            rows = index.having_words.rows(piece.first, piece.last)
            if piece.last - piece.first > _MANY:
                yield np.unique(rows)
            else:
                begun = index.having_words.bounds(piece.first, piece.last)
                yield from (rows[start:end] for start, end in pairwise(begun))


_MANY = 16  # lists that are cheaper sorted into one
