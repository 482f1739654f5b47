"""What is spelled between two spaces is what is spelled in the whole text."""

import gc
import weakref
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samen.search.engine import columns
from samen.search.engine.columns import Columns, Index, reading
from samen.search.queries.hours import write_hours
from samen.search.rules import letters
from samen.search.tests.make import Row
from scripts import kernel

odd = some.text("aAé'’`ıİßΣς ̆и\u200b\ufdfa1٣ถึ中\t\x1c\u0345\u00a8", max_size=30)


@settings(deadline=None, max_examples=150)
@given(some.lists(some.text() | odd, max_size=6))
def test_words_are_spelled_as_in_the_whole_text(parts: list[str]) -> None:
    body, numbers = " ".join(parts), reading._numbered()

    sizes, found = reading._Spelled(numbers).words([*parts, body, *parts])

    names = list(numbers)
    texts = np.split([names[number] for number in found], np.cumsum(sizes)[:-1])
    assert [list(each) for each in texts] == [
        letters.words(each) for each in (*parts, body, *parts)
    ]


def test_a_long_text_is_cut_where_the_whole_is_cut() -> None:
    for body in (
        "ab " * 300,
        "a" + " " * letters.LONGEST + "b",
        "\ufdfa " * 1000,
        f"{'a' * letters.LONGEST} b",
        "a" * 9000,
    ):
        numbers = reading._numbered()
        sizes, found = reading._Spelled(numbers).words(["before", body, "after"])
        names = list(numbers)
        said = ["before", *letters.words(body), "after"]
        assert [names[number] for number in found] == said
        assert sizes.tolist() == [1, len(said) - 2, 1]


# Without a compiler there is nothing to hold beside Python. Where there is one, what it could not
# make fails here too.
needs_compiler = pytest.mark.skipif(kernel.missing() is not None, reason="no compiler here")


@needs_compiler
@settings(deadline=None, max_examples=150)
@given(some.lists(some.lists(some.text() | odd | some.just("\ud800"), max_size=4), max_size=4))
def test_a_compiler_spells_what_python_spells(texts: list[list[str]]) -> None:
    """Where it takes other things for spaces, and so has other parts, it has the same words."""
    assert reading.PARTS is not None
    bodies = [separator.join(each) for each in texts for separator in (" ", "\t ", "\u2003", "\n")]
    rows = [Row(number, texts=(("nl", "what", body),)) for number, body in enumerate(bodies, 1)]

    compiled, plain = index_of(rows), plainly(rows)

    assert compiled.marks == plain.marks
    for name in Columns.names():
        one, other = getattr(compiled.columns, name), getattr(plain.columns, name)
        assert np.array_equal(one, other), name


def index_of(rows: list[Row]) -> Index:
    return columns.build(rows, write=write_hours)


def plainly(rows: list[Row]) -> Index:
    with patch.object(reading, "PARTS", None):
        return index_of(rows)


@needs_compiler
def test_many_parts_keep_their_numbers() -> None:
    """Long after the first room for them was too small."""
    assert reading.PARTS is not None
    compiled, plain = reading.PARTS.Parts(), reading.Plainly()
    for first in (0, 1, 15_000, 0, 29_000):
        bodies = [
            f"w{number} w{number % 7} {'é' * (number % 5)}" for number in range(first, 30_000)
        ]
        sizes, numbers, new = compiled.numbers(bodies)
        own_sizes, own_numbers, own_new = plain.numbers(bodies)
        assert (sizes.tolist(), numbers.tolist()) == (own_sizes.tolist(), own_numbers.tolist())
        assert new == own_new
        assert len(compiled) == len(plain)


@pytest.mark.parametrize("limit", ["_MOST_KNOWN", "_MOST_LETTERS"])
def test_what_was_known_is_forgotten_before_it_fills_the_memory(limit: str) -> None:
    numbers = reading._numbered()
    spelled = reading._Spelled(numbers)
    with patch.object(reading, limit, 3):
        for _ in range(3):
            sizes, found = spelled.words(["one two", "three four five", "one"])
            names = list(numbers)
            said = [names[number] for number in found]
            assert said == ["one", "two", "three", "four", "five", "one"]
            assert sizes.tolist() == [2, 3, 1]
            assert len(spelled._parts) == 5


def test_a_reader_goes_with_its_draft() -> None:
    """What it knew would else fill the memory while the index is put together."""
    readers = []

    class Watched(reading._Reader):
        def __init__(self, write: Callable[[Any], str]) -> None:
            super().__init__(write)
            readers.append(weakref.ref(self))

    gc.disable()
    try:
        with patch.object(reading, "_Reader", Watched):
            reading.drafted([Row(1)], write=write_hours)
        assert [reader() for reader in readers] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize("many", [199, 200, 201, 250])
def test_a_text_of_many_words_is_cut_after_so_many(many: int) -> None:
    numbers = reading._numbered()
    bodies = ["before", "ab cd'e " * many, "after"]

    sizes, found = reading._Spelled(numbers).words(bodies)

    names = list(numbers)
    said = [word for body in bodies for word in letters.words(body)]
    assert [names[number] for number in found] == said
    assert sizes.sum() == len(said)
