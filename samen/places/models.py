from uuid import uuid4

from django.db import models
from django.db.models import Q


class Municipality(models.Model):
    """A municipality that keeps a part of the social map."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    # The name in another language, where it has one: {"en": "The Hague", "ar": "لاهاي"}.
    names = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "municipalities"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A town or village, and the point its distances are measured from.

    Names and points: GeoNames, CC BY 4.0.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    geoname = models.PositiveIntegerField(unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    # Other spellings by which people look for it, as one list.
    other_names = models.JSONField(default=list)
    # The name in another language, where it has one: {"en": "The Hague", "ar": "لاهاي"}.
    names = models.JSONField(default=dict)
    province = models.CharField(max_length=40, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()
    municipality = models.ForeignKey(
        Municipality, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-population", "name"]
        constraints = [
            models.CheckConstraint(
                name="place_is_on_earth",
                condition=Q(latitude__gte=-90, latitude__lte=90)
                & Q(longitude__gte=-180, longitude__lte=180),
            )
        ]

    def __str__(self) -> str:
        return self.name
