"""Pages through the whole house, from the cache in front to the tables, and tries to poison it."""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings

from samen.directory import queries
from samen.directory.models import Change, Service
from samen.directory.tests import make
from samen.finder.http import page_cache
from samen.finder.http.page_cache import PageCache
from samen.needs.tests import make as needs
from samen.search.engine import shelf
from samen.search.queries import index as held
from samen.search.queries.index import Keeper, keeper

pytestmark = pytest.mark.django_db

EVIL = "evil.example"


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = dict(headers)
        self.raw = body

    @property
    def text(self) -> str:
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.raw) if packed else self.raw).decode()


class Front:
    """The house as a server sees it."""

    def __init__(self) -> None:
        self.cache = PageCache(WSGIHandler(), revision=queries.revision, most_bytes=50_000_000)

    def get(
        self, address: str, method: str = "GET", body: bytes = b"", /, **headers: str
    ) -> Answer:
        path, _mark, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "HTTP_HOST": "testserver",
            **headers,
        }
        said: list[Any] = []

        def start(status: str, headers: Any, exc_info: Any = None, /) -> Any:  # noqa: ARG001 of WSGI
            said[:] = [status, headers]

        page = b"".join(self.cache(environ, start))
        return Answer(said[0], said[1], page)


class Clock:
    """Goes on only when told."""

    def __init__(self, time: Callable[[], float]) -> None:
        self.now = time()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock(time.time)
    monkeypatch.setattr(page_cache, "time", ours)
    return ours


@pytest.fixture
def front(clock: Clock) -> Iterator[Front]:  # noqa: ARG001 time stands still
    needs.need("sit.danger_now")
    # A test holds one transaction open, which Django takes for a connection left behind.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Front()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def service() -> Service:
    return make.service(name="Oude naam")


def test_a_page_is_kept_and_browsers_are_told_not_to(front: Front, service: Service) -> None:
    first = front.get(f"/en/i/{service.number}/")
    second = front.get(f"/en/i/{service.number}/")

    assert len(front.cache) == 1
    assert (first.raw, first.headers) == (second.raw, second.headers)
    assert "no-store" in second.headers["Cache-Control"]
    assert "Oude naam" in second.text


def test_a_change_is_out_within_two_seconds(front: Front, clock: Clock, service: Service) -> None:
    address = f"/en/i/{service.number}/"
    front.get(address)
    front.get(address)
    make.change(service, name={"name": "Nieuwe naam"})
    clock.now += 2

    assert "Nieuwe naam" in front.get(address).text
    assert "Nieuwe naam" in front.get(f"/en/find/?i={service.number}").text


# --- an index that is behind --------------------------------------------------------------------


