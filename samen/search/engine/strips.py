"""The rows that may answer a question, without a look at the others.

A place cuts a few stretches out of the index: near strips, services nobody can place, services for
the whole country. A list of rows is in the order of the index, so a binary search finds what of it
lies in a stretch. What comes out may be too much, never too little: the same rules as ever judge
each row (see scan), and so the answer is that of the scan, at the price of the neighbourhood.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from samen.search.engine import kernel, quickly, wording
from samen.search.engine.columns import AREA, EMERGENCY, ROUTE, Bounds, Index, Rows
from samen.search.engine.scan import Areas, Flags, Found, States, Verdict, judge, reach
from samen.search.engine.wording import Asked, Sought
from samen.search.rules import ground
from samen.search.rules.asking import Question, Situation

Strips = NDArray[np.float64]  # from, to, from, to, ...: where things are (see ground)
_EVERYWHERE = np.array([ground.UNPLACED, ground.END])


def find(  # noqa: PLR0913 what is asked, and what is known
    index: Index,
    question: Question,
    situation: Situation | None,
    *,
    areas: Areas,
    states: States,
    gone: Flags | None = None,
    sought: Sequence[Sought] | None = None,
    counting: bool = False,
) -> Found:
    """What the scan finds, without the rows that are `gone`.

    `counting`: only which services, not their order, and so not how far they are.
    """
    if sought is None and question.words:
        [sought] = wording.seek(question.words, [asked(index, gone)])
    said = sought or ()
    machine = kernel.of(index)
    if machine is None:
        return plainly(
            index, question, situation, areas=areas, states=states, gone=gone, sought=said
        )
    return quickly.find(
        machine,
        question,
        situation,
        areas=areas,
        states=states,
        gone=gone,
        sought=said,
        counting=counting,
    )


def plainly(  # noqa: PLR0913 what is asked, and what is known
    index: Index,
    question: Question,
    situation: Situation | None,
    *,
    areas: Areas,
    states: States,
    gone: Flags | None = None,
    sought: Sequence[Sought] = (),
) -> Found:
    """The same by numpy alone: where there is no kernel, and as the measure of it."""
    rows = candidates(index, question, situation, areas, sought)
    if gone is not None:
        rows = np.flatnonzero(~gone).astype(np.int32) if rows is None else rows[~gone[rows]]
    verdict = Verdict(index, rows)
    return judge(verdict, question, situation, areas=areas, states=states, sought=sought)


def asked(index: Index, gone: Flags | None) -> Asked:
    return (
        Asked.whole(index) if gone is None else Asked(index, np.flatnonzero(gone).astype(np.int32))
    )


def candidates(
    index: Index,
    question: Question,
    situation: Situation | None,
    areas: Areas,
    sought: Sequence[Sought] | None = None,
) -> Rows | None:
    """Rows, in order, among which everything is that may be an answer. None for all rows."""
    place = question.place
    if place is None:
        chosen = _chosen(index, question, situation, sought, None)
        return None if chosen is None else _union(chosen)
    within = reach(question)
    near_strips = np.array(ground.stretches(place.latitude, place.longitude, within)).ravel()
    bounds = _bounds(index, near_strips)
    around = np.flatnonzero(areas.seen_from(place, within))
    names = [f"{AREA}:{areas.slugs[area]}" for area in around.tolist()]
    others = _union(_elsewhere(index, bounds, near_strips, names))
    near = _chosen(index, question, situation, sought, bounds)
    if near is None:
        return _union([*_stretches(bounds), others])
    if situation is not None and len(others):
        others = others[_is_related(index, others, situation)]
    if question.words and len(others):
        every = question.every_word
        others = others[wording.has(sought or (), index, others, every=every)]
    return _union([*near, others])


def _chosen(
    index: Index,
    question: Question,
    situation: Situation | None,
    sought: Sequence[Sought] | None,
    bounds: Bounds | None,
) -> Iterable[Rows] | None:
    """Lists of rows that may fit what was chosen, or said, as far as they lie within the bounds;
    None when nothing was."""
    if question.words:
        said = wording.lists(sought or (), index, every=question.every_word)
        return said if bounds is None else (part for rows in said for part in _cut(rows, bounds))
    if situation is None:
        return None
    marks = kernel.related(situation)
    if bounds is None:
        return [index.having(mark) for mark in marks]
    return (part for mark in marks for part in index.having_within(mark, bounds))


def _is_related(index: Index, rows: Rows, situation: Situation) -> NDArray[np.bool_]:
    verdict = Verdict(index, rows)
    needs = (*situation.keys, *situation.support, *situation.forms)
    related = verdict.having("need", *needs)
    for key in situation.keys:
        related[verdict.ranks(f"{ROUTE}:{key}")[0]] = True
    return related | verdict.emergency if situation.urgent else related


# --- where ----------------------------------------------------------------------------------


def _bounds(index: Index, near: Strips) -> Bounds:
    """The stretches of the index in which a row may be in reach by its first town or by none."""
    return index.columns.home.searchsorted(np.append(near, _EVERYWHERE))


def _elsewhere(index: Index, bounds: Bounds, near: Strips, areas: Sequence[str]) -> Iterator[Rows]:
    """Rows that may be in reach for another reason than where their first town is."""
    columns = index.columns
    outside = np.array([0, *bounds.tolist(), len(index)])
    for area in areas:
        yield from index.having_within(area, outside)
    if len(columns.spare_home):
        spare = columns.spare_home.searchsorted(near).tolist()
        for start, end in zip(spare[::2], spare[1::2], strict=True):
            yield columns.spare_row[start:end]
    yield index.having(f"{EMERGENCY}:")


# --- lists of rows --------------------------------------------------------------------------


def _cut(rows: Rows, bounds: Bounds) -> Iterator[Rows]:
    """What of the list lies within the bounds."""
    # Of one kind, or numpy would first copy the whole list into the other.
    ends = rows.searchsorted(bounds.astype(rows.dtype)).tolist()
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        if start < end:
            yield rows[start:end]


def _stretches(bounds: Bounds) -> Iterator[Rows]:
    ends = bounds.tolist()
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        yield np.arange(start, end, dtype=np.int32)


def _union(lists: Iterable[Rows]) -> Rows:
    """Every row once, in order."""
    every = [rows for rows in lists if len(rows)]
    if not every:
        return np.zeros(0, np.int32)
    together = np.concatenate(every) if len(every) > 1 else every[0]
    if len(every) == 1 or (together[1:] > together[:-1]).all():
        return together  # as it mostly is: the strips lie in this order
    together = np.sort(together)
    first = np.ones(len(together), np.bool_)
    np.not_equal(together[1:], together[:-1], out=first[1:])
    return together[first]
