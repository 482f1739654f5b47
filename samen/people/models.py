from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from samen.people.engine import passwords
from samen.people.rules import FOR_AN_ORGANIZATION, OF_A_LANGUAGE, Role
from samen.places.models import Municipality


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A colleague with a seat at the desk. Visitors never become users.

    The key is random, and is the id the logbook knows her by.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)  # in small letters
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=12, default="nl")
    is_active = models.BooleanField(default=False)  # from the invitation she took up
    invited_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(
                name="who_left_is_not_active", condition=Q(ended_at=None) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    # After a right password, for what it opens in this very request. Never kept.
    unlock_key: bytes | None = None

    def check_password(self, raw_password: str | None) -> bool:
        """One Argon2id for a right and for a wrong one, and for somebody who has none yet."""
        halves = passwords.opened(raw_password or "", self.password)
        self.unlock_key = halves.unlock_key if halves else None
        return halves is not None

    def set_password(self, raw_password: str | None) -> None:
        """One Argon2id here too: the half for the vault comes with it."""
        if raw_password is None:
            self.set_unusable_password()
            return
        self.password, self.unlock_key = passwords.made(raw_password)
        self._password = raw_password  # as Django does: validators may have asked for it


NOWHERE = Value(UUID(int=0), output_field=models.UUIDField())


class Post(models.Model):
    """A role of a colleague, and where it holds: a municipality, an organisation, a language.

    The organisation is an id without a foreign key: the map lies above this room.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    colleague = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=16, choices=[(role.value, role.name) for role in Role])
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, related_name="+"
    )
    organization = models.UUIDField(null=True)
    language = models.CharField(max_length=12, blank=True)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="contact_has_an_organization",
                condition=Q(role__in=FOR_AN_ORGANIZATION, organization__isnull=False)
                | (~Q(role__in=FOR_AN_ORGANIZATION) & Q(organization=None)),
            ),
            models.CheckConstraint(
                name="translator_has_a_language",
                condition=(Q(role__in=OF_A_LANGUAGE) & ~Q(language=""))
                | (~Q(role__in=OF_A_LANGUAGE) & Q(language="")),
            ),
            # Nowhere is a place too: SQLite would take two rows without one for different.
            models.UniqueConstraint(
                "colleague",
                "role",
                Coalesce("municipality", NOWHERE),
                Coalesce("organization", NOWHERE),
                "language",
                condition=Q(ended_at=None),
                name="post_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.colleague_id} {self.role}"


class Invitation(models.Model):
    """A link that was mailed. What is kept is its hash: who reads the table cannot use it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    colleague = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)
