from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.directory.models import Service


class Suggestion(models.Model):
    """A change that waits for another person. Visitors go on reading what was approved."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()  # of the service, when it was read
    changes = models.JSONField()
    critical = models.BooleanField()  # holds a fact that needs a second person
    why = models.CharField(max_length=200, blank=True)
    author = models.UUIDField()
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="suggestion_is_decided_by_somebody",
                condition=Q(state="waiting", decided_by=None) | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="critical_suggestion_needs_a_second_person",
                condition=~Q(state="approved", critical=True) | ~Q(decided_by=F("author")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.state}"
