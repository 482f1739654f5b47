"""The one place that asks what time it is. Doors ask; everything below is handed `at`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The present moment, aware, in UTC. Tests replace this function."""
    return datetime.fromisoformat(settings.FIXED_NOW) if settings.FIXED_NOW else timezone.now()
