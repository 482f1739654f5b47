"""The index of SAMEN, opened from the disk as a worker does; the same by numpy alone, without the
kernel; and the scan of everything."""

import multiprocessing
import re
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from bench.engines import FIRST, Answer
from bench.maps import COUNTS, FACETS, KINDS, Asked, Map, Row
from samen.search.engine import columns, scan, shelf, strips
from samen.search.engine.columns import Columns, Index
from samen.search.engine.counting import counted
from samen.search.engine.scan import Areas, Found, Verdict
from samen.search.queries.hours import Openings, write_hours


def told(found: Found, kind: str) -> Answer:
    if kind == COUNTS:
        return Answer(total=len(found.ready), counts=counted(found.verdict, found.ready))
    return Answer(tuple(found.verdict.numbers(found.ready[:FIRST])), len(found.ready))


@dataclass(slots=True)
class Own:
    index: Index
    build_s: float
    drawn_s: float  # of that, to draw the services: every engine is given them while it builds
    peak_mb: float  # of the process while it was built, beside what it had before
    first_ms: float  # to open it when every byte is read
    open_ms: float  # when another process has done so
    name: str = "SAMEN"
    kinds: frozenset[str] = frozenset(KINDS)
    differs: Mapping[str, str] = field(default_factory=dict)
    areas: Areas = field(init=False)
    openings: Openings = field(init=False)

    def __post_init__(self) -> None:
        self.areas, self.openings = Areas(self.index, {}), Openings(self.index)

    @property
    def size_mb(self) -> float:
        return bytes_of(self.index) / 1e6

    def ask(self, kind: str, asked: Asked) -> Answer:
        found = strips.find(
            self.index,
            asked.question,
            asked.situation,
            areas=self.areas,
            states=self.openings.states(asked.question.at),
            counting=kind == COUNTS,
        )
        return told(found, kind)


@dataclass(slots=True)
class Beside:
    """The same index, asked in another way."""

    own: Own
    name: str
    find: Callable[..., Found]
    kinds: frozenset[str] = frozenset(KINDS)
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def size_mb(self) -> float:
        return self.own.size_mb

    def ask(self, kind: str, asked: Asked) -> Answer:
        found = self.find(
            self.own.index,
            asked.question,
            asked.situation,
            areas=self.own.areas,
            states=self.own.openings.states(asked.question.at),
        )
        return told(found, kind)


def by_numpy(ours: Own) -> Beside:
    """What answers where there is no compiler."""
    return Beside(ours, "SAMEN by numpy", strips.plainly, frozenset({FACETS}))


def scanned(ours: Own) -> Beside:
    """Every row is judged: the exact answer, and what an index has to be faster than."""
    return Beside(ours, "scan", _every_row)


def _every_row(index: Index, *asked: Any, **known: Any) -> Found:
    return scan.judge(Verdict(index), *asked, **known)


def bytes_of(index: Index) -> int:
    return sum(getattr(index.columns, name).nbytes for name in Columns.names())


def memory(folder: Path, asked: Mapping[str, Sequence[Asked]]) -> dict[str, float]:
    """MB that a process needs more, once it has opened the index and answered these questions:
    of its own, and of the files that all processes share."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_grown, (folder, asked))


def _grown(folder: Path, asked: Mapping[str, Sequence[Asked]]) -> dict[str, float]:
    before = _resident()
    own = Own(shelf.read(folder), 0, 0, 0, 0, 0)
    for kind, questions in asked.items():
        for each in questions:
            own.ask(kind, each)
    return {name: round(now - before[name], 1) for name, now in _resident().items()}


def _resident() -> dict[str, float]:
    said = dict(re.findall(r"(\w+):\s+(\d+) kB", Path("/proc/self/status").read_text()))
    return {"own": int(said["RssAnon"]) / 1e3, "shared": int(said["RssFile"]) / 1e3}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


class _Timed:
    """How long somebody else takes to draw the services that are read here."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.rows, self.seconds = rows, 0.0

    def __iter__(self) -> Iterator[Row]:
        while True:
            began = perf_counter()
            row = next(self.rows, None)
            self.seconds += perf_counter() - began
            if row is None:
                return
            yield row


@contextmanager
def opened(of: Map, folder: Path) -> Iterator[Own]:
    began, before, drawing = perf_counter(), _resident(), _Timed(of.rows())
    shelf.save(columns.build(drawing, write=write_hours), folder / "index" / "1-bench")
    build_s = perf_counter() - began
    peak_mb = max(0.0, _peak_mb() - sum(before.values()))
    times = []
    sleep(1.1)  # it is a while until whoever opens it next trusts what another has read whole
    for _ in range(5):
        began = perf_counter()
        index = shelf.read(folder / "index" / "1-bench")
        times.append(perf_counter() - began)
    yield Own(index, build_s, drawing.seconds, peak_mb, times[0] * 1000, min(times) * 1000)
