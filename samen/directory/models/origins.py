from django.db import models

from samen.directory.models.services import Service


class Origin(models.Model):
    """Where an entry was taken over from. One of our own has none."""

    service = models.OneToOneField(
        Service, on_delete=models.CASCADE, primary_key=True, related_name="origin"
    )
    # Who published it first, and its id there, however many hands it went through since.
    publisher = models.CharField(max_length=200)
    original = models.CharField(max_length=200)
    source = models.CharField(max_length=200)  # the publisher it was taken from
    source_name = models.CharField(max_length=200)  # for readers
    licence = models.CharField(max_length=200, blank=True)
    taken_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publisher", "original"], name="record_of_a_publisher_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher} {self.original}"
