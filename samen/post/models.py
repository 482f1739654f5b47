from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac


def mark_of(address: str) -> str:
    """What is kept of an address: enough to know it again, useless without our secret."""
    return salted_hmac("samen.post.recipient", address.lower(), algorithm="sha256").hexdigest()


class State(models.TextChoices):
    QUEUED = "queued"  # never tried
    SENDING = "sending"  # claimed by a sender; handed over perhaps, and perhaps not
    FAILED = "failed"  # not taken; tried again at due_at
    SENT = "sent"  # a server has it
    BOUNCED = "bounced"  # refused for good, at once or later
    GIVEN_UP = "given_up"  # tried for three days


OPEN = (State.QUEUED, State.SENDING, State.FAILED)
CLOSED = (State.SENT, State.BOUNCED, State.GIVEN_UP)


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, *, at: datetime) -> Self:
        """To be tried now, the longest waiting first. A claim that ran out counts as due."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.filter(free, state__in=OPEN, due_at__lte=at).order_by("due_at", "id")


class Letter(models.Model):
    """One mail to one address. What it says stands in a template; here are only the values.

    Values go when they are no longer needed, the address some days later; what stays is that
    something was sent about a record, and a mark by which a report that it bounced is matched.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # Made by whoever asks for the letter, of codes and ids: asked twice, it is sent once.
    key = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=64, db_index=True)  # mark_of the address
    language = models.CharField(max_length=20)
    template = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    about_kind = models.CharField(max_length=60)
    about_id = models.UUIDField(db_index=True)
    message_id = models.CharField(max_length=300, unique=True)

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_since = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)  # of the sender that has it in hand
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="letter_due", fields=["due_at", "id"], condition=Q(state__in=OPEN)),
            models.Index(
                name="letter_to_forget",
                fields=["closed_at"],
                condition=~Q(to=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="letter_state_is_known", condition=Q(state__in=(*OPEN, *CLOSED))
            ),
            models.CheckConstraint(
                name="letter_on_its_way_has_an_address", condition=~Q(to="") | Q(state__in=CLOSED)
            ),
            models.CheckConstraint(
                name="letter_is_claimed_while_it_is_sent",
                condition=Q(state=State.SENDING, claim__isnull=False, claimed_until__isnull=False)
                | (~Q(state=State.SENDING) & Q(claim=None, claimed_until=None)),
            ),
            models.CheckConstraint(
                name="letter_tried_is_not_queued",
                condition=Q(state=State.QUEUED, attempts=0, tried_since=None)
                | (~Q(state=State.QUEUED) & Q(attempts__gt=0, tried_since__isnull=False)),
            ),
            models.CheckConstraint(
                name="letter_closed_once",
                condition=Q(state__in=CLOSED, closed_at__isnull=False)
                | Q(state__in=OPEN, closed_at=None),
            ),
            models.CheckConstraint(
                name="letter_sent_at_a_time",
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | Q(state=State.BOUNCED)
                | (~Q(state__in=(State.SENT, State.BOUNCED)) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="letter_done_keeps_no_values",
                condition=Q(values={}) | (~Q(state__in=(State.SENT, State.BOUNCED)) & ~Q(to="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id} {self.state}"
