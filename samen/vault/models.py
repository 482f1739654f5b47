from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

LONGEST_CODE = 40
LONGEST_NAME = 80


if TYPE_CHECKING:
    from samen.vault.engine.keys import SealedBytes

    _Set = TypeVar("_Set")
    _Get = TypeVar("_Get")

    class SealedField(models.BinaryField[_Set, _Get]):
        """Nothing gets into it that was not sealed."""

        _pyi_private_set_type: SealedBytes | memoryview
        _pyi_private_get_type: SealedBytes | memoryview

else:

    class SealedField(models.BinaryField):
        """Bytes, to the database; a migration knows no types of ours."""

        def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
            name, _path, args, options = super().deconstruct()
            return name, "django.db.models.BinaryField", args, options


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
    sealed_bundle = SealedField()  # U of the design, under her root key
    version = models.PositiveIntegerField(default=1)  # of the bundle
    root_by_password = SealedField()
    root_by_code = SealedField(null=True)  # under the recovery code on paper
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
    sealed_root = SealedField()
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
    owner = models.UUIDField(null=True, db_index=True)  # whose circle it reaches; of a room above
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
    sealed = SealedField()
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
    sealed = SealedField()
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


class Circle(models.Model):
    """The continuity circle of an organisation: what one loses, two of them can give back."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.UUIDField()  # the organisation, of a room above
    name = models.CharField(max_length=LONGEST_NAME)
    public = models.BinaryField()
    sealed_pair = SealedField()  # the secret half, under a key that only two together have
    keeps_spares = models.BooleanField(default=False)  # two of it switched that on
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(retired_at=None), name="vault_one_present_circle"
            )
        ]

    def __str__(self) -> str:
        return f"circle of {self.owner}"


class CircleMember(models.Model):
    """Somebody who was asked into a circle; with her signature, who belongs to it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="members")
    member = models.UUIDField(db_index=True)
    keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField(null=True)  # over the public key of the circle
    joined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["circle", "member"], name="vault_in_a_circle_once")
        ]

    def __str__(self) -> str:
        return f"{self.member} in {self.circle_id}"


class Half(models.Model):
    """Half of a key that only two people together have. Each two have halves of their own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    shared = models.UUIDField(db_index=True)  # the circle whose key it is
    keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    sealed = SealedField()

    class Meta:
        verbose_name_plural = "halves"
        constraints = [
            models.UniqueConstraint(fields=["shared", "keys", "other"], name="vault_one_half")
        ]

    def __str__(self) -> str:
        return f"half of {self.shared}"


class CircleGrant(models.Model):
    """The content key of a record, sealed to the circle of its organisation."""

    record = models.OneToOneField(
        Record, on_delete=models.CASCADE, primary_key=True, related_name="for_circle"
    )
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField()
    sealed = SealedField()

    def __str__(self) -> str:
        return f"{self.record_id} for {self.circle_id}"


class SpareKey(models.Model):
    """The root key of a colleague who wanted that, sealed to the circle of her team."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    keys = models.OneToOneField(MemberKeys, on_delete=models.CASCADE, related_name="+")
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="+")
    sealed = SealedField()
    handed = SealedField(null=True)  # by two of the circle, sealed to her keys of now
    handed_to = models.ForeignKey(MemberKeys, on_delete=models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"of {self.keys_id} with {self.circle_id}"


class Ask(models.Model):
    """What one of a circle asks of the others, and what became of it. Nothing of it opens alone."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=LONGEST_CODE)  # rules.Purpose
    by_keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    member = models.UUIDField()  # who gets something by it
    # Hers, when she is another one: both of the two compared the six words of these and no others.
    for_keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, null=True, related_name="+")
    hours = models.PositiveSmallIntegerField(default=0)
    sealed_reason = SealedField()
    asked_at = models.DateTimeField()
    agreed_keys = models.ForeignKey(
        MemberKeys, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sealed_half = SealedField(null=True)  # of who agreed, for who asked
    signature = models.BinaryField(null=True)  # of who agreed, over all that was asked
    agreed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    records = models.ManyToManyField(Record, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="vault_agreed_by_another",
                condition=Q(agreed_keys=None) | ~Q(agreed_keys=F("by_keys")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class AskReader(models.Model):
    """The key of a reason, for one of the circle who may agree."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="readers")
    keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    sealed_key = SealedField()

    def __str__(self) -> str:
        return f"{self.ask_id} for {self.keys_id}"


class Notice(models.Model):
    """Somebody who can read a record is told that two others opened it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="notices")
    member = models.UUIDField(db_index=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ask", "member"], name="vault_told_once")]

    def __str__(self) -> str:
        return f"{self.ask_id} told to {self.member}"


class Intake(models.Model):
    """A key pair of a desk or an organisation, whose secret half is a record with holders."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.UUIDField()  # the desk or organisation, of a room above
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    public = models.BinaryField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(retired_at=None), name="vault_one_present_intake"
            )
        ]

    def __str__(self) -> str:
        return f"intake of {self.owner}"


class Mailbox(models.Model):
    """A conversation with somebody who has nothing but a receipt. Both sides can write."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    public = models.BinaryField()
    sealed_pair = SealedField()  # the secret half, under the key of the mailbox
    for_intake = SealedField()  # the key of the mailbox, for the desk
    for_receipt = SealedField()  # and for who has the receipt
    locator = models.BinaryField(unique=True)
    receipts = models.PositiveIntegerField(default=1)  # how many it has had
    made_on = models.DateField()

    class Meta:
        verbose_name_plural = "mailboxes"

    def __str__(self) -> str:
        return str(self.id)


class Letter(models.Model):
    """One message in a mailbox, sealed so that its writer cannot read it again."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="letters")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8, choices=[("desk", "desk"), ("visitor", "visitor")])
    sealed_key = SealedField()
    sealed = SealedField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "number"], name="vault_letters_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.number}"


class ReceiptSession(models.Model):
    """Half of an open mailbox, for a quarter of an hour; the other half is in the browser."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sessions")
    sealed_key = SealedField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Packet(models.Model):
    """What one organisation hands to another: sealed to its intake, signed by who sent it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    sender_keys = models.ForeignKey(MemberKeys, on_delete=models.PROTECT, related_name="+")
    consent = models.BinaryField()  # hash of what was agreed to
    sealed_key = SealedField()
    sealed = SealedField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class File(models.Model):
    """A file of a record: random name on the disk, everything about it in a sealed part."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="files")
    epoch = models.PositiveIntegerField()  # of the record, when its content was sealed last
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Unswept(models.Model):
    """Something was erased since, and its bytes may still stand in the log of the database."""

    class Meta:
        verbose_name_plural = "unswept"

    def __str__(self) -> str:
        return str(self.pk)
