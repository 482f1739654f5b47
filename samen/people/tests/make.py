"""One of each, ready to use. Say only what the test is about."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from uuid import UUID

from django.conf import settings
from django.test import Client

from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind
from samen.people.models import Post, User
from samen.people.rules import Role
from samen.places.models import Municipality
from samen.places.tests import make as places
from samen.vault import actions as vault

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PASSWORD = "bagu-dimo-feru-nape-zolu"  # noqa: S105 opens nothing
_numbers = count(1)


def colleague(
    *roles: Role,
    municipality: Municipality | str | None = None,
    organization: UUID | None = None,
    language: str = "",
    name: str = "",
    reads: str = "en",
    password: str = "",
) -> User:
    """Somebody who took up her invitation, with these roles."""
    number = next(_numbers)
    user = User(
        email=f"post{number}@example.org",
        name=name or f"Colleague {number}",
        language=reads,
        is_active=True,
        invited_at=AT,
    )
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    for role in roles:
        post(user, role, municipality=municipality, organization=organization, language=language)
    return user


def post(
    user: User,
    role: Role,
    *,
    municipality: Municipality | str | None = None,
    organization: UUID | None = None,
    language: str = "",
) -> Post:
    where = places.municipality(municipality) if isinstance(municipality, str) else municipality
    return Post.objects.create(
        colleague=user,
        role=role,
        municipality=where,
        organization=organization,
        language=language,
        given_at=AT,
    )


def acting(user: User) -> Actor:
    return Actor(ActorKind.COLLEAGUE, user.id)


def unlock(client: Client, user: User) -> vault.Keyring:
    """The vault of somebody who is signed in, open in this browser."""
    half, by = sha256(user.id.bytes).digest(), acting(user)
    at = clock.now()
    halves = vault.unlock(password_half=half, by=by, at=at)
    vault.begin_session(session=halves.session, by=by, at=at)
    session = client.session
    session["vault"] = str(halves.session)
    session.save()
    client.cookies[settings.UNLOCK_COOKIE_NAME] = halves.half
    return vault.open_session(session=halves.session, half=halves.half, by=by, at=at)
