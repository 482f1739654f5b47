from django.db import models
from django.db.models import Q

from samen.directory.models.organizations import Location, Organization
from samen.directory.models.services import Service


class TextState(models.TextChoices):
    ORIGINAL = "original"
    HUMAN = "human"  # translated or approved by a named person
    MACHINE = "machine"  # a draft until a mediator approves it


class Text(models.Model):
    """One field of a record in one language.

    `made_from` is the hash of the original body a translation was made from. It is out of date
    when the original's hash differs, never by date: moving or re-saving changes nothing.
    """

    language = models.CharField(max_length=12)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=TextState)
    made_from = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class ServiceText(Text):
    class Field(models.TextChoices):
        WHAT = "what"  # what they do
        CALL = "call"  # what happens when you call or come
        HOURS_NOTE = "hours_note"
        COST_NOTE = "cost_note"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="texts")
    field = models.CharField(max_length=12, choices=Field)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "field", "language"], name="service_text_once"
            ),
            models.CheckConstraint(name="service_text_is_there", condition=~Q(body="")),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.field} {self.language}"


class OrganizationText(Text):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="texts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "language"], name="organization_text_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.language}"


class LocationText(Text):
    """How to find the way in; never for a confidential location."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="texts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "language"], name="location_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.language}"
