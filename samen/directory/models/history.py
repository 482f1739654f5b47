from uuid import uuid4

from django.db import models


class History(models.Model):
    """What a service or an organisation said at one version: all its facts, and who, when, why.

    A place that became confidential, and a fact that is withheld, leave every row of it.
    """

    class Kind(models.TextChoices):
        SERVICE = "service"
        ORGANIZATION = "organization"

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=12, choices=Kind)
    record = models.UUIDField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    # The actor of the logbook; null for what was there before anybody kept a history.
    by = models.UUIDField(null=True)
    why = models.CharField(max_length=200, blank=True)
    facts = models.JSONField()
    changed = models.JSONField(default=list, blank=True)  # names of the facts that changed

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record", "version"], name="history_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} {self.version}"
