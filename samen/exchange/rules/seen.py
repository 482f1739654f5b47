"""Of every field: since when its source says what it says there, and until when. Plain Python.

Kept are days and marks, never a value: {"website": ["3f0c…", "2026-11-22"]}. A third place holds
the last day of what the source says no longer. What it still says was seen last when the record
was read last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from samen.exchange.rules.comparing import Facts, hides_a_place, mark

Kept = Mapping[str, Sequence[str]]

_ENDED = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """One field, as this source says it."""

    fact: str
    first: date  # with the value that it has there now, or had last
    last: date
    still: bool  # whether it said so the last time that the record was read


def fields_seen(before: Kept, offered: Facts, blank: Facts, *, on: date, last: date) -> Kept:
    """What is kept once a record was read `on` a day; `last` is the day of the reading before.

    A field that says nothing is not said: an empty address of a website is no website.
    """
    said = {f: _mark(f, v) for f, v in offered.items() if v and v != blank.get(f)}
    kept: dict[str, Sequence[str]] = {
        fact: row if len(row) == _ENDED else [*row, last.isoformat()]
        for fact, row in before.items()
        if fact not in said
    }
    for fact, now in said.items():
        row = before.get(fact, ())
        kept[fact] = row if [*row[:1]] == [now] and len(row) < _ENDED else [now, on.isoformat()]
    return kept


def read_seen(kept: Kept, blank: Facts, *, last: date) -> Iterator[Seen]:
    """`last` is the day on which the record was read last."""
    silent = {fact: mark(value) for fact, value in blank.items()}
    for fact, (said, first, *ended) in sorted(kept.items()):
        if said != silent.get(fact):
            until = date.fromisoformat(ended[0]) if ended else last
            yield Seen(fact, date.fromisoformat(first), until, still=not ended)


def _mark(fact: str, value: Mapping[str, object]) -> str:
    """Of a secret place not even that: who knows all addresses would find the one."""
    return "" if hides_a_place(fact, value) else mark(value)
