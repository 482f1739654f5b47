from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.directory.models import Service


class Review(models.Model):
    """One round of asking whether an entry is still right. Its id, signed, is the link by which
    somebody answers without an account; the id is who she is in the logbook."""

    class Outcome(models.TextChoices):
        WAITING = ""
        CONFIRMED = "confirmed"
        CORRECTED = "corrected"
        DROPPED = "dropped"  # the entry went away by other hands

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    opened_on = models.DateField()
    asked = models.PositiveSmallIntegerField(default=0)  # letters
    asked_on = models.DateField(null=True)
    escalated_on = models.DateField(null=True)
    # The mark of an address from which a letter came back (post.models.mark_of).
    bounced = models.CharField(max_length=64, blank=True)
    next_on = models.DateField(null=True)  # when the next step may be taken; null: none comes
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["opened_on", "id"]
        indexes = [
            models.Index(name="review_to_go_on", fields=["next_on"], condition=Q(outcome=""))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(outcome=""), name="reviewed_once_at_a_time"
            ),
            models.CheckConstraint(
                name="review_is_closed_on_a_day",
                condition=Q(outcome="", closed_on=None)
                | (~Q(outcome="") & Q(closed_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.outcome or 'waiting'}"


class Task(models.Model):
    """Something a steward has to do for an entry, because no letter can."""

    class Kind(models.TextChoices):
        NO_ADDRESS = "no_address"  # nobody to ask
        BOUNCED = "bounced"  # the letter came back
        UNANSWERED = "unanswered"
        CORRECTED = "corrected"  # they said what has changed
        MESSAGE = "message"  # they said something that is not a field
        UNNAMED = "unnamed"  # of another publisher, whose list has not named it for so long

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField()
    done_on = models.DateField(null=True)
    done_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "kind"], condition=Q(done_on=None), name="task_once_at_a_time"
            ),
            models.CheckConstraint(
                name="task_is_done_by_somebody",
                condition=Q(done_on=None, done_by=None)
                | Q(done_on__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.kind}"
