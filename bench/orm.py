"""What SAMEN is held beside asks the database as Django does, which writes each question anew."""

from typing import Any


def by_the_orm(prepared: Any, ids: Any) -> Any:
    """In the place of `Prepared.__call__`."""
    return prepared.question(ids)