@pytest.fixture
def own_index(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.DATA = tmp_path
    keeper.cache_clear()
    yield tmp_path / "index"
    keeper.cache_clear()


@contextmanager
def another_process_builds(root: Path) -> Iterator[None]:
    """It holds the lock of the one who builds, and takes as long as we like."""
    said, done = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(done[1])
            with shelf.only_builder(root) as mine:
                os.write(said[1], b"+" if mine else b"-")
                os.read(done[0], 1)
        finally:
            os._exit(0)
    try:
        assert os.read(said[0], 1) == b"+"
        yield
    finally:
        os.close(done[1])
        os.waitpid(child, 0)
        for end in (*said, done[0]):
            os.close(end)


def changed_with_the_needs(name: str) -> Service:
    """A service that is found from now on, of which only a change of the needs tells."""
    made = make.service(name=name)
    Change.objects.create(at=make.NOON, kind="needs", record=uuid4(), verb="changed")
    return made


def test_a_page_of_the_index_of_before_is_never_kept(
    front: Front, clock: Clock, service: Service, own_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process is at the new one, and it takes longer than anybody thought."""
    Change.objects.create(at=make.NOON, kind="service", record=service.id, verb="created")
    assert "Oude naam" in front.get("/en/find/").text
    assert len(front.cache) == 1
    monkeypatch.setattr(held, "_PATIENCE", 1_000_000.0)
    with another_process_builds(own_index):
        changed_with_the_needs("Nieuw huis")
        for seconds in (1.5, 3.5, 10, 100):
            clock.now += seconds
            assert "Nieuw huis" not in front.get("/en/find/").text
            assert len(front.cache) == 0

    assert "Nieuw huis" in front.get("/en/find/").text
    assert len(front.cache) == 1


def test_what_the_worker_folds_in_later_is_on_no_page_kept_before(
    front: Front, clock: Clock, service: Service, own_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large map the worker builds, and the number of the last change stays what it was."""
    Change.objects.create(at=make.NOON, kind="service", record=service.id, verb="created")
    monkeypatch.setattr(held, "LARGE", 0)
    worker, ours = Keeper(), Keeper()
    monkeypatch.setattr("samen.search.queries.answers.keeper", ours)
    front.get("/en/find/")
    changed_with_the_needs("Nieuw huis")
    for _ in range(3):
        clock.now += 5
        assert "Nieuw huis" not in front.get("/en/find/").text
        assert len(front.cache) == 0

    assert worker.fold(at=make.NOON) == 2
    assert len(list(own_index.glob("*-*"))) == 2

    assert "Nieuw huis" in front.get("/en/find/").text
    assert len(front.cache) == 1


# --- tries to poison it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_HOST": EVIL},
        {"HTTP_X_FORWARDED_PROTO": EVIL},
        {"HTTP_X_ORIGINAL_URL": f"/{EVIL}/"},
        {"HTTP_X_REWRITE_URL": f"/{EVIL}/"},
        {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"},
        {"HTTP_FORWARDED": f"host={EVIL}"},
        {"HTTP_X_FORWARDED_PORT": "1234"},
        {"HTTP_X_FORWARDED_PREFIX": f"/{EVIL}"},
        {"HTTP_X_FORWARDED_SERVER": EVIL},
        {"HTTP_X_FORWARDED_FOR": EVIL},
        {"HTTP_X_HOST": EVIL},
        {"HTTP_X_SCRIPT_NAME": f"/{EVIL}"},
        {"HTTP_AUTHORIZATION": "Basic eDp4"},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_CACHE_CONTROL": "no-cache"},
        {"HTTP_REFERER": f"https://{EVIL}/"},
        {"HTTP_ORIGIN": f"https://{EVIL}"},
        {"HTTP_USER_AGENT": EVIL},
        {"HTTP_ACCEPT_LANGUAGE": "ar"},
        {"HTTP_ACCEPT": EVIL},
        {"HTTP_RANGE": "bytes=0-9"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.parametrize("address", ["/en/", "/en/find/", "/en/i/{number}/"])
def test_no_header_of_one_reader_shows_on_the_page_of_the_next(
    front: Front, service: Service, address: str, headers: dict[str, str]
) -> None:
    address = address.format(number=service.number)
    honest = Front().get(address)
    front.get(address, **headers)
    next_one = front.get(address)

    assert (next_one.status, next_one.text) == ("200 OK", honest.text)
    assert EVIL not in next_one.text + str(next_one.headers)


@pytest.mark.parametrize(
    "query",
    [f"utm_source={EVIL}", f"place=&x={EVIL}", f"lang={EVIL}", "_=1", "page=1", "need=&speaks="],
)
def test_names_nobody_knows_change_neither_the_page_nor_its_key(front: Front, query: str) -> None:
    honest = Front().get("/en/find/")
    front.get(f"/en/find/?{query}")
    next_one = front.get("/en/find/")

    assert next_one.text == honest.text
    assert len(front.cache) == 1


ADDRESSES = [
    "/en/",
    "/en/all/",
    "/en/find/",
    "/en/i/{number}/",
    "/en/i/{number}/card/",
    "/en/safety/",
    "/en/about/",
    "/en/open/",
]


def address_of(service: Service, address: str) -> str:
    return address.format(number=service.number, owner=service.organization_id)


@pytest.mark.parametrize("address", ADDRESSES)
def test_of_no_page_that_is_kept_an_unknown_name_changes_anything(
    front: Front, service: Service, address: str
) -> None:
    address = address_of(service, address)
    honest = Front().get(address)
    front.get(f"{address}?x={EVIL}&page_={EVIL}&language={EVIL}&next=//{EVIL}&q={EVIL}")
    next_one = front.get(address)

    assert len(front.cache) == 1
    assert (next_one.status, next_one.text) == ("200 OK", honest.text)


@pytest.mark.parametrize(
    ("charset", "query"),
    [
        ("utf-7", "x+ACY-i={number}"),  # read so: x&i=3
        ("utf-7", "x+ACY-need=999999"),
        ("utf-16", "x&i={number}"),
        ("cp500", "x&i={number}"),
        ("utf-8-sig", "%EF%BB%BFi={number}"),
        ("no-such-charset", "i={number}"),
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_no_other_way_of_reading_an_address_makes_the_page_of_the_next(
    front: Front, service: Service, kind: str, charset: str, query: str
) -> None:
    """Django reads an address in the charset that the type of the body names."""
    honest = Front().get("/en/find/")
    chosen = query.format(number=service.number)
    front.get(f"/en/find/?{chosen}", CONTENT_TYPE=f"{kind}; charset={charset}")

    assert front.get("/en/find/").text == honest.text
    assert len(front.cache) == 1


@pytest.mark.parametrize(
    "query",
    [
        "x=1;i={number}",
        "x%26i={number}",
        "x%3D1%26i%3D{number}",
        "%00i={number}",
        "I={number}",
        "i[]={number}",
        " i={number}",
        "x#i={number}",
        "x&&=&i%20={number}",
    ],
)
def test_what_only_looks_like_a_name_we_know_is_none(
    front: Front, service: Service, query: str
) -> None:
    honest = Front().get("/en/find/")
    front.get(f"/en/find/?{query.format(number=service.number)}")

    assert front.get("/en/find/").text == honest.text


def test_many_names_and_long_ones_leave_nothing_behind(front: Front) -> None:
    honest = Front().get("/en/find/").text
    for query in ("&".join(f"x{n}=1" for n in range(100)), "x=" + "y" * 100_000, "&" * 5_000):
        front.get(f"/en/find/?{query}")
    assert front.get("/en/find/").text == honest
    assert len(front.cache) == 1


def test_the_body_of_a_get_says_nothing(front: Front, service: Service) -> None:
    honest = Front().get("/en/find/")
    body = f"i={service.number}&place={EVIL}".encode()
    for kind in ("", "application/x-www-form-urlencoded"):
        front.get("/en/find/", "GET", body, CONTENT_LENGTH=str(len(body)), CONTENT_TYPE=kind)

    assert len(front.cache) == 0
    assert front.get("/en/find/").text == honest.text


@pytest.mark.parametrize(
    "address",
    [
        "/en/i/{number}/wrong/",
        "/en/i/{number}/thanks/",
        "/en/place/",
        "/en/o/{owner}/embed/",
        "/feeds/en/map.atom",
        "/en/exit/",
    ],
)
def test_what_has_a_token_or_belongs_in_another_page_is_never_kept(
    front: Front, service: Service, address: str
) -> None:
    front.get(address_of(service, address))

    assert len(front.cache) == 0


@pytest.mark.parametrize(
    "address", ["/en//find/", "/EN/find/", "//en/find/", "/en/find", "/en/./find/", "/en/%2e/"]
)
def test_an_address_that_is_spelled_otherwise_is_another(front: Front, address: str) -> None:
    honest = Front().get("/en/find/")
    front.get(address)

    assert len(front.cache) == 0
    assert front.get("/en/find/").text == honest.text


@pytest.mark.parametrize(
    ("asked", "packed"),
    [("gzip", True), ("gzip;q=0", False), ("x-gzip", False), ("br", False), ("", False)],
)
@pytest.mark.usefixtures("front")
def test_everybody_gets_an_encoding_she_can_read(asked: str, *, packed: bool) -> None:
    """Whoever came before, and whatever she said."""
    for first in ("gzip", "gzip;q=0", "x-gzip", "identity", "gzip, br"):
        fresh = Front()
        fresh.get("/en/", HTTP_ACCEPT_ENCODING=first)
        answer = fresh.get("/en/", HTTP_ACCEPT_ENCODING=asked)
        assert ("Content-Encoding" in answer.headers) is packed
        assert "</html>" in answer.text
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("cookie", ["v=1", "sessionid=x", "csrftoken=x", " "])
def test_whoever_brings_a_cookie_passes_by(front: Front, cookie: str) -> None:
    front.get("/en/safety/", HTTP_COOKIE=cookie)

    assert len(front.cache) == 0


def test_who_has_left_is_led_away_although_the_page_is_kept(front: Front) -> None:
    front.get("/en/safety/")
    assert len(front.cache) == 1
    left = front.get("/en/exit/")
    cookie = left.headers["Set-Cookie"].partition(";")[0]

    again = front.get("/en/safety/", HTTP_COOKIE=cookie)
    assert not again.status.startswith("200")


def test_every_language_has_its_own_page(front: Front) -> None:
    front.get("/ar/safety/", HTTP_ACCEPT_LANGUAGE="nl")
    assert 'lang="nl"' in front.get("/nl/safety/").text[:200]
    assert 'lang="ar"' in front.get("/ar/safety/").text[:200]


@pytest.mark.parametrize(
    "address",
    ["/en/find/?need=999999", "/en/find/?within=x", "/en/i/999999/", "/en/nowhere/", "/xx/"],
)
def test_what_does_not_exist_is_never_kept(front: Front, address: str) -> None:
    assert front.get(address).status.startswith("404")
    assert len(front.cache) == 0


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "PURGE"])
def test_only_a_get_is_kept(front: Front, method: str) -> None:
    front.get("/en/safety/", method)

    assert len(front.cache) == 0


def test_a_wrong_host_is_refused_and_not_kept(front: Front) -> None:
    assert front.get("/en/", HTTP_HOST=EVIL).status.startswith("400")
    assert len(front.cache) == 0
