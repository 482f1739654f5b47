"""How much somebody may send, and what is said of a body that has not come whole."""

from django.conf import settings

# In a request: the status to answer with, because the server has not read what was sent.
UNREAD = "samen.unread"


def most_bytes(path: str) -> int:
    """How large a body may be that is sent to this address."""
    return settings.MOST_BYTES_AT.get(path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
