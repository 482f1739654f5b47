from uuid import uuid4

from django.db import models


class Draft(models.Model):
    """What a colleague has typed and not saved yet. It survives a sign-out."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    colleague = models.UUIDField()
    record = models.UUIDField()
    section = models.CharField(max_length=30)
    version = models.PositiveIntegerField()  # of the record, when she began
    fields = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["colleague", "record", "section"], name="draft_once_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.section}"
