"""A question is one drop of the bucket that all doors for machines share."""

from time import monotonic

from django.conf import settings
from django.http import HttpRequest

from samen.exchange.api import asking
from samen.exchange.api.answers import Problem
from samen.exchange.api.limits import Buckets

buckets = Buckets(size=settings.API_AT_ONCE, per_second=settings.API_PER_SECOND)


def take_turn(request: HttpRequest, *, drops: float = 1) -> None:
    """Raises Problem when this address has asked too much at once."""
    seconds = buckets.wait(asking.address_of(request), drops=drops, at=monotonic())
    if seconds:
        raise Problem(429, "Ask again in a moment.", headers={"Retry-After": str(seconds)})
