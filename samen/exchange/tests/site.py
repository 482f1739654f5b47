"""Somebody else's list of services, served by TLS on this machine."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from samen.foundation.http.fetching import Gate
from samen.foundation.tests.listener import certificate

Record = Mapping[str, Any]


class Feed:
    """What it says; a test changes it as it goes."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.files: dict[str, Any] = {}  # what it answers with whatever it has, by path
        self.size = 2  # of a page
        self.broken: set[str] = set()  # addresses that answer 500
        self.header = True  # whether pages have their fields
        self.brief = False  # whether a list gives names only
        self.total: int | None = None  # another one than the true one
        self.changes: Record | None = None  # the feed of another SAMEN
        self.minimal = False  # whether it knows what a list of names is
        self.tags = False  # whether an answer is known again
        self.asked: list[str] = []
        self.said: list[int] = []  # the status of each answer
        self.address = ""
        self.gate = Gate()

    def answer(self, target: str) -> tuple[int, Any]:
        self.asked.append(target)
        parts = urlsplit(target)
        path = parts.path.removeprefix("/hsds")
        if target.removeprefix("/hsds") in self.broken or path in self.broken:
            return 500, {"detail": "broken"}
        return (200, self.files[path]) if path in self.files else self._answer(path, parts.query)

    def _answer(self, path: str, query: str) -> tuple[int, Any]:
        if path == "/services" and self.minimal and "minimal=true" in query:
            return 200, self._names()
        if path == "/services":
            return 200, self._page(int(parse_qs(query).get("page", ["1"])[0]))
        if path == "/changes" and self.changes is not None:
            return 200, self.changes
        found = [each for each in self.records if path == f"/services/{each['id']}"]
        return (200, found[0]) if found else (404, {"detail": "none"})

    def _names(self) -> dict[str, Any]:
        names = ("id", "name", "status", "last_modified")
        contents = [{n: each[n] for n in names if n in each} for each in self.records]
        total = len(contents) if self.total is None else self.total
        return {"total_items": total, "last_page": True, "contents": contents}

    def _page(self, number: int) -> dict[str, Any]:
        whole = self.records[(number - 1) * self.size : number * self.size]
        names = ("id", "name", "description", "status")
        brief = [{n: v for n, v in each.items() if n in names} for each in whole]
        contents = {"contents": brief if self.brief else whole}
        if not self.header:
            return contents
        pages = max(1, -(-len(self.records) // self.size))
        return {
            "total_items": len(self.records) if self.total is None else self.total,
            "total_pages": pages,
            "page_number": number,
            "last_page": number >= pages,
            **contents,
        }


@contextmanager
def feed(folder: Path) -> Iterator[Feed]:
    said = Feed()
    keys = certificate(folder)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, value = said.answer(self.path)
            body = json.dumps(value).encode()
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            if said.tags and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            said.said.append(status)
            self.send_response(status)
            if said.tags:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    said.address = f"https://localhost:{server.server_port}/hsds"
    said.gate = Gate(openings={f"localhost:{server.server_port}": str(keys)})
    try:
        yield said
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
