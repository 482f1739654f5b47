from datetime import datetime

from samen.finder import actions

_MOST = 500  # cards of each language in one go


def keep_cards(*, at: datetime) -> int:  # noqa: ARG001 of every job
    """Every published service has its card in every language."""
    return actions.keep_cards(most=_MOST)
