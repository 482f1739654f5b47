"""An entry that somebody has to be asked about, and the link that leads to the question."""

from datetime import date, datetime, timedelta
from typing import Any

from samen.directory.models import Service
from samen.directory.tests import make as directory
from samen.directory.tests.make import NOON
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.models import Review
from samen.stewardship.queries.reviewing import token_of

TODAY = date(2026, 11, 22)
DESK = "desk@example.org"


def at_day(day: int) -> datetime:
    return NOON + timedelta(days=day)


def due(**columns: Any) -> Service:
    """An entry that somebody has to confirm today."""
    said: dict[str, Any] = {"email": DESK, "review_due_on": TODAY}
    return directory.service(**(said | columns))


def asked(**columns: Any) -> tuple[Service, Review, str]:
    """An entry about which a letter was written today, with the token of its link."""
    service = due(**columns)
    jobs.review_listings(at=NOON)
    review = Review.objects.get(service=service)
    return service, review, token_of(review.id)


def letters() -> list[str]:
    return list(Letter.objects.order_by("created_at", "id").values_list("template", flat=True))
