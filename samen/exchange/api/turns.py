"""A question is one drop of the bucket that all doors for machines share."""

from time import monotonic

from django.http import HttpRequest

from samen.exchange.api import asking, hsds
from samen.exchange.api.answers import Problem


def take_turn(request: HttpRequest) -> None:
    """Raises Problem when this address has asked too much at once."""
    seconds = hsds.buckets.wait(asking.address_of(request), drops=1, at=monotonic())
    if seconds:
        raise Problem(429, "Ask again in a moment.", headers={"Retry-After": str(seconds)})
