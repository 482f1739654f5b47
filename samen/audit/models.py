from django.db import models
from django.db.models import Q

from samen.audit.rules import LONGEST_CODE, Action, Outcome


class Entry(models.Model):
    """One line: who did what to which record, and when. Never what the record says.

    The columns carry the names of NEN 7513. Actor and record are random ids without a foreign
    key: the logbook lies below every other room, and a line outlives what it speaks of.

    The database itself refuses to change or remove a line, by triggers of migration 0002. SQLite
    drops them when Django remakes a table: a migration that alters one must lay them again.
    """

    seq = models.BigIntegerField(primary_key=True)
    link = models.BinaryField()
    mac = models.BinaryField()
    # From here on what is sealed, in this order. A new column goes to the end and may be null:
    # then the lines before it stay as they were sealed.
    event_date_time = models.DateTimeField(db_index=True)
    event_action_code = models.CharField(max_length=1)
    event_outcome = models.PositiveSmallIntegerField()
    event_type = models.CharField(max_length=LONGEST_CODE)
    user_kind = models.CharField(max_length=12)
    user_id = models.UUIDField(db_index=True)
    on_behalf_of = models.UUIDField(null=True)
    role = models.CharField(max_length=LONGEST_CODE, blank=True)
    purpose = models.CharField(max_length=LONGEST_CODE, blank=True)
    object_type = models.CharField(max_length=LONGEST_CODE)
    object_id = models.UUIDField(null=True, db_index=True)
    life_cycle = models.PositiveSmallIntegerField(null=True)
    sensitivity = models.CharField(max_length=LONGEST_CODE, blank=True)
    details = models.BinaryField(null=True)  # a hash of what was read or agreed, 32 bytes

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            # What was written last about a record: asked at every reading of the vault.
            models.Index(
                fields=["object_id", "seq"],
                condition=Q(details__isnull=False),
                name="audit_entry_newest_hash",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_entry_action_is_of_the_norm",
                condition=Q(event_action_code__in=[action.value for action in Action]),
            ),
            models.CheckConstraint(
                name="audit_entry_outcome_is_of_the_norm",
                condition=Q(event_outcome__in=[outcome.value for outcome in Outcome]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event_date_time:%Y-%m-%d %H:%M} {self.event_type}"


class EntryObject(models.Model):
    """One of the many records that a line names, such as the cases on a page of a list.

    Part of its line, and sealed with it. Nothing but the two numbers: nothing escapes the seal.
    """

    pk = models.CompositePrimaryKey("entry_seq", "object_id")
    entry_seq = models.BigIntegerField()
    object_id = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return f"{self.entry_seq} {self.object_id}"


class State(models.Model):
    """Where the chain ends. One row, which every writer locks, so that lines come one by one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    link = models.BinaryField(default=b"")
    mac = models.BinaryField(default=b"")
    origin = models.BinaryField(default=b"")  # what the first line is linked to
    sealed_key = models.BinaryField(default=b"")  # of the next line; the one before is forgotten

    class Meta:
        constraints = [models.CheckConstraint(name="audit_state_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"after line {self.seq}"


class Head(models.Model):
    """Where the chain stood at the end of a day, signed, and mailed to those who keep it."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    seq = models.BigIntegerField()
    link = models.BinaryField()
    mac = models.BinaryField()
    signature = models.BinaryField()
    public_key = models.BinaryField()

    def __str__(self) -> str:
        return f"head {self.number} over {self.seq} lines"
