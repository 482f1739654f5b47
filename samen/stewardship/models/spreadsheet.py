from uuid import uuid4

from django.db import models

from samen.directory.models import Service
from samen.stewardship.models.suggesting import Suggestion


class SheetImport(models.Model):
    """A spreadsheet that was read, then perhaps written to the map, then perhaps undone.

    Its rows are kept only until it is written or thrown away.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        WRITTEN = "written"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid4)
    by = models.UUIDField()
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    rows = models.JSONField(default=list)
    written_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class ImportedRow(models.Model):
    """What one row changed; enough to take it back."""

    sheet = models.ForeignKey(SheetImport, on_delete=models.CASCADE, related_name="written")
    row = models.PositiveIntegerField()
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    new = models.BooleanField()  # the row made the service
    version_before = models.PositiveIntegerField()
    version_after = models.PositiveIntegerField()
    facts = models.JSONField(default=list)  # names of those that changed
    suggestion = models.ForeignKey(
        Suggestion, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="row_of_a_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.row}"
