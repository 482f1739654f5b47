"""Long lists and files, written while they are read, so that a hundred thousand records need no
memory.

Whoever reads slowly holds a thread of the process for as long. A few may, and the next is asked to
come back; who makes pages is another thread (samen/config/beside.py).
"""

from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore
from time import monotonic

from samen.exchange.api.answers import Problem

AT_ONCE = 4  # in one process
_LONGEST = 1800.0  # seconds; who is not done by then begins again, from where she was

_places = BoundedSemaphore(AT_ONCE)


def _for_a_while(pieces: Iterable[bytes], broken_off: bytes) -> Iterator[bytes]:
    until = monotonic() + _LONGEST
    try:
        for piece in pieces:
            if monotonic() > until:
                raise TimeoutError  # noqa: TRY301 as every other fault
            yield piece
    except Exception:
        # granian ends an answer without a length as if it were whole, whatever happened.
        yield broken_off
        raise


class _Stream:
    """Gives its place back when it is over, and also when nobody listens any more."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._holds = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        if self._holds:
            self._holds = False
            _places.release()


def in_a_place(pieces: Iterable[bytes], *, broken_off: bytes = b"") -> Iterator[bytes]:
    """The pieces, for a while. Raises Problem when as many as may are being read.

    `broken_off` is the last of them when not all of them come, so that what has no length does
    not look whole.
    """
    if not _places.acquire(blocking=False):
        words = "Others are reading whole lists and files."
        raise Problem(429, words, headers={"Retry-After": "5"})
    return _Stream(_for_a_while(pieces, broken_off))
