"""What other rooms may ask about colleagues."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from allauth.mfa.models import Authenticator

from samen.people.models import Invitation, Post, User
from samen.people.rules import ABOUT_NO_PLACE, TEAM_OF_ALL, PostHeld, Role

_SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who sits at the desk, with the roles she holds now."""

    id: UUID
    name: str
    language: str
    posts: tuple[PostHeld, ...] = ()

    def holds(self, *roles: Role) -> bool:
        return any(post.role in roles for post in self.posts)

    def municipalities(self, *roles: Role) -> frozenset[str] | None:
        """Slugs where she holds one of the roles; None for everywhere.

        A role for an organisation or of a language is about that, and nowhere is hers by it.
        """
        about_a_place = (post for post in self._of(roles) if post.role not in ABOUT_NO_PLACE)
        held = [post.municipality for post in about_a_place]
        return None if None in held else frozenset(slug for slug in held if slug)

    def organizations(self, *roles: Role) -> frozenset[UUID]:
        return frozenset(post.organization for post in self._of(roles) if post.organization)

    def languages(self, *roles: Role) -> frozenset[str]:
        return frozenset(post.language for post in self._of(roles) if post.language)

    def _of(self, roles: tuple[Role, ...]) -> Iterable[PostHeld]:
        return (post for post in self.posts if post.role in roles)


def colleague(user: User) -> Colleague:
    """One query."""
    return Colleague(user.id, user.name, user.language, held_by(user.id))


def held_by(user_id: UUID) -> tuple[PostHeld, ...]:
    """The roles that hold now. One query."""
    posts = Post.objects.filter(colleague=user_id, ended_at=None, colleague__is_active=True)
    rows = posts.values_list("role", "municipality__slug", "organization", "language")
    return tuple(PostHeld(Role(role), slug, about, tag) for role, slug, about, tag in rows)


@dataclass(frozen=True, slots=True)
class Team:
    """Colleagues whose records one circle keeps from being lost."""

    id: UUID
    name: str  # of a municipality; of an organisation only the map knows it


def teams_of(user_id: UUID) -> list[Team]:
    """The organisation, the municipality or the whole house she works for. One query."""
    posts = Post.objects.filter(colleague=user_id, ended_at=None, colleague__is_active=True)
    teams: dict[UUID, str] = {}
    for one in posts.select_related("municipality"):
        if one.organization:
            teams[one.organization] = ""
        elif one.municipality:
            teams[one.municipality.id] = one.municipality.name
        else:
            teams[TEAM_OF_ALL] = "SAMEN"
    return [Team(team, name) for team, name in sorted(teams.items(), key=lambda one: one[1])]


def colleagues() -> list[User]:
    """Everybody, those who left last, with their posts. Two queries."""
    everybody = User.objects.order_by("ended_at", "name")
    return list(everybody.prefetch_related("posts__municipality"))


def speakers_for(organization: UUID) -> list[User]:
    """Who speaks for this organisation, also those who have not taken up the invitation yet."""
    posts = Post.objects.filter(role=Role.CONTACT, organization=organization, ended_at=None)
    return list(
        User.objects.filter(ended_at=None, id__in=posts.values("colleague")).order_by("name")
    )


def holding(*roles: Role, municipality: str | None = None) -> list[User]:
    """Active colleagues with one of the roles, in this municipality or everywhere (None)."""
    posts = Post.objects.filter(role__in=roles, ended_at=None)
    posts = (
        posts.filter(municipality__slug=municipality)
        if municipality
        else posts.filter(municipality=None)
    )
    return list(
        User.objects.filter(is_active=True, id__in=posts.values("colleague")).order_by("email")
    )


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What colleagues are called, also those who have left. One query."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def contacts_of(organization: UUID) -> list[User]:
    """Active colleagues who speak for an organisation."""
    posts = Post.objects.filter(role=Role.CONTACT, organization=organization, ended_at=None)
    return list(
        User.objects.filter(is_active=True, id__in=posts.values("colleague")).order_by("email")
    )


def who_left() -> list[UUID]:
    """Colleagues whose access has ended: what they kept waits for somebody else."""
    return list(User.objects.exclude(ended_at=None).values_list("id", flat=True))


def has_second_factor(user_id: UUID) -> bool:
    """An app or a passkey; codes on paper are for when both are lost."""
    return bool(Authenticator.objects.filter(user=user_id, type__in=_SECOND_FACTORS).exists())


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def open_invitation(token: str, *, at: datetime) -> Invitation | None:
    """The invitation behind a link, unless it was used, replaced, is over, or she left."""
    found = Invitation.objects.filter(
        token_hash=hash_of(token), used_at=None, ends_at__gt=at, colleague__ended_at=None
    )
    return found.select_related("colleague").first()
