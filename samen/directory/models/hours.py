from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.directory.models.services import Service


class OpeningHours(models.Model):
    """One stretch of a weekly grid, in local time. HSDS renders it as a weekly schedule.

    A stretch that closes at or before it opens runs past midnight; 00:00 to 00:00 is a whole day.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="week")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["service", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                name="weekday_is_of_the_week", condition=Q(weekday__gte=0, weekday__lte=6)
            ),
            models.UniqueConstraint(
                fields=["service", "weekday", "opens"], name="opens_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class HoursException(models.Model):
    """A date on which the weekly grid does not hold. No times: closed that day."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        ordering = ["service", "date", "opens"]
        constraints = [
            models.CheckConstraint(
                name="exception_is_whole",
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.opens or 'closed'}"
