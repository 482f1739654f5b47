"""Entries never stay behind: not with who left, not with a municipality that is gone."""

from datetime import datetime
from uuid import UUID

from samen.directory import actions as directory
from samen.directory.actions import Refused
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.queries.keeping import entries_of, keepers, left_behind, owner_of


def hand_over(
    *,
    owner: str,
    keeper: UUID | None,
    to_owner: str,
    to_keeper: UUID | None,
    by: Actor,
    at: datetime,
) -> int:
    """All entries of an owner, or those that one colleague keeps, go to another. How many.

    Raises Refused when the new keeper does not work there, Municipality.DoesNotExist.
    """
    there = {colleague for slug, colleague, _name in keepers() if slug == to_owner}
    if to_keeper and to_keeper not in there:
        raise Refused(gettext_noop("This colleague does not keep the map there."))
    owner_of(owner)
    return directory.move_services(
        service_ids=entries_of(owner, keeper=keeper),
        owner=owner_of(to_owner),
        keeper=to_keeper,
        by=by,
        at=at,
    )


def release_entries(*, by: Actor, at: datetime) -> int:
    """What a colleague kept who has left falls back to those who keep the map there."""
    return sum(
        directory.move_services(service_ids=services, owner=owner, keeper=None, by=by, at=at)
        for owner, services in left_behind().items()
    )
