"""What a page costs to whom: kept in front of Django beside nginx, put together beside the ORM.

A server of its own with the real map and a hundred thousand services like it. nginx serves the
very bytes of the kept pages as files; another server keeps no card and no document, and puts them
together by the ORM (bench/plainly.py); wrk asks them in turn. The same in process, and an edit
against a commit of tantivy.
"""

import gzip
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from bench import house
from tests.serving import HOUSE, Installation, installed_with_the_map, wait_until_open

SERVICES, QUICK = 100_000, 1_000
CONNECTIONS, FEW, SECONDS, ROUNDS = 32, 4, 4, 3  # few where a page takes its time
# Situations, and kinds of help; a number that is neither has no page.
NEEDS = range(32, 113)
TOWNS = ("amsterdam", "rotterdam", "the-hague", "utrecht", "arnhem", "nijmegen")
TAGS = ("nl", "en", "ar")
INSTALL = "sudo apt-get install -y nginx-light wrk"
SERVE = ("serve", "--only", "visitors", "--workers", "1")
# Nothing is kept in front of Django, and who reads by machine is never held up.
UNKEPT = {
    "SAMEN_PAGE_CACHE_BYTES": "0",
    "SAMEN_API_AT_ONCE": "1000000",
    "SAMEN_API_PER_SECOND": "1000000",
}
PAGE = "/ar/find/?need=36&place=amsterdam&within=25"
DOCUMENTS = "/api/hsds/3.2/services?per_page=10"
_HALVES = ("", "&open=1", "&papers=0", "&open=1&papers=0")
PLAINLY = (sys.executable, "-m", "bench.plainly")
DRAWN = 20_000  # addresses, the first a thousand times as often as the thousandth
_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    open_file_cache max=5000; types {{ text/html html; }}
    server {{ listen 127.0.0.1:{port}; root {folder}/pages; gzip_static always; }}
}}
"""
_MANY = """
local paths = {{ {paths} }}
local drawn = {{ {drawn} }}
local at = 0
request = function()
    at = at + 1
    return wrk.format("GET", paths[drawn[at % #drawn + 1]])
end
"""


@dataclass(frozen=True, slots=True)
class Site:
    port: int
    paths: Sequence[str]


def measure(*, quick: bool = False, say: Callable[[str], None] = print) -> dict[str, Any]:
    size = QUICK if quick else SERVICES
    found: dict[str, Any] = {
        "machine": house.now(),
        "services": size,
        "ratios": {},
        "missing": {},
    }
    with tempfile.TemporaryDirectory(prefix="samen-bench-") as data:
        here, seconds = installed_with_the_map(Path(data)), 1 if quick else SECONDS
        say(f"serving: {size:,} services; pages and documents beside the ORM, edits beside tantivy")
        inside = [sys.executable, "-m", "bench.within", str(size)]
        done = subprocess.run(
            inside, cwd=HOUSE, env=here.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        found |= json.loads(done.stdout.splitlines()[-1])
        needed = [tool for tool in ("nginx", "wrk") if not _tool(tool)]
        if needed:
            found["missing"] = dict.fromkeys(needed, INSTALL)
            return found
        say("serving: kept pages beside nginx")
        with here.running(*SERVE) as server:
            found["served"] = _served(server.port, Path(data), seconds=seconds)
        say("serving: pages and documents that are put together, beside the ORM")
        found["made"] = _made(here, Path(data))
    found["ratios"] |= {
        "page_of_orm": _share(found["made"], "pages", "pages, by the ORM"),
        "documents_of_orm": _share(found["made"], "ten documents", "ten documents, by the ORM"),
        "kept_of_nginx": _share(found["served"], "kept page", "nginx, one file"),
        "many_of_nginx": _share(found["served"], "kept pages", "nginx, many files"),
    }
    return found


def _share(served: Mapping[str, Any], one: str, other: str) -> float:
    """The middle of the ratios of the rounds: in one round both found the machine as busy."""
    rounds = zip(served[one]["rounds"], served[other]["rounds"], strict=True)
    return round(float(statistics.median(own / peer for own, peer in rounds)), 3)


def _tool(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _served(port: int, folder: Path, *, seconds: int) -> dict[str, Any]:
    kept = {path: page for path in pages() if (page := _page(port, path))}
    ours = Site(port, list(kept))
    with _nginx(folder, kept) as static:
        sites = {
            "kept page": (ours, 1),
            "nginx, one file": (static, 1),
            "kept pages": (ours, len(kept)),
            "nginx, many files": (static, len(kept)),
        }
        return _in_turns(sites, folder, seconds)


def pages() -> list[str]:
    """What is asked for, what is asked most first: as the facets of bench/maps.py, what she needs,
    within 25 km, in her language; half of them open now, half without papers."""
    found = [
        f"/{tag}/find/?need={need}&place={town}&within=25{_HALVES[(need + number) % 4]}"
        for need in NEEDS
        for number, town in enumerate(TOWNS)
        for tag in TAGS
    ]
    random.Random(len(found)).shuffle(found)  # noqa: S311 pages that are popular, no secrets
    return found


def _made(here: Installation, folder: Path) -> dict[str, Any]:
    unkept = Installation(here.environment | UNKEPT)
    with unkept.running(*SERVE) as kept, unkept.running(by=PLAINLY) as plain:
        for port, path in product((kept.port, plain.port), (PAGE, DOCUMENTS)):
            if not _page(port, path):
                raise RuntimeError(path)
        there = [path for path in pages() if _page(kept.port, path)]
        sites = {
            "pages": (Site(kept.port, there), len(there)),
            "pages, by the ORM": (Site(plain.port, there), len(there)),
            "ten documents": (Site(kept.port, [DOCUMENTS]), 1),
            "ten documents, by the ORM": (Site(plain.port, [DOCUMENTS]), 1),
        }
        return _in_turns(sites, folder, SECONDS, connections=FEW)


def _in_turns(
    sites: Mapping[str, tuple[Site, int]],
    folder: Path,
    seconds: int,
    connections: int = CONNECTIONS,
) -> dict[str, Any]:
    """Of each site so many of its pages."""
    rates: dict[str, list[float]] = {name: [] for name in sites}
    for _ in range(ROUNDS):
        for name, (site, many) in sites.items():
            rates[name].append(_asked(site, many, folder, seconds, connections))
    return {
        name: {
            "requests_s": round(statistics.median(each)),
            "rounds": [round(rate) for rate in each],
            "pages": sites[name][1],
        }
        for name, each in rates.items()
    }


def _page(port: int, path: str) -> bytes:
    """Asked twice, so that it is kept. Nothing for what does not exist."""
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != http.HTTPStatus.OK:
            return b""
    return body


@contextmanager
def _nginx(folder: Path, pages: Mapping[str, bytes]) -> Iterator[Site]:
    root, port = folder / "pages", 18_765
    root.mkdir()
    for number, page in enumerate(pages.values()):
        (root / f"{number}.html.gz").write_bytes(page)
        gzip.decompress(page)  # the very bytes, and they can be read
    os.chmod(folder, 0o755)  # noqa: S103, PTH101 nginx reads it as nobody
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    command = [str(_tool("nginx")), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        site = Site(port, [f"/{number}.html" for number in range(len(pages))])
        wait_until_open(port, process, path="0.html")
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


def _asked(site: Site, many: int, folder: Path, seconds: int, connections: int) -> float:
    """Requests a second."""
    script = folder / "ask.lua"
    paths = ", ".join(f'"{path}"' for path in site.paths[:many])
    chance = random.Random(many)  # noqa: S311 pages that are popular, no secrets
    places = range(1, many + 1)
    drawn = chance.choices(places, [1 / place for place in places], k=DRAWN)
    script.write_text(_MANY.format(paths=paths, drawn=", ".join(map(str, drawn))))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
    command += ["-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{site.port}/"]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    [rate] = [line.split()[1] for line in said.splitlines() if line.startswith("Requests/sec")]
    return float(rate)


def best(calls: Mapping[str, Callable[[], object]], *, rounds: int = 9) -> dict[str, float]:
    """In turns, of each the best; milliseconds."""
    found = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            found[name] = min(found[name], (time.perf_counter() - began) * 1000)
    return found


# --- as text ----------------------------------------------------------------------------------


def as_text(found: Mapping[str, Any]) -> Iterator[str]:
    """The chapter about pages and documents that are kept."""
    yield "## Serving"
    yield ""
    machine = found["machine"]
    yield f"{machine['at']}, {machine['cores']} cores, load before {machine['load']}."
    yield ""
    yield f"{found['services']:,} services. In process, milliseconds, the best of nine in turns:"
    yield ""
    yield "| what | kept | by ORM and template |"
    yield "|---|---|---|"
    for name, (kept, made) in found["within"].items():
        yield f"| {name} | {kept:.2f} | {made:.2f} |"
    yield ""
    edit = found["edit"]
    yield (
        f"A change of an entry, with its facts, history, journal and logbook, is on the disk after"
        f" {edit['written_ms']:.1f} ms. From there to the answer that has it: {edit['seen_ms']:.1f}"
        f" ms. A document committed by tantivy, which stores nothing else, and found:"
        f" {edit['tantivy_ms']:.1f} ms. Middles of twenty, all of them pending at the end."
    )
    yield ""
    yield from (f"- missing: {name} ({how})" for name, how in found["missing"].items())
    if "served" not in found:
        return
    yield (
        f"One process each, {CONNECTIONS} connections, wrk beside them; middle of {ROUNDS} rounds"
        " in turns. nginx serves the same compressed bytes from files. Of many pages the first is"
        " asked twice as often as the second, three times as often as the third, and so on."
    )
    yield ""
    yield "![serving](pictures/bench-serving.svg)"
    yield ""
    yield from _rates(found["served"])
    yield (
        f"With nothing kept in front of Django, and {FEW} connections, beside a server that keeps"
        " neither cards nor documents:"
    )
    yield ""
    yield from _rates(found["made"])


def _rates(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| what | pages | requests a second | rounds |"
    yield "|---|---|---|---|"
    for name, row in found.items():
        rounds = ", ".join(f"{rate:,}" for rate in row["rounds"])
        yield f"| {name} | {row['pages']:,} | {row['requests_s']:,} | {rounds} |"
    yield ""
