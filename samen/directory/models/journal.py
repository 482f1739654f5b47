from django.db import models

from samen.directory.models.services import Service


class Change(models.Model):
    """The journal of the map: one row per change, in order, for index, projections and feed."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=20)  # service, organization, needs, places
    record = models.UUIDField()
    verb = models.CharField(max_length=20)  # created, changed, confirmed, deleted, merged

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.verb}"


class Fact(models.Model):
    """What backs one fact of a service, and what the last import made of it.

    `imported` is the hash of the value the import last wrote. A value in the tables with another
    hash was changed by a person, and no import touches it again.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="facts")
    name = models.CharField(max_length=30)
    verified = models.CharField(max_length=10, choices=Service.Verified)
    year = models.PositiveSmallIntegerField(null=True)
    sources = models.JSONField(default=list, blank=True)
    imported = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="fact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.name}"
