"""One page at a time, while long lists go out beside it.

A process makes pages with one thread: what it keeps in memory is written for that, and more would
not make it faster. But whoever reads a list of a hundred thousand records slowly would hold that
thread, and nobody could ask for help meanwhile. So there are more threads, and of those that make
an answer one has the turn; an answer that is written while it is read goes on without it, and it
touches nothing that processes share but the database.
"""

from collections.abc import Iterable
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class OneAtATime:
    """A WSGI application around another one."""

    def __init__(self, inside: WSGIApplication) -> None:
        self._inside = inside
        self._turn = Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self._turn:
            return self._inside(environ, start)
