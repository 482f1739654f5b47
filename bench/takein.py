"""How long it takes to take a list of others in, and to read it again unchanged.

    .venv/bin/python -m bench --only takein
    .venv/bin/python -m bench --only takein --sizes 10000

A file of invented records in a database of its own that is thrown away: read, compared, written
with their history and journal, step by step as the worker does it. Then the same file again, and
the same with one record in a hundred changed.
"""

import gc
import json
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bench import house

SIZES = (10_000, 100_000)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = ("MO", "TU", "WE", "TH", "FR")


def measure(sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """By size: seconds of each reading, and what this process needed at most."""
    from django.core.management import call_command  # noqa: PLC0415 house has set it up

    call_command("migrate", verbosity=0)
    call_command("import_map", quiet=True)
    gc.collect()
    gc.freeze()  # as the worker does
    return {str(size): _one(size) for size in sizes or SIZES}


def _one(size: int, *, again: bool = True) -> dict[str, Any]:
    from samen.exchange.actions.sources import Wanted, add_source  # noqa: PLC0415 after the setup
    from samen.foundation.actor import job  # noqa: PLC0415 after the setup

    wanted = Wanted(municipality="utrecht", name=f"Lijst van {size}", kind="package")
    source = add_source(wanted=wanted, by=job("bench"), at=NOON)
    machine = house.now()
    new = _taken(source.id, records(size))
    if not again:
        return {"new": new}
    return {
        "machine": machine,
        "new": new,
        "same": _taken(source.id, records(size)),
        "changed": _taken(source.id, records(size, changed=True)),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def bring(size: int) -> None:
    """Into the installation that this process belongs to."""
    _one(size, again=False)


def _taken(source: Any, documents: Iterator[Mapping[str, Any]]) -> float:
    from samen.exchange.actions.taking_in import begin_file, take_step  # noqa: PLC0415 as above
    from samen.foundation.actor import job  # noqa: PLC0415 as above
    from samen.foundation.http.fetching import Gate  # noqa: PLC0415 as above

    began = time.perf_counter()
    by = job("bench")
    run = begin_file(source_id=source, documents=list(documents), by=by, at=NOON)
    while take_step(run_id=run.id, gate=Gate(), by=by, at=NOON):
        pass
    return time.perf_counter() - began


def records(size: int, *, changed: bool = False) -> Iterator[dict[str, Any]]:
    """Services as a register has them: hours, a place, a phone, two languages."""
    for number in range(size):
        other = changed and number % 100 == 0
        yield {
            "id": f"{size}-{number}",
            "name": f"Inloop {number}",
            "description": f"Koffie en raad in buurt {number}{' en soep' if other else ''}.",
            "status": "active",
            "url": f"https://inloop-{number}.example.org",
            "organization": {"id": f"{size}-o{number // 4}", "name": f"Buurthuis {number // 4}"},
            "phones": [{"number": f"030 {1_000_000 + number}"}],
            "languages": [{"code": "nl"}, {"code": ("ar", "tr", "pl")[number % 3]}],
            "schedules": [
                {"freq": "WEEKLY", "byday": ",".join(DAYS), "opens_at": "09:00",
                 "closes_at": "17:00"}
            ],
            "service_at_locations": [
                {"location": {"location_type": "physical", "addresses": [
                    {"address_1": f"Straat {number}", "city": "Utrecht"}]}}
            ],
            "accreditations": "ISO 9001",
        }  # fmt: skip


def as_text(found: Mapping[str, Any]) -> Iterator[str]:
    """The chapter of docs/benchmarks.md."""
    rows = sorted(found.items(), key=lambda pair: int(pair[0]))
    yield "## What it takes to take a list over"
    yield ""
    yield "Records of others taken in from one file, 200 in a transaction: held against the map,"
    yield "written with history, journal and logbook. One process on SQLite."
    yield ""
    yield "| records | new | read again, the same | 1 in 100 changed | memory |"
    yield "|---|---|---|---|---|"
    for size, row in rows:
        yield (
            f"| {int(size):,} | {row['new']:.0f} s | {row['same']:.1f} s | {row['changed']:.1f} s "
            f"| {row['megabytes']:.0f} MB |"
        )
    yield ""
    for size, row in rows:
        machine = row["machine"]
        yield (
            f"- {int(size):,} records: {machine['at']}, {machine['cores']} cores, load before"
            f" {machine['load']}"
        )
    yield ""


if __name__ == "__main__":
    result = measure()
    print(json.dumps(result, indent=1))
    print("\n".join(as_text(result)))
