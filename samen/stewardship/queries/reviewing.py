"""The link by which somebody confirms an entry, and which entries wait for the next step."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet

from samen.directory.models import Origin, Service
from samen.foundation.clock import AMSTERDAM
from samen.stewardship.models import Review, Task
from samen.stewardship.rules.reviewing import ANSWER_HAS, is_too_old

_SIGNER = signing.Signer(sep=".", salt="samen.stewardship.check")
PUBLISHED = (Service.Publish.READY, Service.Publish.REVIEW)


class LinkState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    TOO_OLD = "too old"


@dataclass(frozen=True, slots=True)
class Link:
    review: UUID
    service: UUID
    state: LinkState
    outcome: str  # confirmed, corrected
    closed_on: date | None


class NotALink(Exception):
    """Nobody was ever sent this."""


def token_of(review: UUID) -> str:
    """What stands at the end of the link in a letter. It cannot be made without our secret."""
    return _SIGNER.sign(urlsafe_b64encode(review.bytes).decode().rstrip("="))


def read_link(token: str, *, at: datetime) -> Link:
    """Raises NotALink."""
    review = Review.objects.filter(pk=_review_of(token)).first()
    if review is None:
        raise NotALink
    state = LinkState.OPEN
    if review.outcome in (Review.Outcome.CONFIRMED, Review.Outcome.CORRECTED):
        state = LinkState.ANSWERED
    elif review.outcome or is_too_old(review.asked_on, today_of(at)):
        state = LinkState.TOO_OLD
    return Link(review.id, review.service_id, state, review.outcome, review.closed_on)


def _review_of(token: str) -> UUID:
    try:
        packed = _SIGNER.unsign(token)
        return UUID(bytes=urlsafe_b64decode(f"{packed}=="))
    except (signing.BadSignature, ValueError, Error) as wrong:
        raise NotALink from wrong


def today_of(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def services_to_review(*, at: datetime) -> QuerySet[Service]:
    """Those for which a step may be due today. One query, whatever the number of entries."""
    today = today_of(at)
    mine = Review.objects.filter(service=OuterRef("pk"), outcome="")
    answered = Task.objects.filter(
        service=OuterRef("pk"),
        kind=Task.Kind.CORRECTED,
        done_on=None,
        opened_on__gt=today - ANSWER_HAS,
    )
    new = Q(review_due_on__lte=today, publish__in=PUBLISHED) & ~Exists(mine) & ~Exists(answered)
    going_on = Exists(mine.filter(next_on__lte=today))
    # Perhaps an address was added, or put right, since nobody could be asked.
    address = ~Q(email="") | ~Q(organization__email="")
    ours = Q(origin__isnull=True)
    asked_now = ours & address & Exists(mine.filter(asked=0, escalated_on__isnull=False))
    named_again = ~ours & Q(review_due_on__gt=today) & Exists(mine)
    return Service.objects.filter(new | going_on | asked_now | named_again)


def is_taken_over(service: Service) -> bool:
    """Whether somebody else published it, whose list is read again and again."""
    return Origin.objects.filter(service=service).exists()


def reviews_waiting() -> frozenset[UUID]:
    """Those to which somebody may still answer, and from which a letter may come back."""
    return frozenset(Review.objects.filter(outcome="").values_list("id", flat=True))
