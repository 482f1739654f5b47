"""What readers are given, made once and kept: each holds as long as its service is the same.

A service has a stamp, the number of the last change that may show in it (actions/journal.py). What
was made of another stamp, or by another release (`made_by`), is no longer true and never read.
"""

from django.db import models

from samen.directory.models.services import Service


class Projection(models.Model):
    stamp = models.PositiveBigIntegerField()
    made_by = models.CharField(max_length=16)

    class Meta:
        abstract = True


class ServiceDocument(Projection):
    """A published service as others read it by machine: HSDS, encoded."""

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    body = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.service_id} {self.stamp}"


class ServiceCard(Projection):
    """A published service as it stands in a list, in one language, but for what changes by itself:
    whether it is open, and how far it is."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12)
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "language"], name="service_card_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.language} {self.stamp}"
