"""Pages kept in front of Django, so that a popular page costs hardly more than a static file.

Kept are answers to anonymous GETs of visitor pages, and only those whose view said until when they
hold: the next time any service on it opens or closes. The key is the address in its one true
spelling; names we do not know are dropped before anything is looked up. A change of the map is
seen within a second. Words somebody typed come by POST and are never kept, nor is an error.
Browsers are told `no-store` as ever: what is kept here is kept on our side only.

A page carries the revision it is true to, and is given while that is the revision of the map. It is
kept only if the map was the same before it was made and after; a view that answered from an older
index says that its page holds no longer than this moment. So no time has to pass until all have
seen a change, and it does not matter how long they take.

A page that is kept is given without a lock, so it waits for nobody; what changes the books has one.
Pages are made one after the other (samen/config/turns.py), and who has waited looks first whether
somebody before her asked for the same.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from samen.finder import rules
from samen.foundation import languages
from samen.foundation.bodies import pieces

# What a view says to this cache, in seconds since 1970. It never leaves the house.
KEEP_UNTIL = "X-Keep-Until"

_GLANCE = 1.0  # seconds between two looks at the revision of the map
_UNKNOWN = -1  # revision of a map that cannot be asked
_LARGEST = 256 * 1024  # an answer beyond this is not kept
_OVERHEAD = 1024  # what an entry weighs beside its body
_NAMES_PER_PATH = {"": ("place",), "all/": ("place",)}

Headers = list[tuple[str, str]]
Key = tuple[str, ...]
_ENCODING = 2  # its place in a key
_WITHOUT_A_BODY = frozenset({None, "", "0"})


@dataclass(frozen=True, slots=True)
class Kept:
    headers: Headers
    body: bytes
    since: float
    until: float
    revision: int  # of the map, before it was made and after

    def holds(self, now: float) -> bool:
        """Not yet over, and not from a future that a clock set back has made of it."""
        return self.since <= now < self.until

    @property
    def weight(self) -> int:
        return len(self.body) + _OVERHEAD


class PageCache:
    """A WSGI application around another one."""

    def __init__(
        self, inside: WSGIApplication, *, revision: Callable[[], int], most_bytes: int
    ) -> None:
        self._inside = inside
        self._revision = revision
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._books = Lock()  # held while pages come and go
        self._making = Lock()  # held while a page is made that may be kept
        self._seen = _UNKNOWN
        self._looked = float("-inf")

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = _asked(environ)
        if asked is None:
            return self._inside(environ, start)
        self._look()
        # Most addresses come in their one true spelling, and a page that is kept under it needs no
        # reading of it.
        key: Key = (*asked, environ.get("QUERY_STRING", ""))
        page = self._kept(key)
        if page is None:
            true = key_of(environ)
            if true is None:
                return self._inside(environ, start)
            key, page = true, self._kept(true)
        if page is None:
            with self._making:
                page = self._kept(key)
                if page is None:
                    # It is made of what its key says, not of another reading of the same address.
                    return self._ask({**environ, "QUERY_STRING": key[-1]}, start, key)
        with suppress(KeyError):  # another thread has just dropped it; ours is still true
            self._pages.move_to_end(key)
        start("200 OK", page.headers)
        return [page.body]

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def weight(self) -> int:
        return self._bytes

    def _kept(self, key: Key) -> Kept | None:
        page = self._pages.get(key)
        if page is None or page.revision != self._seen or not page.holds(time.time()):
            return None
        return page

    def _look(self) -> None:
        """Forget everything when the map has changed. A database that is gone keeps nothing."""
        now = time.monotonic()
        if now - self._looked < _GLANCE:
            return
        self._looked = now
        revision = self._now()
        if revision != self._seen:
            self._forget(revision)

    def _now(self) -> int:
        try:
            return self._revision()
        except Exception:  # noqa: BLE001 whatever is wrong, the page itself will say so
            return _UNKNOWN

    def _forget(self, revision: int) -> None:
        with self._books:
            self._pages.clear()
            self._bytes = 0
            self._seen = revision

    def _ask(self, environ: WSGIEnvironment, start: StartResponse, key: Key) -> Iterable[bytes]:
        said: list[Any] = []
        before = self._seen

        def listen(status: str, headers: Headers, exc_info: Any = None) -> Any:
            until = [value for name, value in headers if name == KEEP_UNTIL]
            shown = [pair for pair in headers if pair[0] != KEEP_UNTIL]
            said[:] = [status, shown, float(until[0]) if until else 0.0]
            return start(status, shown, exc_info)

        body = b"".join(pieces(self._inside(environ, listen)))
        status, headers, until = said
        if self._most_bytes and status.startswith("200 ") and len(body) <= _LARGEST:
            self._keep(key, Kept(headers, body, time.time(), until, before))
        return [body]

    def _keep(self, key: Key, page: Kept) -> None:
        said = {name.lower(): value for name, value in page.headers}
        # What came in another encoding than was asked for would be given to who cannot read it.
        as_asked = said.get("content-encoding", "") == key[_ENCODING]
        if "set-cookie" in said or not as_asked or not page.holds(page.since):
            return
        now = self._now()
        if now != page.revision or now == _UNKNOWN:
            return
        with self._books:
            old = self._pages.pop(key, None)
            self._bytes += page.weight - (old.weight if old else 0)
            self._pages[key] = page
            while self._bytes > self._most_bytes:
                _key, oldest = self._pages.popitem(last=False)
                self._bytes -= oldest.weight


def key_of(environ: WSGIEnvironment) -> Key | None:
    """The one true spelling of what is asked for, or None for what is never kept."""
    asked = _asked(environ)
    query = None if asked is None else _query(asked[-1], environ.get("QUERY_STRING", ""))
    return None if asked is None or query is None else (*asked, query)


def _asked(environ: WSGIEnvironment) -> Key | None:
    """All of the key but the query."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("HTTP_COOKIE"):
        return None
    # Django would read the address in the charset that is named here, and find other names in it.
    if environ.get("CONTENT_TYPE") or environ.get("CONTENT_LENGTH") not in _WITHOUT_A_BODY:
        return None
    address = str(environ.get("PATH_INFO", "")).removeprefix("/")
    language, slash, path = address.partition("/")
    if language not in languages.PUBLISHED or not slash:
        return None
    return (
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        "gzip" if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else "",
        language,
        path,
    )


def _query(path: str, given: str) -> str | None:
    if not given:
        return ""
    try:
        values = parse_qs(given, max_num_fields=40)
        names = _NAMES_PER_PATH.get(path)
        known = {name: values[name] for name in names if name in values} if names else values
        return rules.asked_by(known).query() if path in {"find/", *_NAMES_PER_PATH} else ""
    except (rules.BadValue, ValueError):
        return None


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether the Accept-Encoding header allows gzip."""
    for part in accepted[:1000].lower().split(","):
        name, _semicolon, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.strip().removeprefix("q=").strip(" 0.") != "" or not quality.strip()
    return False
