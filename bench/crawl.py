"""Everything there is at the interface, read and held against the schemas; and the standard's own
mock server beside ours.

    .venv/bin/python -m bench --only crawl

A server of its own with the real map and 10,000 records taken in. Every page of every list is read,
every id that stands in one, and everything as lines; each answer is held against the official file
(from `SAMEN_HSDS_DIR`) and against our own schemas, in which nothing may stand that they do not
name.

The mock server is measured where `SAMEN_HSDS_MOCK` is a checkout of openreferral/mock-hsds-api with
the environment `.ve` that its README makes. It is given the very records that ours gave out.
"""

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from bench import house
from samen.exchange.rules.shapes import compiled
from samen.exchange.tests.asking import LISTS, ONE, closed
from samen.exchange.tests.schemas import SCHEMA, Hsds
from tests.serving import free_port, installed

SERVICES, QUICK = 10_000, 300
PER_PAGE, PIECE, ASKED = 100, 65_536, 30
BASE = "/api/hsds/3.2"
NO_FILES = "the files of HSDS: set SAMEN_HSDS_DIR to their folder"
NO_MOCK = "the mock server: set SAMEN_HSDS_MOCK to a checkout of it, with its environment in .ve"


def measure(*, quick: bool = False) -> dict[str, Any]:
    size = QUICK if quick else SERVICES
    found: dict[str, Any] = {"machine": house.now(), "missing": []}
    if not SCHEMA.exists():
        found["missing"].append(NO_FILES)
        return found
    with tempfile.TemporaryDirectory() as data:
        here = installed(Path(data), SAMEN_API_AT_ONCE="1000000", SAMEN_API_PER_SECOND="1000000")
        here.samen("import_map", "--quiet")
        here.run(f"from bench import takein\ntakein.bring({size})")
        here.run("from samen.exchange import actions\nactions.keep_documents(most=10**9)")
        here.samen("reindex")
        with here.running("serve", "--only", "visitors", "--workers", "1") as server:
            crawl = Crawl(server.port)
            found["crawl"] = crawl.all()
            found["ours"] = _measured(server.port, BASE, next(iter(crawl.services)))
        mock = Path(os.environ.get("SAMEN_HSDS_MOCK", "/nowhere"))
        if not (mock / ".ve" / "bin" / "flask").exists():
            found["missing"].append(NO_MOCK)
            return found
        found["mock"] = _mock(mock, Path(data) / "mock", crawl.services)
    return found


class Crawl:
    """Of one server, everything."""

    def __init__(self, port: int) -> None:
        self._reader = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        official = Hsds()
        paths = ["/", *(f"/{kind}{one}" for kind in LISTS for one in ("", "/{id}"))]
        self._official = {path: official.quick(path) for path in paths}
        self._ours = {kind: _strict(shape) for kind, shape in ONE.items()}
        self._counts: Counter[str] = Counter()
        self._errors: list[str] = []
        self.services: dict[str, bytes] = {}  # by id, whole

    def all(self) -> dict[str, Any]:
        began = time.perf_counter()
        self._officially("/", self._got("/"))
        for kind in LISTS:
            for record in self._list(kind):
                self._one(kind, self._got(f"/{kind}/{record}"))
            self._lines(kind)
        return {
            **self._counts,
            "schema errors": len(self._errors),
            "first errors": self._errors[:5],
            "seconds": round(time.perf_counter() - began, 1),
        }

    def _list(self, kind: str) -> list[str]:
        ids: list[str] = []
        number, last = 0, False
        while not last:
            number += 1
            body = self._got(f"/{kind}?page={number}&per_page={PER_PAGE}")
            self._officially(f"/{kind}", body)
            page = json.loads(body)
            for each in page["contents"]:
                self._strictly(kind, each)
            ids += [each["id"] for each in page["contents"]]
            last = page["last_page"]
        self._counts[kind] = len(ids)
        if len(set(ids)) != page["total_items"]:
            self._errors.append(f"{kind}: {len(set(ids))} ids, and {page['total_items']} were told")
        return ids

    def _lines(self, kind: str) -> None:
        self._reader.request("GET", f"{BASE}/{kind}?format=ndjson")
        for line in self._reader.getresponse():
            self._strictly(kind, json.loads(line))
            self._counts["lines"] += 1

    def _one(self, kind: str, body: bytes) -> None:
        self._officially(f"/{kind}/{{id}}", body)
        record = json.loads(body)
        self._strictly(kind, record)
        if kind == "services":
            self.services[record["id"]] = body

    def _officially(self, path: str, body: bytes) -> None:
        errors = self._official[path].iter_errors(json.loads(body))
        self._errors += (f"{path}: {each.message}" for each in errors)

    def _strictly(self, kind: str, record: Any) -> None:
        self._counts["records held against our own schemas"] += 1
        self._errors += (f"{kind}: {each.message}" for each in self._ours[kind].iter_errors(record))

    def _got(self, path: str) -> bytes:
        """An answer, which is also held against the official file."""
        self._counts["answers held against the official file"] += 1
        self._reader.request("GET", f"{BASE}{path}")
        answer = self._reader.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(body[:300])
        return body


