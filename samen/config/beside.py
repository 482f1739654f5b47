"""Who has a slow line waits beside, and nobody waits for her.

granian gives a question one of its threads until the last byte has come and gone. A phone that
loses its connection in the middle of a form would so hold up everybody else, and so would whoever
reads a long list slowly. So this stands between granian and WSGI (decision 14):

- Of the threads one never waits for a body. When the last place for one is taken, who has been
  waiting for seconds is sent away (408). Who does not leave keeps her place; when there is none,
  the next is asked to come back (503), and pages go on.
- An answer that is written while it is read is written in a thread of its own.
- One thread leads. Another one that finds it at work lets it go on for a moment; else they would
  take the interpreter from each other at every question, and that takes longer than an answer.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from threading import Condition, get_ident
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import connections

from samen.config.server import THREADS
from samen.foundation.bodies import UNREAD, most_bytes, pieces

Headers = list[tuple[str, str]]
log = logging.getLogger(__name__)

SENDERS = THREADS - 1  # bodies on their way at once, in one process
_READERS = 64  # answers written while they are read; of whole lists few (exchange/api/streams.py)
_SMALL = 256 * 1024  # a file that is no larger is read at once
# Seconds: from when on a body counts as slow, and from when on it may be sent away.
_MOMENT, _LONG = 0.05, 2.0
_AT_WORK, _PAUSE = 0.001, 0.003  # seconds
CLOSE = ("Connection", "close")
# Of the surroundings of the process nothing: its secrets are no part of a question.
_BASE = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "SAMEN",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Line(Protocol):
    """What granian gives to answer one question with, once, from whichever thread."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...

    def response_iter(self, status: int, headers: Headers, body: Iterator[bytes]) -> None: ...


class Places:
    """For those whose body is on its way, in one process."""

    def __init__(self) -> None:
        self._taken = 0  # also by who was sent away and has not left
        self._waiting: dict[Line, tuple[WSGIEnvironment, float]] = {}  # since when; longest first
        self._left = Condition()

    def take(self, line: Line, environ: WSGIEnvironment) -> bool:
        """Whether there was one, or soon is: most bodies are there already when they are asked."""
        with self._left:
            while self._taken == SENDERS:
                newest = max((since for _environ, since in self._waiting.values()), default=0.0)
                if not self._left.wait_for(self._is_one_free, newest + _MOMENT - monotonic()):
                    return False
            self._taken += 1
            self._waiting[line] = environ, monotonic()
            return True

    def late(self) -> tuple[Line, WSGIEnvironment] | None:
        """Who is not waited for any more: when no place is free, who has been slow for longest."""
        with self._left:
            longest = next(iter(self._waiting), None)
            if longest is None or self._is_one_free():
                return None
            environ, since = self._waiting[longest]
            if monotonic() - since < _LONG:
                return None
            del self._waiting[longest]
            return longest, environ

    def leave(self, line: Line) -> bool:
        """Whether she was still waited for."""
        with self._left:
            self._taken -= 1
            self._left.notify()
            return self._waiting.pop(line, None) is not None

    def _is_one_free(self) -> bool:
        return self._taken < SENDERS


class Beside:
    """What granian calls."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._places = Places()
        self._readers = ThreadPoolExecutor(_READERS, "reader")
        self._leader = 0
        self._led = 0.0  # the last time

    def __call__(self, line: Line, asked: WSGIEnvironment) -> None:
        self._let_the_leader_go_on()
        environ = _BASE | asked
        length = int(asked.get("CONTENT_LENGTH") or 0)
        if 0 < length <= most_bytes(asked["PATH_INFO"]):  # a larger one is refused unread
            unread = self._receive(line, environ, length)
            if unread is not None:
                self._refuse(line, environ, unread)
                return
        self._answer(line, environ)

    def _let_the_leader_go_on(self) -> None:
        me = get_ident()
        if me != self._leader:
            if monotonic() - self._led < _AT_WORK:
                sleep(_PAUSE)
            if monotonic() - self._led < _AT_WORK:
                return
            self._leader = me
        self._led = monotonic()

    def _receive(self, line: Line, environ: WSGIEnvironment, length: int) -> HTTPStatus | None:
        """Put the body where it can be read at once, or say why there is none."""
        has_a_place, waited_for = self._places.take(line, environ), False
        try:
            late = self._places.late()
            if late is not None:
                self._refuse(*late, HTTPStatus.REQUEST_TIMEOUT)
            if not has_a_place:
                return HTTPStatus.SERVICE_UNAVAILABLE
            body = environ["wsgi.input"].read(length)
        finally:
            if has_a_place:
                waited_for = self._places.leave(line)
        environ["wsgi.input"] = BytesIO(body)
        if not waited_for:  # she was told that nothing was done, so nothing is
            return HTTPStatus.REQUEST_TIMEOUT
        # Half a form is not what she wanted to say.
        return HTTPStatus.BAD_REQUEST if len(body) < length else None

    def _refuse(self, line: Line, environ: WSGIEnvironment, status: HTTPStatus) -> None:
        """In her language, as every other fault. The rest of what she sends is not waited for."""
        self._answer(line, {**environ, UNREAD: status, "wsgi.input": BytesIO()}, CLOSE)

    def _answer(self, line: Line, environ: WSGIEnvironment, *more: tuple[str, str]) -> None:
        said: list[Any] = []

        def start(status: str, headers: Headers, _exc_info: Any = None) -> Any:
            said[:] = int(status[:3]), [*headers, *more]

        answer = self._application(environ, start)
        status, headers = said
        if _is_long(answer, headers):
            self._readers.submit(_written, line, status, headers, pieces(answer))
        else:
            line.response_bytes(status, headers, b"".join(pieces(answer)))


def _is_long(answer: Iterable[bytes], headers: Headers) -> bool:
    """Django says which answers are written while they are read; files are among them."""
    if not getattr(answer, "streaming", False):
        return False
    lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
    return not lengths or max(lengths) > _SMALL


def _written(line: Line, status: int, headers: Headers, pieces: Iterator[bytes]) -> None:
    """granian itself says what goes wrong with a piece; of what is left nobody else would hear."""
    try:
        line.response_iter(status, headers, pieces)
    except Exception:
        log.exception("a long answer was broken off")


def wake(application: WSGIApplication) -> None:
    """What a process reads once, it reads now: a page of results, and what words can mean."""
    site = urlsplit(settings.SITE)
    words = b"q=good+morning"
    page = {
        "PATH_INFO": "/en/find/",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": site.netloc,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
    }
    form = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(words)),
        "wsgi.input": BytesIO(words),
    }
    for asked in (page, page | form):
        setup_testing_defaults(asked)
        b"".join(pieces(application(asked, lambda *_: BytesIO().write)))
    connections.close_all()  # this thread asks nothing any more
