from datetime import datetime

from samen.exchange import actions

_MOST = 2_000  # documents in one go


def keep_documents(*, at: datetime) -> int:  # noqa: ARG001 of every job
    """Every published service has its document."""
    return actions.keep_documents(most=_MOST)


def keep_downloads(*, at: datetime) -> int:
    """The map as files: anew when it has changed, at once when something was taken away."""
    return actions.keep_downloads(at=at)
