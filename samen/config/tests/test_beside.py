"""Nobody waits for somebody else's line: lines that stop in the middle, without a server."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from http import HTTPStatus
from threading import Event, Thread, get_ident
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from samen.config import beside
from samen.config.beside import SENDERS, Beside
from samen.foundation.bodies import UNREAD

SECONDS = 10
FORM = b"need=36"


class Body:
    """Of which the rest comes when it is said, or never."""

    def __init__(self, said: bytes = FORM, *, there: bool = False) -> None:
        self.asked, self.comes = Event(), Event()
        self._said = said
        if there:
            self.comes.set()

    def read(self, _size: int) -> bytes:
        self.asked.set()
        assert self.comes.wait(SECONDS)
        said, self._said = self._said, b""
        return said


class Line:
    def __init__(self) -> None:
        self._told: Future[tuple[int, list[tuple[str, str]], bytes]] = Future()
        self.again = Event()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self._told.done():  # as granian: only the first answer is one
            self.again.set()
        else:
            self._told.set_result((status, headers, body))

    def response_iter(
        self, status: int, headers: list[tuple[str, str]], body: Iterator[bytes]
    ) -> None:
        self.response_bytes(status, headers, b"".join(body))

    @property
    def told(self) -> tuple[int, list[tuple[str, str]], bytes]:
        return self._told.result(SECONDS)

    @property
    def waits(self) -> bool:
        return not self._told.done()


class Answer:
    """As those of Django: what is streaming is made while it is read."""

    def __init__(self, *pieces: bytes, streaming: bool = True, first: Event | None = None) -> None:
        self.streaming = streaming
        self.closed = Event()
        self.made_by = 0
        self._pieces = pieces
        self._first = first

    def __iter__(self) -> Iterator[bytes]:
        self.made_by = get_ident()
        if self._first:
            assert self._first.wait(SECONDS)
        return iter(self._pieces)

    def close(self) -> None:
        self.closed.set()


class Site:
    """Says back what it reads, or gives the answer that it was given."""

    def __init__(self) -> None:
        self.door = Beside(self._answer)
        self.asked: list[WSGIEnvironment] = []
        self.answer = Answer(b"page", streaming=False)
        self.headers: list[tuple[str, str]] = []
        self.bodies: list[Body] = []

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.asked.append(environ)
        status = environ.get(UNREAD, HTTPStatus.OK)
        start(f"{status.value} {status.phrase}", self.headers)
        if environ["REQUEST_METHOD"] == "GET":
            return self.answer
        return [environ["wsgi.input"].read(-1)]

    def get(self) -> Line:
        line = Line()
        self.door(line, {"PATH_INFO": "/", "REQUEST_METHOD": "GET", "wsgi.input": Body()})
        return line

    def post(self, body: Body, *, path: str = "/", length: int = len(FORM)) -> Line:
        """On a thread of its own, as granian does it."""
        self.bodies.append(body)
        line = Line()
        said = {"PATH_INFO": path, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(length)}
        environ = {**said, "wsgi.input": body}
        Thread(target=self.door, args=(line, environ), daemon=True).start()
        return line

    def stuck(self, many: int) -> list[tuple[Body, Line]]:
        """So many whose body does not come, one after the other."""
        found = []
        for _ in range(many):
            body = Body()
            found.append((body, self.post(body)))
            assert body.asked.wait(SECONDS)
        return found

    def done(self) -> int:
        """How many questions were more than refused."""
        return sum(1 for environ in self.asked if UNREAD not in environ)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(beside, "monotonic", ours)
    monkeypatch.setattr(beside, "sleep", lambda _seconds: None)
    return ours


@pytest.fixture
def site(clock: Clock) -> Iterator[Site]:  # noqa: ARG001 time stands still while it is asked
    ours = Site()
    yield ours
    for body in ours.bodies:
        body.comes.set()


def test_a_form_is_given_on_when_it_is_whole(site: Site) -> None:
    [(body, line)] = site.stuck(1)
    assert site.asked == []

    body.comes.set()

    assert line.told == (200, [], FORM)


def test_half_a_form_is_no_form(site: Site) -> None:
    status, headers, _words = site.post(Body(FORM[:-1], there=True)).told

    assert status == 400
    assert ("Connection", "close") in headers
    assert site.done() == 0


def test_a_body_that_is_too_large_is_not_read(site: Site, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.MOST_BYTES_AT = 10, {"/large/": 1000}
    body = Body(there=True)
    line = Line()
    said = {"REQUEST_METHOD": "GET", "CONTENT_LENGTH": "11", "wsgi.input": body}
    site.door(line, {**said, "PATH_INFO": "/"})

    assert line.told[2] == b"page"
    assert not body.asked.is_set()
    site.door(Line(), {**said, "PATH_INFO": "/large/"})
    assert body.asked.is_set()


def test_pages_and_forms_go_on_while_all_but_one_are_stuck(site: Site) -> None:
    site.stuck(SENDERS - 1)

    assert site.get().told[0] == 200
    assert site.post(Body(there=True)).told[2] == FORM


def test_when_there_is_no_place_the_next_is_asked_to_come_back_and_pages_go_on(
    site: Site, clock: Clock
) -> None:
    held = site.stuck(SENDERS)
    clock.now += 1

    for late in (Body(), Body()):
        assert site.post(late).told[0] == 503
        assert not late.asked.is_set()
    assert site.get().told[0] == 200
    body, line = held[1]
    body.comes.set()
    assert line.told[2] == FORM
    assert site.post(Body(there=True)).told[2] == FORM


def test_nobody_is_turned_away_because_others_have_only_just_come(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still: all of them came this very moment."""
    monkeypatch.setattr(beside, "_MOMENT", SECONDS)
    [(body, _line), *_others] = site.stuck(SENDERS)
    line = site.post(Body(there=True))

    body.comes.set()

    assert line.told[2] == FORM


