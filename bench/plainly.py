"""The same server with nothing kept: cards and documents are put together by the ORM each time,
and its questions are written as SQL each time.

PORT=8001 python -m bench.plainly     one process, with the settings it is given
"""

import os
from typing import Any

from granian.constants import Interfaces
from granian.server.mp import MPServer

from bench.orm import by_the_orm
from samen.config.wsgi import application as _served
from samen.directory import queries as directory
from samen.finder.queries import cards
from samen.foundation.prepared import Prepared

__all__ = ["application"]

application = _served


def _none_is_known(_row: Any, _seen: Any) -> None:
    return None


def _nothing_is_remembered(_number: int, _language: str) -> None:
    return None


def _none_is_kept(_ids: Any, **_made_by: Any) -> dict[Any, bytes]:
    return {}


Prepared.__call__ = by_the_orm  # type: ignore[method-assign,assignment]  # that is measured
cards.remembered.get = _nothing_is_remembered  # type: ignore[method-assign,assignment]  # that is measured
cards._known = _none_is_known  # type: ignore[assignment]  # noqa: SLF001 that is what is measured
directory.documents = _none_is_kept  # type: ignore[assignment]  # that too

if __name__ == "__main__":
    MPServer(
        "bench.plainly:application",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        log_enabled=False,
    ).serve()
