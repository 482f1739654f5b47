"""Run every check, go on after a failure, and say at the end what failed.

check.py fast    linters, translations, and the quick tests on SQLite
check.py full    Debian packages, the linters, every test on SQLite, and on PostgreSQL
                 those that ask a database, but for the journeys in a browser
check.py prove   the same, and refuses where the files of HSDS are not there, whole
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
HSDS = Path(os.environ.get("SAMEN_HSDS_DIR", ROOT.parent / "shared" / "hsds"))
TEMPLATES = sorted(str(folder.relative_to(ROOT)) for folder in ROOT.glob("samen/*/templates"))


@dataclass(frozen=True)
class Step:
    name: str
    command: tuple[str, ...]
    tests: bool = False  # a suite: speaks while it runs, and is counted


@dataclass(frozen=True)
class Result:
    step: Step
    passed: bool
    seconds: float
    counts: str = ""

    def __str__(self) -> str:
        verdict = "ok" if self.passed else "FAILED"
        return f"{self.step.name:24} {verdict:6} {self.seconds:7.1f} s   {self.counts}".rstrip()


def python(*arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-m", *arguments)


# As a file, not as a module, because import-linter has no `python -m`; through this very Python,
# because a folder that was moved has stale first lines in its scripts.
LINT_IMPORTS = (PYTHON, str(Path(PYTHON).parent / "lint-imports"))
LINTERS = (
    Step("ruff check", python("ruff", "check", "--quiet", ".")),
    Step("ruff format", python("ruff", "format", "--quiet", "--check", ".")),
    Step("rooms and floors", LINT_IMPORTS),
    Step("mypy", python("mypy", ".")),
    Step("templates", python("djlint", "--check", "--lint", "--quiet", *TEMPLATES)),
    Step("translations", (PYTHON, "scripts/messages.py", "check")),
)
# Neighbours stay together, so that what a file of tests shares is made once, not in each worker.
SUITE = python("pytest", "-n", "auto", "--dist", "worksteal", "-r", "fEs")
FAST = (*LINTERS, Step("quick tests on SQLite", (*SUITE, "-m", "not journey and not slow"), True))
FULL = (
    Step("Debian packages", ("scripts/setup.sh", "packages")),
    *LINTERS,
    Step("tests on SQLite", SUITE, True),
    Step(
        "tests on PostgreSQL",
        (PYTHON, "scripts/with_postgres.py", "--", *SUITE, "-m", "not journey"),
        True,
    ),
)


def run(step: Step) -> Result:
    began = time.monotonic()
    outcome = run_suite(step) if step.tests else run_quietly(step)
    passed, counts = outcome
    result = Result(step, passed, time.monotonic() - began, counts)
    print(result, flush=True)
    return result


def run_quietly(step: Step) -> tuple[bool, str]:
    """What a linter says is shown only when it finds something."""
    done = subprocess.run(
        step.command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment()
    )
    if done.returncode:
        print(f"{done.stdout}{done.stderr}", flush=True)
    return done.returncode == 0, ""


def run_suite(step: Step) -> tuple[bool, str]:
    print(f"{step.name} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = (*step.command, f"--junit-xml={report}")
        done = subprocess.run(command, cwd=ROOT, check=False, env=environment())
        return done.returncode == 0, counted(report)


def environment() -> dict[str, str]:
    """Nothing of this machine's own installation reaches a test."""
    ours = ("SAMEN_", "DJANGO_", "DATABASE_URL")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return kept | {"SAMEN_HSDS_DIR": str(HSDS.absolute())}


def damaged(folder: Path) -> str | None:
    """What is wrong with the files of HSDS there, by the list of sums that lies beside them."""
    sums = folder / "SHA256SUMS"
    if not sums.exists():
        return f"The files of HSDS are not in {folder}. Set SAMEN_HSDS_DIR to their folder."
    for line in sums.read_text().splitlines():
        said, _, name = line.partition("  ")
        file = folder / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != said:
            return f"In {folder} this file is missing, or is another one: {name}"
    return None


def counted(report: Path) -> str:
    """How many passed, failed and were skipped, of a report in JUnit's format."""
    if not report.exists():
        return "no test ran"
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 our own report
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in suites:
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    failed = totals["failures"] + totals["errors"]
    passed = totals["tests"] - failed - totals["skipped"]
    return f"{passed} passed, {failed} failed, {totals['skipped']} skipped"


def main() -> int:
    what = " ".join(sys.argv[1:])
    steps = {"fast": FAST, "full": FULL, "prove": FULL}.get(what)
    if steps is None:
        print(__doc__)
        return 2
    if what == "prove" and (reason := damaged(HSDS)):
        print(f"{reason}\nWithout them nothing is proved of the standard.")
        return 2
    began = time.monotonic()
    results = [run(step) for step in steps]
    failed = [result for result in results if not result.passed]

    print(f"\n{'':-<64}", *results, f"{'':-<64}", sep="\n")
    print(f"{time.monotonic() - began:.0f} seconds in all.", end=" ")
    if failed:
        print("Failed:", ", ".join(result.step.name for result in failed))
        return 1
    print("Everything passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
