from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A colleague with a seat at the desk. Visitors never become users."""

    # The random id the logbook knows her by; the primary key never leaves the database.
    actor_id = models.UUIDField(default=uuid4, unique=True, editable=False)
