"""What the worker does for the desk. Each can be killed anywhere and begun again."""

from datetime import datetime

from samen.foundation.actor import job
from samen.stewardship.actions.keeping import forget_secret_places


def forget_hidden_places(*, at: datetime) -> int:
    """What was typed about a place that an import made secret. Gives the number of services."""
    return forget_secret_places(by=job("forget_hidden_places"), at=at)
