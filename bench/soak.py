"""Ten minutes of readers while the map is edited: memory stays flat, nothing fails, edits show.

    python -m bench.soak [--minutes 10]

A server of its own with the real map in a temporary folder, readers on several connections with
popular and rare addresses, an edit every few seconds. Each edit is looked for until it shows, and
the memory of every process is read twice a second.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.serving import HOUSE, Server, installed_with_the_map

RESULTS = HOUSE / "bench" / "results" / "soak.json"
READERS, WORKERS = 4, 2
LANGUAGES = ("nl", "en", "ar", "ti", "fa", "uk", "tr", "fr", "so", "es")
TOWNS = ("amsterdam", "rotterdam", "den-haag", "utrecht", "arnhem", "nijmegen", "")
EDITED = 3  # the number of the service that is edited all the time
CACHE_BYTES = 8 * 1024 * 1024  # small, so that it is full soon and what grows after is a leak
SEEN_WITHIN = 2.0  # seconds
WELL, NOT_THERE = 200, 404
GIVEN_UP = 30.0  # seconds
BETWEEN_EDITS = 5.0  # seconds: pages are kept in between
MAY_GROW = 1.10  # from the second quarter of the time to the last


def soak(minutes: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as data:
        here = installed_with_the_map(Path(data), SAMEN_PAGE_CACHE_BYTES=str(CACHE_BYTES))
        here.samen("project")
        with here.running("serve", "--only", "visitors", "--workers", str(WORKERS)) as server:
            return watched(minutes, here.environment, server)


def _get(port: int, address: str) -> tuple[int, bytes]:
    """0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


class Soak:
    """What is seen while it lasts."""

    def __init__(self, port: int, ends: float) -> None:
        self.port = port
        self.ends = ends
        self.answers: Counter[int] = Counter()
        self.memory: list[tuple[float, int]] = []
        self.seen_after: list[float] = []
        self.lock = threading.Lock()

    def read(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 addresses, no secrets
        while time.monotonic() < self.ends:
            status, _page = _get(self.port, _address(chance))
            with self.lock:
                self.answers[status] += 1

    def watch(self, pid: int) -> None:
        while time.monotonic() < self.ends:
            self.memory.append((time.monotonic(), _memory(pid)))
            time.sleep(0.5)

    def look_for(self, name: str) -> None:
        """How long an edit takes to show on a page that is kept, whichever process answers."""
        began = last_old = time.monotonic()
        in_a_row = 0
        while in_a_row < 4 * WORKERS and last_old - began < GIVEN_UP:
            in_a_row += 1
            if name.encode() not in _get(self.port, f"/nl/i/{EDITED}/")[1]:
                in_a_row, last_old = 0, time.monotonic()
        self.seen_after.append(last_old - began)


def _address(chance: random.Random) -> str:
    language = chance.choice(LANGUAGES)
    kind = chance.random()
    if kind < 0.3:  # noqa: PLR2004 shares of all readers
        return f"/{language}/"
    if kind < 0.5:  # noqa: PLR2004 shares of all readers
        return f"/{language}/i/{chance.randint(1, 100)}/"
    need, town = chance.randint(1, 120), chance.choice(TOWNS)
    stray = f"&x={chance.random()}" if chance.random() < 0.2 else ""  # noqa: PLR2004 a fifth
    within = chance.randint(1, 300)
    return f"/{language}/find/?need={need}&place={town}&within={within}{stray}"


def _memory(pid: int) -> int:
    """What the processes below have for themselves, in bytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(own_memory, children))


def own_memory(pid: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1]) * 1024
    return 0


EDIT = """
import sys
import django
django.setup()
from samen.directory import actions
from samen.directory.models import Service
from samen.foundation import clock
from samen.foundation.actor import job
one = Service.objects.get(number=int(sys.argv[1]))
for name in map(str.strip, sys.stdin):
    version, facts = actions.service_facts(one.id)
    actions.change_service(
        service_id=one.id, changes={"name": facts["name"] | {"name": name}}, version=version,
        why="", by=job("soak"), at=clock.now(),
    )
    print(name, flush=True)
"""


def watched(
    minutes: float,
    environment: dict[str, str],
    server: Server,
) -> dict[str, Any]:
    began = time.monotonic()
    soak = Soak(server.port, began + 60 * minutes)
    threads = [threading.Thread(target=soak.read, args=[seed]) for seed in range(READERS)]
    threads.append(threading.Thread(target=soak.watch, args=[server.process.pid]))
    for thread in threads:
        thread.start()
    edits = 0
    with _editor(environment) as edit:
        while time.monotonic() < soak.ends:
            edits += 1
            name = f"Naam-{edits}-x"
            edit(name)
            soak.look_for(name)
            time.sleep(BETWEEN_EDITS)
    for thread in threads:
        thread.join()
    return _found(soak, minutes, edits)


@contextmanager
def _editor(environment: dict[str, str]) -> Iterator[Callable[[str], object]]:
    """A colleague in a process of her own, who gives one service another name when told."""
    editor = subprocess.Popen(
        [sys.executable, "-c", EDIT, str(EDITED)],
        cwd=HOUSE,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def edit(name: str) -> None:
        said, done = editor.stdin, editor.stdout
        if said is None or done is None:
            raise RuntimeError
        said.write(f"{name}\n")
        said.flush()
        if done.readline().strip() != name:
            raise RuntimeError(name)

    try:
        yield edit
    finally:
        editor.terminate()
        editor.communicate(timeout=30)


def _found(soak: Soak, minutes: float, edits: int) -> dict[str, Any]:
    quarters = _quarters(soak.memory)
    failed = sum(n for status, n in soak.answers.items() if status not in (WELL, NOT_THERE))
    grew, worst = quarters[3] / quarters[1], max(soak.seen_after)
    return {
        "minutes": minutes,
        "requests": sum(soak.answers.values()),
        "failed": failed,
        "edits": edits,
        "edit_seen_after_s": {
            "median": round(statistics.median(soak.seen_after), 2),
            "worst": round(worst, 2),
        },
        "own_memory_mb_by_quarter": [round(each / 1e6, 1) for each in quarters],
        "grew": round(grew, 3),
        "well": failed == 0 and grew <= MAY_GROW and worst <= SEEN_WITHIN,
    }


def _quarters(memory: list[tuple[float, int]]) -> list[float]:
    size = max(1, len(memory) // 4)
    return [
        statistics.median(used for _at, used in memory[i * size : (i + 1) * size]) for i in range(4)
    ]


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--minutes", type=float, default=10)
    said.add_argument("--keep", action="store_true", help="write bench/results/soak.json")
    asked = said.parse_args()
    found = soak(asked.minutes)
    print(json.dumps(found, indent=1))
    if asked.keep:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if found["well"] else 1


if __name__ == "__main__":
    sys.exit(main())
