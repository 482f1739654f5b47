"""What the worker does for the desk. Each can be killed anywhere and begun again."""

from datetime import datetime

from django.conf import settings

from samen.foundation.actor import job
from samen.foundation.http.fetching import Gate
from samen.stewardship.actions import checking
from samen.stewardship.actions.keeping import forget_secret_places

# Every hour so many: ten thousand addresses in a day, and no site is asked twice a week.
_LINKS_A_ROUND = 500


def forget_hidden_places(*, at: datetime) -> int:
    """What was typed about a place that an import made secret. Gives the number of services."""
    return forget_secret_places(by=job("forget_hidden_places"), at=at)


def check_services(*, at: datetime) -> int:
    """Phones, hours, words and what is missing. Gives how many entries have other findings."""
    return checking.check_services(by=job("check_services"), at=at)


def check_links(*, at: datetime) -> int:
    """Whether the links still lead somewhere. Gives how many were asked."""
    gate = Gate(openings=settings.FETCH_OPENINGS)
    return checking.check_links(gate=gate, most=_LINKS_A_ROUND, by=job("check_links"), at=at)
