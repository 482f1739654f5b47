from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.places.models import Place

_NO_ADDRESS = Q(name="", street="", postal_code="", town="", place=None)


class Organization(models.Model):
    """HSDS organization."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    # Its id in the content files or at the source it came from.
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    alternate_name = models.CharField(max_length=200, blank=True)
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    # Hash of what the last import wrote, as in Fact: what a person changed, no import touches.
    imported = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """HSDS location: a place one can go to, or one that stays hidden.

    A confidential location is a type, not a flag: the constraint below leaves it no name, no
    address and no point on the map, so that nothing can show what is not there.
    """

    class Type(models.TextChoices):
        PHYSICAL = "physical"
        VIRTUAL = "virtual"
        CONFIDENTIAL = "confidential"

    id = models.UUIDField(primary_key=True, default=uuid4)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=12, choices=Type)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)
    # The town whose centre distances are measured from.
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed = models.BooleanField(default=False)
    wheelchair = models.CharField(max_length=7, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="confidential_location_has_no_place",
                condition=~Q(type="confidential") | _NO_ADDRESS,
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ServiceAtLocation(models.Model):
    """HSDS service_at_location."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(
        "directory.Service", on_delete=models.CASCADE, related_name="at_locations"
    )
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "location"], name="service_there_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.location_id}"


class FormerPlace(models.Model):
    """That a service had a place which visitors could see, by its ids and since when it is gone.

    Whoever kept a copy can be told so. Nothing of the place itself is here, and nothing at all of
    a service that has a confidential place.
    """

    link = models.UUIDField(primary_key=True)  # of the ServiceAtLocation
    location = models.UUIDField(db_index=True)
    service = models.ForeignKey("directory.Service", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.service_id} was at {self.location}"
