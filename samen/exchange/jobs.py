from datetime import datetime

from samen.exchange import actions

_MOST = 2_000  # documents in one go


def keep_documents(*, at: datetime) -> int:  # noqa: ARG001 of every job
    """Every published service has its document."""
    return actions.keep_documents(most=_MOST)
