"""Who may give which role to whom, and how long things last. Plain Python only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from secrets import choice
from uuid import UUID


class Role(StrEnum):
    STEWARD = "steward"  # keeps the map of a municipality true
    EDITOR = "editor"  # edits it, for a steward
    CONTACT = "contact"  # speaks for an organisation
    TRANSLATOR = "translator"  # of one language
    MEDIATOR = "mediator"
    MEDICAL = "medical"  # medical volunteer
    COORDINATOR = "coordinator"
    LOG_MANAGER = "log_manager"
    ADMINISTRATOR = "administrator"


# What a role is about beside the whole country: an area, an organisation, a language.
IN_A_MUNICIPALITY = frozenset({Role.STEWARD, Role.EDITOR, Role.MEDIATOR, Role.MEDICAL})
FOR_AN_ORGANIZATION = frozenset({Role.CONTACT})
OF_A_LANGUAGE = frozenset({Role.TRANSLATOR})
ABOUT_NO_PLACE = FOR_AN_ORGANIZATION | OF_A_LANGUAGE

# The team of whoever works for no one place or organisation.
TEAM_OF_ALL = UUID("5a3e0000-0000-4000-8000-000000000000")

# A steward finds her own helpers; every other role is an administrator's to give.
_BY_A_STEWARD = frozenset({Role.EDITOR, Role.CONTACT})

INVITATION_LASTS = timedelta(days=7)
IDLE_LASTS = timedelta(minutes=15)  # security.md 4: a laptop left open

FEWEST_LETTERS = 6  # different ones
_WORDS = 5
_CONSONANTS, _VOWELS = "bdfghjklmnprstvwz", "aeiou"


class NotYours(Exception):
    """This role, or the place it is for, is not hers to give or to end."""


class BadPost(ValueError):
    """A role without what it is about, or about something it does not know."""


@dataclass(frozen=True, slots=True)
class PostHeld:
    """One role of a colleague, and where it holds. Empty means everywhere."""

    role: Role
    municipality: str | None = None  # slug
    organization: UUID | None = None
    language: str = ""


def check_post(post: PostHeld) -> None:
    """Raises BadPost: each role is about its own kind of thing."""
    if post.municipality and post.role not in IN_A_MUNICIPALITY:
        message = "This role is not for one municipality."
        raise BadPost(message)
    if (post.organization is not None) != (post.role in FOR_AN_ORGANIZATION):
        message = "A contact speaks for one organisation, and nobody else does."
        raise BadPost(message)
    if bool(post.language) != (post.role in OF_A_LANGUAGE):
        message = "A translator has one language, and nobody else does."
        raise BadPost(message)


def may_give(giver: Iterable[PostHeld], post: PostHeld) -> bool:
    """An administrator gives every role; a steward finds helpers within her municipality.

    Which organisations lie within it, the map knows and this room does not: whoever asks for a
    contact on behalf of a steward has looked it up.
    """
    for held in giver:
        if held.role is Role.ADMINISTRATOR:
            return True
        if held.role is Role.STEWARD and post.role in _BY_A_STEWARD:
            everywhere = held.municipality is None
            if everywhere or post.role is Role.CONTACT or post.municipality == held.municipality:
                return True
    return False


def passphrase() -> str:
    """Five words that mean nothing and can be said aloud: 64 bits (security.md 2.7)."""
    return "-".join(_word() for _ in range(_WORDS))


def _word() -> str:
    return "".join(choice(letters) for letters in (_CONSONANTS, _VOWELS) * 2)
