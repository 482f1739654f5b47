from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from samen.directory.models.services import Service


class ProblemReport(models.Model):
    """A visitor says that something about an entry is wrong. No words, no name, no address.

    Only the day is kept: with the minute, one could find out who it was.
    """

    class Reason(models.TextChoices):
        CLOSED = "closed", _("They are closed or gone")
        NUMBER = "number", _("The number is wrong")
        REFUSED = "refused", _("They did not want to help me")
        LANGUAGE = "language", _("They do not speak the language shown here")

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=8, choices=Reason)
    day = models.DateField()
    # When somebody looked into it; until then it waits.
    settled_on = models.DateField(null=True)
    # Fingerprint of the one-use token of the form: the same press is never counted twice.
    token = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["day", "service"]

    def __str__(self) -> str:
        return f"{self.service_id} {self.reason}"
