from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.directory.models import Service


class Candidate(models.Model):
    """Two entries that may be the same help, and why the machine thinks so."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    first = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField()  # codes
    found_at = models.DateTimeField()
    # Somebody looked, and they are two.
    dismissed_by = models.UUIDField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-score", "found_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="candidate_once"),
            models.CheckConstraint(name="candidate_is_two", condition=~Q(first=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.score}"


class Merge(models.Model):
    """Of two entries one stayed. Enough is kept to make two of them again."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    kept = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    gone = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    by = models.UUIDField()
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    version_before = models.PositiveIntegerField()  # of the one that stayed
    publish_before = models.CharField(max_length=6, choices=Service.Publish)  # of the other
    facts = models.JSONField(default=list)  # names of those that were taken over
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(name="merge_is_of_two", condition=~Q(kept=F("gone"))),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
