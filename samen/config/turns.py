"""One page at a time, while kept pages and long lists go out beside it.

A process makes pages one after the other: what it keeps in memory is written for that, and more at
once would not make it faster. Others wait for their turn, but who has only to be given a kept page
(finder/http/page_cache.py) needs none; and an answer that is written while it is read goes on
without it, and touches nothing that processes share but the database.
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
