from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.directory.models import Service


class Withdrawal(models.Model):
    """An entry that was taken away at once, until a second person decides about its return."""

    class Decision(models.TextChoices):
        WAITING = ""
        RETURNED = "returned"
        STAYS_AWAY = "stays away"

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    by = models.UUIDField()
    at = models.DateTimeField()
    why = models.CharField(max_length=200)
    publish_before = models.CharField(max_length=6, choices=Service.Publish)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(decision=""), name="withdrawn_once_at_a_time"
            ),
            models.CheckConstraint(
                name="return_needs_a_second_person",
                condition=~Q(decision="returned")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.decision or 'waiting'}"