def _strict(shape: str) -> Any:
    schema = closed(compiled(shape, f"https://example.org/{shape}.json"))
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


# --- beside the mock server ----------------------------------------------------------------------


def _mock(checkout: Path, folder: Path, services: Mapping[str, bytes]) -> dict[str, Any]:
    """A copy of it, with our records in place of its own."""
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".ve", ".git"))
    for old in (folder / "data" / "services").glob("*.json"):
        old.unlink()
    for record, body in services.items():
        (folder / "data" / "services" / f"{record}.json").write_bytes(body)
    port = free_port()
    process = subprocess.Popen(
        [checkout / ".ve" / "bin" / "flask", "run", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        return _measured(port, "", next(iter(services)))
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody listens: it has no address that says that all is well."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except ConnectionError:
            time.sleep(0.1)
        else:
            return
    message = "the mock server did not start"
    raise RuntimeError(message)


def _measured(port: int, base: str, service: str) -> dict[str, Any]:
    """Which of the sixteen operations answer as the official file says, and how long two take."""
    reader = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    official, valid = Hsds(), []
    for path in ("/", *(f"/{kind}{one}" for kind in LISTS for one in ("", "/{id}"))):
        record = service if path == "/services/{id}" else _first(reader, base, path)
        for method in ("GET", "POST") if path.strip("/") in LISTS else ("GET",):
            status, body = _asked(reader, method, base + path.replace("{id}", record))
            if status == http.HTTPStatus.OK and official.quick(path).is_valid(json.loads(body)):
                valid.append(f"{method} {path}")
    return {
        "valid operations": valid,
        "a page": _times(reader, f"{base}/services?page=2&per_page=50"),
        "bytes of a page": len(_asked(reader, "GET", f"{base}/services?page=2&per_page=50")[1]),
        "a record": _times(reader, f"{base}/services/{service}"),
    }


def _first(reader: http.client.HTTPConnection, base: str, path: str) -> str:
    if not path.endswith("{id}"):
        return ""
    _status, body = _asked(reader, "GET", base + path.removesuffix("/{id}"))
    return str(json.loads(body)["contents"][0]["id"])


def _asked(reader: http.client.HTTPConnection, method: str, path: str) -> tuple[int, bytes]:
    reader.request(method, path)
    answer = reader.getresponse()
    return answer.status, answer.read()


def _times(reader: http.client.HTTPConnection, path: str) -> dict[str, float] | None:
    """Milliseconds; None where it does not answer."""
    times = []
    for _time in range(ASKED):
        began = time.perf_counter()
        status, _body = _asked(reader, "GET", path)
        times.append(time.perf_counter() - began)
        if status != http.HTTPStatus.OK:
            return None
    tail = statistics.quantiles(times, n=20)[18]
    return {"p50": round(statistics.median(times) * 1e3, 2), "p95": round(tail * 1e3, 2)}


# --- said ----------------------------------------------------------------------------------------


def as_text(found: Mapping[str, Any]) -> Iterator[str]:
    """The chapter of docs/benchmarks.md."""
    machine, missing = found["machine"], found["missing"]
    yield "## Everything there is at the interface, held against the schemas"
    yield ""
    yield f"{machine['at']}, {machine['cores']} cores, load before {machine['load']}."
    yield ""
    for what in missing:
        yield f"Not measured for want of {what}."
        yield ""
    if "crawl" in found:
        yield from _crawl_as_text(found["crawl"])
    if "mock" in found:
        yield from _mock_as_text(found)


def _crawl_as_text(crawl: Mapping[str, Any]) -> Iterator[str]:
    yield "The real map and records taken in. Every page of every list, every id that stood in one,"
    yield "and every list as lines, formats checked; in our own schemas nothing may stand that they"
    yield "do not name."
    yield ""
    yield "| what | how many |"
    yield "|---|---|"
    for name, value in crawl.items():
        if name != "first errors":
            yield f"| {name} | {value:,} |"
    yield ""
    yield from (f"- {error}" for error in crawl["first errors"])


def _mock_as_text(found: Mapping[str, Any]) -> Iterator[str]:
    yield "Beside the standard's own mock server (openreferral/mock-hsds-api, one process that was"
    yield "given the same services): milliseconds, the middle and the twentieth part. It knows no"
    yield "pages and answers with everything there is."
    yield ""
    yield "| | SAMEN | mock |"
    yield "|---|---|---|"
    both = found["ours"], found["mock"]
    counted = (f"{len(each['valid operations'])} of 16" for each in both)
    yield "| operations that answer as the official file says | " + " | ".join(counted) + " |"
    for name, path in (("a page", "/services?page=2"), ("a record", "/services/{id}")):
        yield f"| `{path}` | " + " | ".join(_cell(each[name]) for each in both) + " |"
    sizes = (f"{each['bytes of a page']:,}" for each in both)
    yield "| bytes of `/services?page=2` | " + " | ".join(sizes) + " |"
    yield ""


def _cell(times: Mapping[str, float] | None) -> str:
    return f"{times['p50']} / {times['p95']}" if times else "does not answer"
