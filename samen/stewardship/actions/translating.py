"""A named translator writes or approves the texts of a service in her language."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.directory import actions as directory
from samen.directory.actions import Changed, Refused
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.actions.keeping import check_texts

_ORIGINAL, _HUMAN = "nl", "human"


@transaction.atomic
def translate_service(  # noqa: PLR0913 what, into what, from what, since when, who and when
    *,
    service_id: UUID,
    language: str,
    bodies: Mapping[str, str],
    made_from: Mapping[str, str],
    version: int,
    by: Actor,
    at: datetime,
) -> Changed:
    """Texts by field, as a person vouches for them; the same words as a draft's approve it.

    `made_from` holds the hash of each Dutch text as the translator saw it: when the Dutch was
    changed meanwhile, her translation is out of date from its first moment, and says so.
    Raises Refused, Conflict, Service.DoesNotExist.
    """
    _version, now = directory.service_facts(service_id)
    for field in bodies:
        if language == _ORIGINAL or f"{field}.{_ORIGINAL}" not in now:
            raise Refused(
                gettext_noop("There is no Dutch text this could be made from: %(field)s."),
                field=field,
            )
    changes = {
        f"{field}.{language}": {"body": body, "state": _HUMAN, "made_from": made_from[field]}
        for field, body in bodies.items()
        if body.strip()
    }
    check_texts(changes, now)
    return directory.change_service(
        service_id=service_id,
        changes=changes,
        version=version,
        why="",
        by=by,
        at=at,
        verb="changed",
    )
