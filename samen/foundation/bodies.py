"""What is sent and what is answered: how much, whether it came whole, and all of it to its end."""

from collections.abc import Iterable, Iterator

from django.conf import settings

# In a request: the status to answer with, because the server has not read what was sent.
UNREAD = "samen.unread"


def most_bytes(path: str) -> int:
    """How large a body may be that is sent to this address."""
    return settings.MOST_BYTES_AT.get(path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def pieces(answer: Iterable[bytes]) -> Iterator[bytes]:
    """Of an answer of WSGI, which is closed behind the last of them whatever happens."""
    try:
        yield from answer
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
