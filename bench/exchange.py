"""What it costs to read the map by machine, from a server of its own with the real process model.

A page of a list, a record, and everything as lines, while the memory of the server is watched; and
how long a visitor waits for a page while somebody reads everything as slowly as she can.
"""

import http.client
import json
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import house
from tests.serving import installed

SIZES, QUICK = (10_000, 100_000), (1_000,)
ASKED = 300  # times each
PER_PAGE = 50
LIST, WHOLE = "/api/hsds/3.2/services", "/api/hsds/3.2/services?format=ndjson&full=true"
WORDS = ("opvang", "amsterdam", "advies", "vrouwen", "politie")
PIECE = 65_536  # bytes


def measure(sizes: Sequence[int] = (), *, quick: bool = False) -> dict[str, Any]:
    return {str(size): _measured(size) for size in sizes or (QUICK if quick else SIZES)}


def _measured(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as data:
        here = installed(Path(data), SAMEN_API_AT_ONCE="1000000", SAMEN_API_PER_SECOND="1000000")
        here.samen("import_map", "--quiet")
        here.run(f"from bench import pages\npages.fill({size})")
        began = time.perf_counter()
        here.run("from samen.exchange import actions\nactions.keep_documents(most=10**9)")
        made = time.perf_counter() - began
        here.samen("reindex")
        with here.running("serve", "--only", "visitors", "--workers", "1") as server:
            asked = _asked(size, server.port, server.process.pid)
            return {"machine": house.now(), "seconds to make": round(made, 1)} | asked


def _asked(size: int, port: int, pid: int) -> dict[str, Any]:
    chance = random.Random(size)  # noqa: S311 pages and ids, no secrets
    reader = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    ids = [each["id"] for each in json.loads(_read(reader, f"{LIST}?minimal=true"))["contents"]]
    last = len(ids) // PER_PAGE
    pages = [f"{LIST}?page={chance.randint(1, last)}" for _ in range(ASKED)]
    near = [f"{LIST}?page={chance.randint(1, 10)}" for _ in range(ASKED)]
    far = [f"{LIST}?page={chance.randint(max(1, last - 10), last)}" for _ in range(ASKED)]
    words = [f"{LIST}?search={word}" for word in WORDS * 10]
    records = [f"{LIST}/{chance.choice(ids)}" for _ in range(ASKED)]
    found = {
        "services": len(ids),
        "page": _times(reader, pages),
        "near page": _times(reader, near),
        "far page": _times(reader, far),
        "search": _times(reader, words),
        "page, full": _times(reader, [f"{page}&full=true" for page in pages]),
        "page, in Arabic": _times(reader, [f"{page}&lang=ar" for page in pages[:50]]),
        "record": _times(reader, records),
        "everything": _everything(reader, pid),
        "a visitor beside a slow reader": _beside_a_slow_reader(port),
    }
    reader.close()
    return found


def _read(reader: http.client.HTTPConnection, address: str) -> bytes:
    reader.request("GET", address)
    answer = reader.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(body[:300])
    return body


def _times(reader: http.client.HTTPConnection, addresses: Sequence[str]) -> dict[str, float]:
    """Milliseconds."""
    for address in addresses[:5]:
        _read(reader, address)
    return _summed([_timed(reader, address) for address in addresses])


def _summed(times: Sequence[float]) -> dict[str, float]:
    tail = statistics.quantiles(times, n=20)[18]
    return {"p50": round(statistics.median(times) * 1e3, 2), "p95": round(tail * 1e3, 2)}


def _timed(reader: http.client.HTTPConnection, address: str) -> float:
    began = time.perf_counter()
    _read(reader, address)
    return time.perf_counter() - began


def _everything(reader: http.client.HTTPConnection, pid: int) -> dict[str, Any]:
    """As lines, with the memory of the server before and at its most."""
    before, most, over = _memory(pid), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], _memory(pid))

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    lines = size = 0
    reader.request("GET", WHOLE)
    answer = reader.getresponse()
    while piece := answer.read(PIECE):
        lines += piece.count(b"\n")
        size += len(piece)
    seconds = time.perf_counter() - began
    over.set()
    watching.join()
    return {
        "lines": lines,
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds, 2),
        "memory before, MB": round(before / 1e6, 1),
        "memory at most, MB": round(most[0] / 1e6, 1),
    }


def _memory(pid: int) -> int:
    """Of the processes below, resident."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_resident(child) for child in children)


def _resident(pid: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _beside_a_slow_reader(port: int) -> dict[str, float]:
    """Two who ask for everything and then read nothing, and a page for visitors meanwhile."""
    slow = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(2)]
    for each in slow:
        each.request("GET", WHOLE)
        each.getresponse().read(100)
    visitor = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        return _times(visitor, ["/nl/i/3/"] * 50)
    finally:
        for each in (*slow, visitor):
            each.close()


def as_text(found: dict[str, Any]) -> Iterator[str]:
    """The chapter of docs/benchmarks.md about reading by machine."""
    yield "## What it costs to read the map by machine"
    yield ""
    yield "One process over HTTP on this machine. Milliseconds, the middle and the twentieth part:"
    yield f"{ASKED} random pages of {PER_PAGE} services, of the first and the last ten, and as many"
    yield "records; the first page of a search for a word that many have."
    yield ""
    names = (
        *("page", "near page", "far page", "search", "page, full", "page, in Arabic"),
        *("record", "a visitor beside a slow reader"),
    )
    yield "| services | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for row in found.values():
        cells = (f"{row[name]['p50']} / {row[name]['p95']}" for name in names)
        yield f"| {row['services']:,} | " + " | ".join(cells) + " |"
    yield ""
    for row in found.values():
        machine = row["machine"]
        yield (
            f"- {row['services']:,} services: {machine['at']}, {machine['cores']} cores,"
            f" load {machine['load']}; their documents were made in {row['seconds to make']} s"
        )
    yield ""
    yield "Everything as lines (`format=ndjson&full=true`), and the memory of the process:"
    yield ""
    yield "| services | MB | seconds | memory before, MB | at most, MB |"
    yield "|---|---|---|---|---|"
    for row in found.values():
        whole = row["everything"]
        yield (
            f"| {whole['lines']:,} | {whole['megabytes']} | {whole['seconds']} "
            f"| {whole['memory before, MB']} | {whole['memory at most, MB']} |"
        )
    yield ""
