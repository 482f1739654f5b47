"""Measure, and say what was measured: bench/results/*.json and docs/benchmarks.md.

    python -m bench                     everything, up to 100,000 services
    python -m bench --quick             small sizes, two minutes; written to var/bench only
    python -m bench --only searching    one chapter
    python -m bench --only searching --sizes 1000000     beside what is known of the others
    python -m bench --page              only the page anew, from the results there are

Every module of bench/ that has `measure()` and `as_text()` is a chapter, in a process of its own.
What fails, and what is not on this machine, is named on the page and stops nothing.
"""

import argparse
import importlib
import inspect
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import gates, pictures

HOUSE = Path(__file__).resolve().parents[1]
RESULTS, QUICK = HOUSE / "bench" / "results", HOUSE / "var" / "bench"
PAGE, PICTURES = HOUSE / "docs" / "benchmarks.md", HOUSE / "docs" / "pictures"
FIRST = ("searching", "serving", "pages")


def chapters() -> list[str]:
    """By their names, because importing one may set Django up for it."""
    texts = {path.stem: path.read_text() for path in Path(__file__).parent.glob("*.py")}
    able = {
        name
        for name, text in texts.items()
        if "\ndef measure(" in text and "\ndef as_text(" in text
    }
    return [*(name for name in FIRST if name in able), *sorted(able.difference(FIRST))]


def one(name: str, folder: Path, options: Mapping[str, Any]) -> None:
    """In a process of its own. What a chapter knew of other sizes stays."""
    chapter = importlib.import_module(f"bench.{name}")
    takes = inspect.signature(chapter.measure).parameters
    found = chapter.measure(**{key: value for key, value in options.items() if key in takes})
    path = folder / f"{name}.json"
    if path.exists() and all(key.isdecimal() for key in found):
        found = json.loads(path.read_text()) | found
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


def measured(names: Iterable[str], folder: Path, more: Sequence[str]) -> dict[str, str]:
    """Which chapters failed, and why."""
    failed = {}
    for name in names:
        say(name)
        command = [sys.executable, "-m", "bench", "--one", name, "--to", str(folder), *more]
        done = subprocess.run(command, cwd=HOUSE, check=False, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            failed[name] = (done.stderr.strip().splitlines() or ["it ended"])[-1]
    return failed


# --- the page ---------------------------------------------------------------------------------


def results(folder: Path) -> dict[str, Any]:
    return {name: json.loads(path.read_text()) for name, path in _kept(folder)}


def _kept(folder: Path) -> Iterator[tuple[str, Path]]:
    paths = ((name, folder / f"{name}.json") for name in chapters())
    return ((name, path) for name, path in paths if path.exists())


def page(found: Mapping[str, Any], failed: Mapping[str, str]) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Made by `make bench`; do not edit by hand. [How to read it](benchmarking.md)."
    yield ""
    yield from gates.as_text(found)
    for name, error in failed.items():
        yield f"**{name} could not be measured:** `{error}`"
        yield ""
    for name in chapters():
        if name in found:
            yield from importlib.import_module(f"bench.{name}").as_text(found[name])
            yield ""


def written(folder: Path, failed: Mapping[str, str], where: Path, drawings: Path) -> None:
    found = results(folder)
    drawings.mkdir(parents=True, exist_ok=True)
    for name, drawing in pictures.drawn(found).items():
        (drawings / f"bench-{name}.svg").write_text(drawing)
    text = "\n".join(page(found, failed)).rstrip() + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    where.write_text(text)
    say(str(where))


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=chapters(), default=[])
    parser.add_argument("--sizes", nargs="+", type=int, default=[])
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    wanted = asked()
    if wanted.one:
        one(wanted.one, wanted.to, {"quick": wanted.quick, "sizes": wanted.sizes, "say": say})
        return 0
    folder = QUICK if wanted.quick else RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    more = ["--quick"] * wanted.quick
    more += ["--sizes", *map(str, wanted.sizes)] if wanted.sizes else []
    failed = {} if wanted.page else measured(wanted.only or chapters(), folder, more)
    if wanted.quick:
        written(folder, failed, folder / "benchmarks.md", folder / "pictures")
    else:
        written(folder, failed, PAGE, PICTURES)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
