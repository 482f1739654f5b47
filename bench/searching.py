"""The search of SAMEN beside the scan, a loop in C, SQLite, PostgreSQL and tantivy, on one map.

Every engine is first asked every question, and what it answers is held against the scan. What is
otherwise is written down beside the times.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import house, maps, rounds
from bench.engines import Answer, Engine, Missing, loop, own, postgres, sqlite
from bench.maps import COUNTS, KINDS, Asked, Map

LARGE = 1_000_000
QUICK, FULL = (1_000, 10_000), (1_000, 10_000, 100_000, LARGE)
# At a million the grid and the counts of SQLite take long to build and are far behind already.
_NOT_AT_A_MILLION = frozenset({"SQLite", "PostGIS, usual"})
Say = Callable[[str], None]


def measure(*, quick: bool = False, sizes: Sequence[int] = (), say: Say = print) -> dict[str, Any]:
    many, times = (20, 3) if quick else (60, 5)
    found = {}
    for size in sizes or (QUICK if quick else FULL):
        say(f"search: drawing {size:,} services")
        found[str(size)] = measured(size, many=many if size < LARGE else 30, times=times, say=say)
    return found


def measured(size: int, *, many: int, times: int, say: Say) -> dict[str, Any]:
    """One size: what each engine takes to build and to answer, and what it answers otherwise."""
    of = maps.make(size)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="samen-bench-")))
        engines, built, missing = _opened(of, folder, stack, say)
        row: dict[str, Any] = {"machine": house.now(), "built": built, "missing": missing}
        row["kinds"] = {}
        for kind in KINDS:
            say(f"search: {size:,} services, {kind}")
            asked = maps.questions(of, kind, many=many)
            able = [each for each in engines if kind in each.kinds]
            row["kinds"][kind] = _kind(kind, able, asked, times=times)
        asked_of = {kind: maps.questions(of, kind, many=many) for kind in KINDS}
        built["SAMEN"]["memory_mb"] = own.memory(folder / "index" / "1-bench", asked_of)
        return row


def _opened(
    of: Map, folder: Path, stack: ExitStack, say: Say
) -> tuple[list[Engine], dict[str, Any], dict[str, str]]:
    ours = stack.enter_context(own.opened(of, folder))
    engines: list[Engine] = [ours, own.by_numpy(ours), own.scanned(ours)]
    built: dict[str, Any] = {
        ours.name: {
            "build_s": round(ours.build_s, 1),
            "drawn_s": round(ours.drawn_s, 1),
            "mb": round(ours.size_mb, 1),
            "bytes_a_service": round(own.bytes_of(ours.index) / len(of)),
            "open_ms": round(ours.open_ms, 1),
            "first_ms": round(ours.first_ms, 1),
            "peak_mb": round(ours.peak_mb),
        }
    }
    missing: dict[str, str] = {}
    openers: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "loop in C": partial(loop.opened, ours, folder),
        "SQLite": partial(sqlite.opened, of, folder),
        "PostgreSQL": partial(postgres.opened, of, folder),
        "tantivy + numpy": partial(_tantivy, of, folder),
    }
    for name, opened in openers.items():
        if len(of) >= LARGE and name in _NOT_AT_A_MILLION:
            continue
        say(f"search: {len(of):,} services into {name}")
        began = perf_counter()
        try:
            engine = stack.enter_context(opened())
        except Missing as needed:
            missing[name] = str(needed)
            continue
        built[name] = {
            "build_s": round(perf_counter() - began, 1),
            "mb": round(engine.size_mb, 1),
        }
        engines.append(engine)
        if isinstance(engine, postgres.Postgres) and len(of) < LARGE:
            engines.append(postgres.Postgres(engine.db, usual=True))
        if name == "tantivy + numpy":
            engines.append(engine.counting())
    return engines, built, missing


def _tantivy(of: Map, folder: Path) -> AbstractContextManager[Engine]:
    try:
        from bench.engines import tantivy_numpy  # noqa: PLC0415 not everybody has it
    except ImportError as absent:
        message = "pip install tantivy"
        raise Missing(message) from absent
    return tantivy_numpy.opened(of, folder)


def _kind(kind: str, engines: Sequence[Engine], asked: Sequence[Asked], *, times: int) -> Any:
    scan = next(each for each in engines if each.name == "scan")
    exact = [scan.ask(kind, each) for each in asked]
    agree = {
        each.name: agreement(kind, exact, [each.ask(kind, one) for one in asked])
        | ({"differs": each.differs[kind]} if kind in each.differs else {})
        for each in engines
    }
    asks = {each.name: partial(each.ask, kind) for each in engines}
    hot = rounds.hot(asks, asked, rounds=times)
    cold = rounds.cold(asks, asked, rounds=max(2, times // 2))
    return {
        "agree": agree,
        "hot_us": {name: rounds.microseconds(each) for name, each in hot.items()},
        "cold_us": {name: rounds.microseconds(each) for name, each in cold.items()},
        "times_ours": rounds.ratios(hot, "SAMEN"),
        "times_ours_cold": rounds.ratios(cold, "SAMEN"),
    }


def agreement(kind: str, exact: Sequence[Answer], given: Sequence[Answer]) -> dict[str, Any]:
    """Of how many questions the answer is another than that of the scan."""
    pairs = list(zip(exact, given, strict=True))
    if kind == COUNTS:
        return {"other_counts": sum(_counts(one, other) for one, other in pairs)}
    return {
        "other_totals": sum(b.total is not None and a.total != b.total for a, b in pairs),
        "other_first_ten": sum(a.numbers != b.numbers for a, b in pairs),
        "shared_of_first_ten": round(sum(map(_shared, exact, given)) / len(pairs), 3),
    }


def _counts(one: Answer, other: Answer) -> bool:
    kinds = ("need", "speaks", "for")
    return any(dict(one.counts[kind]) != dict(other.counts[kind]) for kind in kinds)


def _shared(one: Answer, other: Answer) -> float:
    many = max(len(one.numbers), 1)
    return len(set(one.numbers) & set(other.numbers)) / many if one.numbers else 1.0


# --- as text ----------------------------------------------------------------------------------

SAYS = {
    "facets": "a need, within 25 km, a language; half of them open now, half without papers",
    "text": "two words, both of them, within 25 km",
    "any word": "one of three words, anywhere: the hardest there is",
    "counts": "the numbers beside the filters, of all within 25 km",
}


def as_text(found: Mapping[str, Any]) -> Iterator[str]:
    """The chapter about the search."""
    yield "## Search"
    yield ""
    for size, row in found.items():
        machine = row["machine"]
        yield (
            f"- {int(size):,} services: {machine['at']}, {machine['cores']} cores, load before"
            f" {machine['load']}"
        )
    yield ""
    for kind in KINDS:
        sizes = {size: row["kinds"][kind] for size, row in found.items() if kind in row["kinds"]}
        names = list(dict.fromkeys(name for row in sizes.values() for name in row["hot_us"]))
        yield f"### {kind.capitalize()}"
        yield ""
        yield f"{SAYS[kind].capitalize()}. Microseconds, the middle (and the hardest in a hundred)."
        yield ""
        yield f"![{kind}](pictures/bench-{kind.replace(' ', '-')}.svg)"
        yield ""
        yield (
            "| engine | " + " | ".join(f"{int(size):,}" for size in sizes) + " | not as the scan |"
        )
        yield "|---" * (len(sizes) + 2) + "|"
        for name in names:
            cells = [_cell(row, name) for row in sizes.values()]
            last = next(row for row in reversed(sizes.values()) if name in row["agree"])
            yield f"| {name} | " + " | ".join(cells) + f" | {_otherwise(last['agree'][name])} |"
        yield ""
    yield from _ratios(found)
    yield from _built(found)


def _cell(row: Mapping[str, Any], name: str) -> str:
    if name not in row["hot_us"]:
        return "-"
    hot = row["hot_us"][name]
    return f"{hot['p50']:,} ({hot['p99']:,})"


def _otherwise(agree: Mapping[str, Any]) -> str:
    if "differs" in agree:
        shared = agree.get("shared_of_first_ten")
        more = f"; shares {shared:.0%} of the first ten" if shared is not None else ""
        return f"{agree['differs']}{more}"
    other = {key: value for key, value in agree.items() if key.startswith("other_") and value}
    return (
        ", ".join(f"{value} {key.replace('_', ' ')}" for key, value in other.items()) or "nothing"
    )


def _ratios(found: Mapping[str, Any]) -> Iterator[str]:
    yield "### Beside SAMEN"
    yield ""
    yield "How many times as long an engine takes, hot (and cold): the middle of the questions."
    yield ""
    every = (kind["times_ours"] for row in found.values() for kind in row["kinds"].values())
    names = [name for name in dict.fromkeys(chain(*every)) if name != "SAMEN"]
    yield "| services | question | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 2) + "|"
    for size, row in found.items():
        for kind, own_row in row["kinds"].items():
            cells = [
                f"{own_row['times_ours'][name]:.2g} ({own_row['times_ours_cold'][name]:.2g})"
                if name in own_row["times_ours"]
                else "-"
                for name in names
            ]
            yield f"| {int(size):,} | {kind} | " + " | ".join(cells) + " |"
    yield ""


def _built(found: Mapping[str, Any]) -> Iterator[str]:
    yield "### To build, and how large"
    yield ""
    yield "| services | engine | seconds to build | MB |"
    yield "|---|---|---|---|"
    for size, row in found.items():
        for name, built in row["built"].items():
            yield f"| {int(size):,} | {name} | {built['build_s']} | {built['mb']:,} |"
    yield ""
    for size, row in found.items():
        ours = row["built"]["SAMEN"]
        yield (
            f"- {int(size):,} services: {ours['bytes_a_service']} bytes each,"
            f" opened in {ours['open_ms']} ms, by who reads and checks every byte in"
            f" {ours['first_ms']} ms"
        )
        if "memory_mb" in ours:
            yield (
                "  - a process that has answered needs"
                f" {ours['memory_mb']['own']:,.0f} MB of its own and"
                f" {ours['memory_mb']['shared']:,.0f} MB of files that all share; to build it took"
                f" {ours['peak_mb']:,} MB; of the seconds to build, {ours['drawn_s']} were"
                " to draw the services"
            )
        yield from (f"- missing: {name} ({how})" for name, how in row["missing"].items())
    yield ""
