from uuid import uuid4

from django.db import models
from django.db.models import Q

LONGEST_CODE = 40


class Installation(models.Model):
    """Which file of shred salts belongs to this database. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(name="vault_installation_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.installation)


class MemberKeys(models.Model):
    """The keys of a colleague. Who forgets everything gets new ones: the next generation."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    member = models.UUIDField()
    generation = models.PositiveIntegerField()
    identity = models.BinaryField()  # the public halves
    sealed_bundle = models.BinaryField()  # U of the design, under her root key
    version = models.PositiveIntegerField(default=1)  # of the bundle
    root_by_password = models.BinaryField()
    root_by_code = models.BinaryField(null=True)  # under the recovery code on paper
    code_salt = models.BinaryField(null=True)
    wraps = models.PositiveIntegerField(default=1)  # how often the root was sealed anew
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "member keys"
        constraints = [
            models.UniqueConstraint(fields=["member", "generation"], name="vault_one_generation"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(retired_at=None), name="vault_one_present_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.generation}"


class UnlockedSession(models.Model):
    """Half of an open vault: her root key under a half that only her browser has."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    keys = models.ForeignKey(MemberKeys, on_delete=models.CASCADE, related_name="sessions")
    sealed_root = models.BinaryField()
    live = models.BooleanField(default=False)  # after the second factor
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Confirmation(models.Model):
    """A colleague compared the six words of somebody's keys, and signed that they fit."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    keys = models.ForeignKey(MemberKeys, on_delete=models.CASCADE, related_name="confirmations")
    by = models.UUIDField()
    by_keys = models.ForeignKey(MemberKeys, on_delete=models.CASCADE, related_name="+")
    signature = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["keys", "by_keys"], name="vault_confirmed_once")
        ]

    def __str__(self) -> str:
        return f"{self.keys_id} by {self.by}"


class Record(models.Model):
    """One compartment of something secret: one content key, one set of people who have it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=LONGEST_CODE)
    compartment = models.CharField(max_length=LONGEST_CODE)
    epoch = models.PositiveIntegerField(default=1)
    stale = models.BooleanField(default=False, db_index=True)  # somebody left: re-encrypt
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Part(models.Model):
    """One sealed document of a record: a page, a note, the card of a file."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=LONGEST_CODE)
    version = models.PositiveIntegerField()
    sealed = models.BinaryField()
    digest = models.BinaryField()  # of what is sealed: all of them together are in the logbook

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "name"], name="vault_part_once")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.name}"


class Grant(models.Model):
    """The content key of a record, for one colleague, signed by who gave it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="grants")
    epoch = models.PositiveIntegerField()
    member = models.UUIDField(db_index=True)
    keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    granter_keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    in_ring = models.BooleanField(default=False)  # used once: under her own ring from then on
    signature = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # opened in an emergency, by two

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "member"], name="vault_granted_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_id} for {self.member}"
