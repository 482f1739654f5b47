"""A process in which a vault was open ends when the last of all vaults is closed.

Python wipes nothing (docs/threat-model.md): words and keys leave the memory with their process.
Its server begins another one in its place before it lets it go, so nobody waits for that.
"""

import os
import signal
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, connection

from samen.foundation import clock
from samen.vault import queries as vault

_LOOKS = 3  # seconds
_never, _watching = Event(), Event()


def opened() -> None:
    """In this process a vault is open. Told again, it changes nothing."""
    if settings.SERVER and not _watching.is_set():
        _watching.set()
        Thread(target=_until_the_last, daemon=True).start()


def _until_the_last() -> None:
    while _any_open():
        _never.wait(_LOOKS)
    os.kill(settings.SERVER, signal.SIGHUP)


def _any_open() -> bool:
    try:
        return vault.any_open(at=clock.now())
    except DatabaseError:
        return True  # it is asked again
    finally:
        connection.close()
