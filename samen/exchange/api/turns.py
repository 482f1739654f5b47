"""A question is one drop of the bucket that all doors for machines share."""

from collections.abc import Iterable, Iterator
from time import monotonic

from django.conf import settings
from django.http import HttpRequest

from samen.exchange.api import asking
from samen.exchange.api.answers import Problem
from samen.exchange.api.limits import Buckets
from samen.exchange.http import streams

buckets = Buckets(size=settings.API_AT_ONCE, per_second=settings.API_PER_SECOND)


def take_turn(request: HttpRequest, *, drops: float = 1) -> None:
    """Raises Problem when this address has asked too much at once."""
    seconds = buckets.wait(asking.address_of(request), drops=drops, at=monotonic())
    if seconds:
        raise Problem(429, "Ask again in a moment.", headers={"Retry-After": str(seconds)})


def in_a_place(pieces: Iterable[bytes], *, broken_off: bytes = b"") -> Iterator[bytes]:
    """What is written while it is read. Raises Problem when as many as may are reading."""
    try:
        return streams.in_a_place(pieces, broken_off=broken_off)
    except streams.TooMany:
        words = "Others are reading whole lists and files."
        raise Problem(429, words, headers={"Retry-After": "5"}) from None
