from uuid import uuid4

from django.db import models
from django.db.models import Q


class Finding(models.Model):
    """Something a machine saw that is not right. It closes by itself when it is put right.

    `about` names the fact, `detail` is a code: no words of the entry, so that nothing stays here
    of what has to be forgotten.
    """

    class Kind(models.TextChoices):
        LINK = "link"
        PHONE = "phone"
        MISSING = "missing"
        HOURS = "hours"
        WORDS = "words"  # a hint

    class Of(models.TextChoices):
        SERVICE = "service"
        ORGANIZATION = "organization"

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=8, choices=Kind)
    of = models.CharField(max_length=12, choices=Of)
    record = models.UUIDField()
    about = models.CharField(max_length=40)
    detail = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "kind", "about"],
                condition=Q(closed_at=None),
                name="finding_open_once",
            ),
        ]
        indexes = [models.Index(fields=["kind", "closed_at"], name="finding_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.record} {self.kind} {self.about}"


class Link(models.Model):
    """An address that stands in the map, and what became of it when we last looked."""

    address = models.URLField(max_length=200, unique=True)
    looked_at = models.DateTimeField()
    next_at = models.DateTimeField(db_index=True)
    trouble = models.CharField(max_length=300, blank=True)  # a code, "" for none
    failures = models.PositiveIntegerField(default=0)  # in a row
    looks = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.pk} {self.trouble or 'ok'}"
