"""Who stands at the desk, and which doors open for her."""

from samen.people.http.desk import (
    DeskRequest,
    for_colleagues,
    for_roles,
    form_page,
    see,
    unlocked,
)
from samen.people.http.links import invitation_link
from samen.people.http.unlocking import keyring_of, keys_are_closed
from samen.people.rules import BadPost, NotYours, PostHeld, Role

__all__ = [
    "BadPost",
    "DeskRequest",
    "NotYours",
    "PostHeld",
    "Role",
    "for_colleagues",
    "for_roles",
    "form_page",
    "invitation_link",
    "keyring_of",
    "keys_are_closed",
    "see",
    "unlocked",
]
