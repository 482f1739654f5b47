from django.db import models

from samen.foundation.actor import ActorKind


class Entry(models.Model):
    """One line: who did what to which record, and when. Never what the record says.

    Actor and record are random ids without a foreign key: the logbook lies below every other
    room, and a line outlives what it speaks of.
    """

    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=12, choices=[(k, k) for k in ActorKind])
    actor_id = models.UUIDField(db_index=True)
    verb = models.CharField(max_length=60)
    record_kind = models.CharField(max_length=60)
    record_id = models.UUIDField(db_index=True)

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.record_kind}:{self.record_id}"