def test_who_takes_the_last_place_sends_away_who_waits_longest(site: Site, clock: Clock) -> None:
    (body, line), (_second, still), *_rest = site.stuck(SENDERS - 1)
    clock.now += 3

    assert site.post(Body(there=True)).told[2] == FORM
    status, headers, _words = line.told
    assert status == 408
    assert ("Connection", "close") in headers
    assert still.waits

    # The rest of her form comes after all. She was told that nothing was done.
    done = site.done()
    body.comes.set()
    assert line.again.wait(SECONDS)
    assert site.done() == done


def test_who_finds_no_place_makes_one_for_who_comes_next(site: Site, clock: Clock) -> None:
    """All of them came at once; later one of them is late."""
    [(body, line), *_others] = site.stuck(SENDERS)
    clock.now += 3

    assert site.post(Body(there=True)).told[0] == 503
    assert line.told[0] == 408
    body.comes.set()
    assert line.again.wait(SECONDS)
    assert site.post(Body(there=True)).told[2] == FORM


def test_nobody_is_sent_away_while_there_is_a_place(site: Site, clock: Clock) -> None:
    [(body, line), *_others] = site.stuck(SENDERS - 2)
    clock.now += 60

    assert site.post(Body(there=True)).told[2] == FORM
    body.comes.set()
    assert line.told[2] == FORM


def test_nobody_is_sent_away_before_she_had_time(site: Site, clock: Clock) -> None:
    held = site.stuck(SENDERS - 1)
    clock.now += 1

    assert site.post(Body(there=True)).told[2] == FORM
    for body, line in held:
        body.comes.set()
        assert line.told[2] == FORM


def test_a_long_answer_is_written_in_a_thread_of_its_own(site: Site) -> None:
    first = Event()
    site.answer = long = Answer(b"one", b"two", first=first)
    line = site.get()
    site.answer = Answer(b"page", streaming=False)

    assert site.get().told[2] == b"page"
    first.set()
    assert line.told[2] == b"onetwo"
    assert long.closed.wait(SECONDS)
    assert long.made_by != get_ident()


@pytest.mark.parametrize(("size", "beside_it"), [(beside._SMALL, False), (beside._SMALL + 1, True)])
def test_a_small_file_is_read_at_once(site: Site, size: int, *, beside_it: bool) -> None:
    site.headers = [("Content-Length", str(size))]
    site.answer = file = Answer(b"one", b"two")

    assert site.get().told[2] == b"onetwo"
    assert file.closed.wait(SECONDS)
    assert (file.made_by != get_ident()) is beside_it


def test_the_secrets_of_the_process_are_no_part_of_a_question(site: Site) -> None:
    site.get()

    [environ] = site.asked
    assert os.environ.keys() & environ.keys() == set()


def test_one_thread_leads_and_another_lets_it_go_on(
    site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(beside, "sleep", paused.append)

    def another() -> None:
        assert site.post(Body(there=True)).told[2] == FORM

    site.get()
    site.get()
    assert paused == []
    another()
    assert len(paused) == 1
    clock.now += 1  # the leader has nothing to do: whoever comes leads
    another()
    assert len(paused) == 1
    site.get()
    assert len(paused) == 2
