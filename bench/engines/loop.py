"""The limit: the same question as one loop in C over the same arrays, its look-ups for free."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bench.engines import FIRST, Answer, Missing
from bench.engines.own import Own
from bench.engines.ranking import TRUST
from bench.maps import FACETS, WITHIN, Array, Asked
from samen.search.rules import ground

_SOURCE = Path(__file__).with_name("loop.c")
_ARRAYS: Mapping[str, Any] = {
    "latitude": np.float64,
    "longitude": np.float64,
    "speaks": np.uint64,
    "interpreter": np.int8,
    "papers": np.int8,
    "verified": np.int8,
    "state": np.int8,
    "seen": np.int32,
    "hours": np.int32,
    "number": np.int32,
    "rows": np.int32,
    "bounds": np.int32,
}


class _Question(ctypes.Structure):
    _fields_: ClassVar[list[Any]] = [
        *((name, ctypes.c_void_p) for name in _ARRAYS),
        *((name, ctypes.c_double) for name in ("here_latitude", "here_longitude")),
        *((name, ctypes.c_double) for name in ("within", "earth")),
        ("tag", ctypes.c_uint64),
        *((name, ctypes.c_int32) for name in ("stretches", "today", "open_now", "no_papers")),
        ("trust", ctypes.c_double * 8),
    ]


@dataclass(slots=True)
class Loop:
    own: Own
    library: ctypes.CDLL
    name: str = "loop in C"
    kinds: frozenset[str] = frozenset({FACETS})
    differs: Mapping[str, str] = field(default_factory=dict)
    size_mb: float = 0.0
    arrays: dict[str, Array] = field(default_factory=dict)
    known: dict[int, _Question] = field(default_factory=dict)
    held: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        columns = self.own.index.columns
        values = {
            "latitude": columns.town_latitude,
            "longitude": columns.town_longitude,
            "speaks": columns.bits_speaks[:, 0],
            "interpreter": columns.interpreter,
            "papers": columns.without_documents,
            "verified": columns.verified,
            "seen": columns.last_seen,
            "hours": columns.hours,
            "number": columns.number,
        }
        self.arrays = {
            name: np.ascontiguousarray(each, _ARRAYS[name]) for name, each in values.items()
        }

    def ask(self, kind: str, asked: Asked) -> Answer:  # noqa: ARG002 one kind only
        question = self.known.get(id(asked)) or self._prepared(asked)
        best = (ctypes.c_int32 * (FIRST + 1))()
        total = self.library.find(ctypes.byref(question), best)
        return Answer(tuple(best[: best[FIRST]]), total)

    def _prepared(self, asked: Asked) -> _Question:
        """Where to look, and who is there at that moment: not of the loop, and not counted."""
        index, question = self.own.index, asked.question
        rows = index.having(f"need:{question.need}")
        here = asked.spot
        near = np.array(ground.stretches(here.latitude, here.longitude, WITHIN)).ravel()
        bounds = rows.searchsorted(index.columns.home.searchsorted(near))
        states = self.own.openings.states(question.at).of(
            np.arange(len(index.hours), dtype=np.int32)
        )
        arrays = self.arrays | {"rows": rows, "bounds": bounds, "state": states}
        arrays = {name: np.ascontiguousarray(each, _ARRAYS[name]) for name, each in arrays.items()}
        self.held.extend(arrays.values())
        place = index.place_of("speaks", str(question.speaks))
        made = _Question(
            **{name: each.ctypes.data for name, each in arrays.items()},
            here_latitude=here.latitude,
            here_longitude=here.longitude,
            within=WITHIN,
            earth=ground.EARTH,
            tag=0 if place is None else 1 << place,
            stretches=len(bounds) // 2,
            today=question.at.date().toordinal(),
            open_now=question.open_now,
            no_papers=question.no_papers,
            trust=(ctypes.c_double * 8)(*TRUST.tolist()),
        )
        self.known[id(asked)] = made
        return made


@contextmanager
def opened(own: Own, folder: Path) -> Iterator[Loop]:
    compiler = shutil.which("cc")
    if compiler is None:
        message = "sudo apt-get install -y gcc"
        raise Missing(message)
    library = folder / "loop.so"
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(_SOURCE), "-o", str(library), "-lm"], check=True)
    yield Loop(own, ctypes.CDLL(str(library)))
