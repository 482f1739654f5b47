"""Lists of rows on more than one page say what they say on one."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from samen.search.engine import columns, strips, wording
from samen.search.engine.columns import Index
from samen.search.engine.columns.building import _in_order
from samen.search.engine.columns.drafts import Having
from samen.search.engine.columns.lists import PAGE
from samen.search.engine.scan import Areas
from samen.search.queries.hours import write_hours
from samen.search.rules.asking import Question, Situation
from samen.search.tests import make
from samen.search.tests.make import CENTRES, Row
from samen.search.tests.test_scan import maps, questions, situations
from samen.search.tests.test_strips import both_of, states, told

ROWS = 2 * PAGE + 1000

edges = some.sampled_from([0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, ROWS - 1])
places = edges | some.integers(0, ROWS - 1)
ends = edges | some.just(ROWS) | some.integers(0, ROWS)


@settings(deadline=None)
@given(
    some.lists(some.sets(places, min_size=1), min_size=1, max_size=5),
    some.lists(ends, unique=True, max_size=8).map(sorted),
)
def test_a_list_is_read_as_it_was_written(lists: list[set[int]], bounds: list[int]) -> None:
    several = bounds[: len(bounds) // 2 * 2]
    pairs = [(key, row) for key, rows in enumerate(lists) for row in rows]
    names = [f"{key}" for key in range(len(lists))]
    key, row = np.array(pairs, np.int32).T
    value = row % 251

    _names, found, values = _in_order(
        Having(names, row, key, value), np.arange(ROWS, dtype=np.int64), np.uint8
    )

    for each, rows in enumerate(map(sorted, lists)):
        assert found.rows(each, each + 1).tolist() == rows
        assert values[found.span(each, each + 1)].tolist() == [place % 251 for place in rows]
        cut = [row for part in found.within(each, np.array(several)) for row in part.tolist()]
        inside = zip(several[::2], several[1::2], strict=True)
        assert cut == [row for start, end in inside for row in rows if start <= row < end]
    every = found.rows(0, len(lists)).tolist()
    begun = found.bounds(0, len(lists))
    assert [every[start:end] for start, end in pairwise(begun)] == [sorted(s) for s in lists]
    assert found.key_of_each().tolist() == [key for key, rows in enumerate(lists) for _ in rows]


@cache
def elsewhere() -> Index:
    """So many services in the far south, and a few more in the far north."""
    rows = (
        Row(1_000_000 + number, towns=((-70.0 if number < PAGE else 75.0, number % 360 - 180),))
        for number in range(ROWS)
    )
    return columns.build(rows, write=write_hours)


@settings(deadline=None, max_examples=25)
@given(maps, some.integers(0, 12), questions, situations)
def test_what_is_on_two_pages_is_found_like_what_is_on_one(
    services: list[Row], missing: int, question: Question, situation: Situation | None
) -> None:
    """The services here stand where one page ends, those for the whole country on the last."""
    assume(question.words or question.place or situation)  # else all those elsewhere are answers
    far = elsewhere()
    gone = np.arange(len(far)) < missing
    here = columns.build(services, write=write_hours)
    index = columns.fold([(far, gone), (here, np.zeros(len(here), np.bool_))])
    assert index.having_words.pages > 1

    found, everything = both_of(index, question, situation, CENTRES)

    assert found == everything


def test_the_parts_of_a_list_on_each_page_are_one_list() -> None:
    """Of words and of needs, near a place and anywhere."""
    far = elsewhere()
    texts = (("nl", "what", "hulp"),)
    spots = [(-70.0, 0.5), (75.0, 0.5), (52.0, 5.0)]
    services = [
        Row(number, towns=(spot,), texts=texts, needs=("sup.legal",), emergency=number == 1)
        for number, spot in enumerate(spots * 2, 1)
    ]
    index = columns.fold(
        (one, np.zeros(len(one), np.bool_))
        for one in (far, columns.build(services, write=write_hours))
    )

    assert len({row // PAGE for row in index.having("need:sup.legal").tolist()}) > 1
    for asked in (
        {"words": ("hulp",)},
        {"words": ("hulp", "hul")},
        {"words": ("hulp",), "place": make.Spot(52.0, 5.0), "within": 5},
        {"words": ("hulp",), "place": make.Spot(0.0, 5.0), "within": 30_000},
    ):
        found, everything = both_of(index, make.question(**asked), None, {})
        assert found == everything
        assert found[0]
    found, everything = both_of(index, make.question(), Situation(("sup.legal",)), {})
    assert found == everything
    assert len(found[0]) == len(services)


@pytest.mark.parametrize("size", [PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1])
@pytest.mark.parametrize("asked", [{}, {"place": make.Spot(75.0, 0.5), "within": 300}])
def test_a_page_may_end_anywhere_and_what_is_gone_is_gone_on_each(
    size: int, asked: dict[str, Any]
) -> None:
    """The last rows say the word; every second of them is gone."""
    far = elsewhere()
    texts = (("nl", "what", "hulp"),)
    services = [Row(number, towns=((75.0, 0.5),), texts=texts) for number in range(1, 12)]
    here = columns.build(services, write=write_hours)
    left = np.arange(len(far)) >= len(far) + len(here) - size
    index = columns.fold([(far, ~left), (here, np.zeros(len(here), np.bool_))])
    gone = np.zeros(len(index), np.bool_)
    gone[index.rows_of([row.id for row in services[::2]])] = True
    assert len(index) == size
    more: Any = {"areas": Areas(index, {}), "states": states(index), "gone": gone}
    question = make.question(words=("hulp",), **asked)
    [more["sought"]] = wording.seek(question.words, [strips.asked(index, gone)])

    found = told(strips.find(index, question, None, **more), index)

    assert found == told(strips.plainly(index, question, None, **more), index)
    assert {number for number, *_ in found[0]} == {row.number for row in services[1::2]}
