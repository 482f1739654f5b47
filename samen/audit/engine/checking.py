"""Walk along the chain from its first line and stop at the first thing that is not as written.

Only the line in hand and the one before it are in memory, however long the logbook is. Nothing is
locked: lines that are written meanwhile are checked too.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn, Protocol

from samen.audit.engine.chain import (
    DIGEST,
    Tip,
    beginning,
    evolve,
    link_of,
    mac_of,
    origin_of,
    row_of,
)
from samen.audit.engine.heads import SignedHead

# How many lines in a row may be taken out, and the rest renumbered, before it is called a change.
_LONGEST_GAP = 1000


class What(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    SWAPPED = "swapped"
    PUT_IN = "put in"
    CUT_OFF = "cut off"
    STATE = "state"
    KEY = "key does not fit"
    HEAD = "head does not fit"


class Broken(Exception):
    """The logbook is not as it was written; `line` is the first that is not."""

    def __init__(self, line: int, what: What, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the database gives it: nothing in it is believed yet."""

    seq: Any
    values: list[Any] | None  # number, objects, columns; None where it could not even be read
    link: Any
    mac: Any

    def row(self, *, seq: int) -> bytes:
        """What would have been sealed if this line had the number `seq`; nothing if unreadable."""
        return row_of([seq, *self.values[1:]]) if self.values else b""

    def follows(self, link: Any, *, seq: int) -> bool:
        """Whether this was written as line `seq`, after the line with this link."""
        return _fits(self.link, self.row(seq=seq), self.mac, after=link)


@dataclass(frozen=True, slots=True)
class State:
    """What the row says with which every writer goes on."""

    seq: int
    link: bytes
    mac: bytes
    origin: bytes
    key: bytes | None  # None when no secret of this installation opens it


