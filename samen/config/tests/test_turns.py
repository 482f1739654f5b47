"""One makes a page, while others hand out long lists."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from samen.config.turns import OneAtATime
from samen.finder.http.page_cache import KEEP_UNTIL, PageCache

SECONDS = 10


def said(*_args: Any) -> Any:
    return None


def test_pages_are_made_one_after_the_other() -> None:
    inside, go_on, done = Event(), Event(), Event()
    making: list[str] = []

    def slow(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        making.append(environ["PATH_INFO"])
        inside.set()
        assert go_on.wait(SECONDS)
        return [b""]

    application = OneAtATime(slow)
    first = Thread(target=application, args=({"PATH_INFO": "/1"}, said))
    first.start()
    assert inside.wait(SECONDS)

    def second() -> None:
        application({"PATH_INFO": "/2"}, said)
        done.set()

    other = Thread(target=second)
    other.start()
    assert not done.wait(0.05)
    assert making == ["/1"]
    go_on.set()
    first.join(SECONDS)
    other.join(SECONDS)
    assert making == ["/1", "/2"]


def test_whoever_reads_a_long_list_slowly_holds_up_nobody() -> None:
    def lists(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        return endless() if environ["PATH_INFO"] == "/list" else [b"page"]

    def endless() -> Iterator[bytes]:
        while True:
            yield b"line"

    application = OneAtATime(lists)
    reading = iter(application({"PATH_INFO": "/list"}, said))
    assert next(reading) == b"line"

    assert list(application({"PATH_INFO": "/page"}, said)) == [b"page"]
    assert next(reading) == b"line"


def test_a_kept_page_is_given_while_another_one_is_being_made() -> None:
    making, go_on = Event(), Event()

    def slow(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/en/i/3/":
            making.set()
            assert go_on.wait(SECONDS)
        start("200 OK", [(KEEP_UNTIL, "4000000000")])
        return [environ["PATH_INFO"].encode()]

    application = PageCache(OneAtATime(slow), revision=lambda: 7, most_bytes=10_000)

    def get(path: str) -> bytes:
        return b"".join(application({"REQUEST_METHOD": "GET", "PATH_INFO": path}, said))

    assert get("/en/") == b"/en/"
    with ThreadPoolExecutor(1) as another:
        page = another.submit(get, "/en/i/3/")
        assert making.wait(SECONDS)
        assert get("/en/") == b"/en/"
        go_on.set()
        assert page.result(SECONDS) == b"/en/i/3/"
