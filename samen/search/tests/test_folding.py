"""What is folded into an index is what a new index would have."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from samen.search.engine import columns, strips, wording
from samen.search.engine.columns import Columns, Index
from samen.search.engine.scan import OPEN, Areas, States
from samen.search.queries.hours import write_hours
from samen.search.rules.asking import Question, Situation
from samen.search.tests import make
from samen.search.tests.make import Row
from samen.search.tests.test_scan import patient, questions, situations
from samen.search.tests.test_strips import told, worlds


def index_of(rows: Sequence[Row]) -> Index:
    return columns.build(rows, write=write_hours)


def renumbered(rows: Sequence[Row], *, first: int) -> list[Row]:
    fields = [field for field in Row.__slots__ if field != "number"]
    return [
        Row(number, **{field: getattr(row, field) for field in fields})
        for number, row in enumerate(rows, first)
    ]


@patient
@given(worlds(), worlds(), some.sets(some.integers(1, 12)))
def test_a_folded_index_is_a_new_index(
    before: list[Row], added: list[Row], changed: set[int]
) -> None:
    """Some are gone, some come back as something else, some are new."""
    base, fresh = index_of(before), [*added, *renumbered(added, first=100)]
    gone_ids = [row.id for row in (*before, *fresh) if row.number in changed] + [
        row.id for row in fresh
    ]
    gone = np.zeros(len(base), np.bool_)
    gone[base.rows_of(gone_ids)] = True
    left = [row for row in before if row.id not in gone_ids]

    half, rest = index_of(fresh[::2]), index_of(fresh[1::2])
    none = [np.zeros(len(part), np.bool_) for part in (half, rest)]
    folded = columns.fold([(base, gone), *zip((half, rest), none, strict=True)])
    anew = index_of([*left, *fresh])

    for name in Columns.names():
        one, other = getattr(folded.columns, name), getattr(anew.columns, name)
        assert one.dtype == other.dtype, name
        assert (one == other).all(), name
    assert list(folded.marks) == list(anew.marks)


@patient
@given(worlds(), worlds(), questions, situations)
def test_a_small_index_beside_a_large_one_says_what_one_would(
    before: list[Row], added: list[Row], question: Question, situation: Situation | None
) -> None:
    """Also what a word tells, which goes by all services together."""
    fresh = renumbered(added, first=7)  # of these the lower numbers replace what was there
    parts = [index_of(before), index_of(fresh)]
    gone = [parts[0].rows_of([row.id for row in fresh]), np.zeros(0, np.int32)]
    flags = [np.isin(np.arange(len(part)), rows) for part, rows in zip(parts, gone, strict=True)]
    asked = [strips.asked(part, flag) for part, flag in zip(parts, flags, strict=True)]
    sought = wording.seek(question.words, asked)
    found = [
        answered(part, question, situation, gone=flag, sought=words)
        for part, flag, words in zip(parts, flags, sought, strict=True)
    ]
    new = {row.number for row in fresh}
    whole = index_of([*(row for row in before if row.number not in new), *fresh])
    everything = answered(whole, question, situation)

    for kind in (0, 1):
        together = [hit for each in found for hit in each[kind]]
        assert sorted(together, key=lambda hit: (-hit[1], hit[0])) == everything[kind]


def answered(index: Index, question: Question, situation: Situation | None, **more: Any) -> Any:
    areas = Areas(index, make.CENTRES)
    found = strips.find(index, question, situation, areas=areas, states=always_open(index), **more)
    return told(found, index)


def always_open(index: Index) -> States:
    """One state for all: hours have other places in another index."""
    return States.one_by_one(len(index.hours), lambda _place: OPEN)


@pytest.mark.parametrize("most", [0, 1, 3, 10, 70, 200])
def test_the_best_are_the_best_of_all(most: int) -> None:
    """Only a few are put in order, and they are those that come first among all. Many tie."""
    rows = [
        make.Row(
            number,
            verified=("person", "seed", "page")[number % 3],
            cost=("free", "local")[number % 2],
        )
        for number in range(200, 0, -1)
    ]
    index = index_of(rows)
    known: Any = {"areas": Areas(index, {}), "states": always_open(index)}
    plainly = strips.plainly(index, make.question(free=True), None, **known)
    every = plainly.verdict.numbers(list(plainly.ready))

    found = strips.find(index, make.question(free=True), None, **known)

    assert found.verdict.numbers(found.ready[:most]) == every[:most]
    assert found.verdict.numbers(found.ready[: most + 5]) == every[: most + 5]
    assert found.verdict.numbers(list(found.ready)) == every


def test_services_are_found_by_their_ids() -> None:
    rows = [make.Row(number) for number in (5, 1, 9)]
    index = index_of(rows)

    found = index.rows_of([rows[0].id, make.Row(77).id, rows[2].id])

    assert sorted(index.columns.number[found].tolist()) == [5, 9]
    assert index.rows_of([]).tolist() == []
    assert index_of([]).rows_of([rows[0].id]).tolist() == []