class Log(Protocol):
    def state(self) -> State | None: ...

    def lines(self, *, after: int | None) -> Iterator[Line]:
        """In the order of their numbers, from the very first when `after` is None."""

    def named_from_to(self) -> tuple[Any, Any]:
        """The first and the last number of a line that names many objects; None without any."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What was looked at and found in order."""

    lines: int
    first_at: str = ""
    last_at: str = ""
    heads: int = 0
    with_first_key: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the logbook is held against, besides itself."""

    first_key: bytes | None = None
    heads: Iterable[SignedHead] = ()
    trusted: Collection[bytes] = ()  # public keys; without any, each head is believed its own


def check(
    log: Log, evidence: Evidence, *, on_line: Callable[[int], None] = lambda _: None
) -> Whole:
    """Read the whole logbook. Raises Broken."""
    heads = _Heads(evidence)
    named = log.named_from_to()  # before the state, which by then covers every one of them
    state = log.state()
    if state is None:
        return _nothing(log, evidence, heads, named)
    walk = _Walk(log, _beginning(state, evidence.first_key), heads, on_line)
    while True:
        if state.seq < walk.tip.seq:
            _more_than_written(state.seq + 1)
        walk.on()
        if state.seq > walk.tip.seq:
            _cut_off(walk.tip.seq + 1, state.seq)
        if state.seq == walk.tip.seq:
            break
        # Lines were written since we asked for the state. Ask again, and walk on.
        state = log.state() or _no_state()
    _hold_against_state(walk.tip, state)
    _expect_no_strays(named, last=walk.tip.seq)
    heads.expect_none_beyond(walk.tip.seq)
    return Whole(
        lines=walk.tip.seq,
        first_at=walk.first_at,
        last_at=walk.last_at,
        heads=heads.seen,
        with_first_key=evidence.first_key is not None,
    )


# Before the first line, and after the last


def _nothing(log: Log, evidence: Evidence, heads: "_Heads", named: tuple[Any, Any]) -> Whole:
    """A logbook that was never begun; unless something says that it was."""
    if next(log.lines(after=None), None) or named != (None, None):
        _no_state()
    heads.expect_none_beyond(0)
    if evidence.first_key is not None:
        raise Broken(1, What.KEY, "There is a first key, and the logbook was never begun.")
    return Whole(lines=0)


def _beginning(state: State, first_key: bytes | None) -> Tip:
    if first_key is not None and origin_of(first_key) != state.origin:
        sentence = (
            "The key does not fit line 1: this is the first key of another logbook, or the "
            "logbook was begun anew."
        )
        raise Broken(1, What.KEY, sentence)
    return beginning(state.origin, first_key)


def _hold_against_state(tip: Tip, state: State) -> None:
    """The row of the writers says the same as the last line, and holds the key that follows."""
    if (state.link, state.mac) != (tip.link, tip.mac):
        sentence = f"What was noted about the last line, {tip.seq}, was changed."
        raise Broken(tip.seq, What.STATE, sentence)
    if state.key is None:
        sentence = (
            f"The key does not fit: no secret of this installation opens the key that comes after "
            f"line {tip.seq}. Lines were rewritten, or the secret is another one."
        )
        raise Broken(tip.seq, What.KEY, sentence)
    if tip.key is not None and state.key != tip.key:
        sentence = f"The key does not fit: the present one is not the key after line {tip.seq}."
        raise Broken(tip.seq, What.KEY, sentence)


def _no_state() -> NoReturn:
    sentence = "There are lines, and what was noted about the last one is gone."
    raise Broken(1, What.STATE, sentence)


def _cut_off(first: int, last: int) -> NoReturn:
    lines = f"Line {first} is" if first == last else f"Lines {first} to {last} are"
    sentence = f"{lines} missing: the logbook was cut off at the end."
    raise Broken(first, What.CUT_OFF, sentence)


def _expect_no_strays(named: tuple[Any, Any], *, last: int) -> None:
    """Objects that lines name are sealed with the line; these have none."""
    for seq in named:
        if seq is not None and not (isinstance(seq, int) and 1 <= seq <= last):
            sentence = f"An object was put in for line {seq}, which does not exist."
            raise Broken(last + 1, What.PUT_IN, sentence)


def _more_than_written(first: int) -> NoReturn:
    sentence = f"Line {first} was put in at the end, and not by SAMEN."
    raise Broken(first, What.PUT_IN, sentence)


# Line by line


class _Walk:
    """From line to line, with the seals of the last good one in hand."""

    def __init__(self, log: Log, tip: Tip, heads: "_Heads", on_line: Callable[[int], None]) -> None:
        self.tip = tip
        self.first_at = self.last_at = ""
        self._log = log
        self._heads = heads
        self._on_line = on_line

    def on(self) -> None:
        """To the last line there is now."""
        for line in self._log.lines(after=self.tip.seq or None):
            self.tip = self._next(line)
            self.last_at = str(line.values[2]) if line.values else ""
            self.first_at = self.first_at or self.last_at
            self._heads.hold_against(self.tip)
            self._on_line(self.tip.seq)

    def _next(self, line: Line) -> Tip:
        tip = self.tip
        seq = tip.seq + 1
        if line.seq != seq:
            _wrong_number(line.seq, seq)
        row = line.row(seq=seq)
        if not _fits(line.link, row, line.mac, after=tip.link):
            _name_the_fault(self._log, tip, line)
        if tip.key is None:
            return Tip(seq, line.link, line.mac)
        if line.mac != mac_of(row, after=tip.mac, key=tip.key):
            sentence = f"The key does not fit line {seq}: it was rewritten after it was written."
            raise Broken(seq, What.KEY, sentence)
        return Tip(seq, line.link, line.mac, evolve(tip.key))


def _fits(link: Any, row: bytes, mac: Any, *, after: Any) -> bool:
    """Whether this is the link of this row and this mac after that link."""
    if not (row and isinstance(after, bytes) and isinstance(mac, bytes) and len(mac) == DIGEST):
        return False
    return bool(link == link_of(row, mac, after=after))


def _wrong_number(found: Any, wanted: int) -> NoReturn:
    if not isinstance(found, int) or found < wanted:
        raise Broken(wanted, What.PUT_IN, f"Before line {wanted} a line was put in.")
    if found == wanted + 1:
        raise Broken(wanted, What.MISSING, f"Line {wanted} is missing.")
    sentence = f"Lines {wanted} to {found - 1} are missing."
    raise Broken(wanted, What.MISSING, sentence)


def _name_the_fault(log: Log, tip: Tip, line: Line) -> NoReturn:
    """Line `line` does not follow the tip. Look further on for what became of the right one."""
    seq = tip.seq + 1
    if line.values is not None:
        _look_for_it_elsewhere(log, tip, line)
        following = next(log.lines(after=seq), None)
        for gap in range(1, _LONGEST_GAP if following else 0):
            # The next line still hangs on this one, but under a higher number.
            if following and following.follows(line.link, seq=seq + 1 + gap):
                lines = f"Line {seq} is" if gap == 1 else f"Lines {seq} to {seq + gap - 1} are"
                sentence = f"{lines} missing, and those after were given other numbers."
                raise Broken(seq, What.MISSING, sentence)
    raise Broken(seq, What.CHANGED, f"Line {seq} was changed after it was written.")


def _look_for_it_elsewhere(log: Log, tip: Tip, line: Line) -> None:
    seq = tip.seq + 1
    before = line  # the one before `other`
    for other in log.lines(after=seq):
        contents_swapped = _fits(line.link, other.row(seq=seq), line.mac, after=tip.link)
        if other.follows(tip.link, seq=seq) or contents_swapped:
            _moved(line, other, before, contents_swapped=contents_swapped, seq=seq)
        before = other


def _moved(line: Line, other: Line, before: Line, *, contents_swapped: bool, seq: int) -> NoReturn:
    """What should be line `seq` stands at `other`: they were swapped, or something pushed it on."""
    previous = other.link if before is line else before.link
    if contents_swapped or line.follows(previous, seq=other.seq):
        raise Broken(seq, What.SWAPPED, f"Lines {seq} and {other.seq} were swapped.")
    sentence = f"Line {seq} was put in; what was line {seq} now has the number {other.seq}."
    raise Broken(seq, What.PUT_IN, sentence)


# Signed heads


class _Heads:
    """The heads in the order of the lines they were signed over, each held against its line."""

    def __init__(self, evidence: Evidence) -> None:
        self.seen = 0
        self._waiting = deque(sorted(evidence.heads, key=lambda head: (head.seq, head.number)))
        self._trusted = evidence.trusted
        self._number = 0  # of the last head of the logbook's own table
        self._fits_up_to = 0

    def hold_against(self, tip: Tip) -> None:
        while self._waiting and self._waiting[0].seq <= tip.seq:
            head = self._waiting.popleft()
            self._check_head(head)
            if (head.seq, head.link, head.mac) != (tip.seq, tip.link, tip.mac):
                sentence = (
                    f"{_named(head)} does not fit: between line {self._fits_up_to + 1} and line "
                    f"{head.seq} the logbook was rewritten after it was signed."
                )
                raise Broken(head.seq, What.HEAD, sentence)
            self._fits_up_to = head.seq
            self.seen += 1

    def expect_none_beyond(self, last: int) -> None:
        if self._waiting:
            head = self._waiting[0]
            self._check_head(head)
            sentence = (
                f"The logbook was cut off at the end: it stops at line {last}, and "
                f"{_named(head)} was signed over {head.seq} lines."
            )
            raise Broken(last + 1, What.CUT_OFF, sentence)

    def _check_head(self, head: SignedHead) -> None:
        if not head.is_signed():
            raise Broken(head.seq, What.HEAD, f"{_named(head)} was changed: it is not as signed.")
        if self._trusted and head.public_key not in self._trusted:
            sentence = (
                f"{_named(head)} is signed with a key that is not ours: {head.public_key.hex()}."
            )
            raise Broken(head.seq, What.HEAD, sentence)
        if not head.source:
            self._number += 1
            if head.number != self._number:
                raise Broken(head.seq, What.HEAD, f"Head {self._number} is missing.")


def _named(head: SignedHead) -> str:
    where = f" in {head.source}" if head.source else ""
    return f"Head {head.number} of {head.at:%Y-%m-%d}{where}"
