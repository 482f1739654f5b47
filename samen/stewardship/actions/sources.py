"""What a source offers beside what a person here wrote: a steward decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.exchange.actions.differing import decide_difference
from samen.exchange.models import Difference
from samen.foundation.actor import Actor
from samen.stewardship.actions.editing import Edited, edit_service


@transaction.atomic
def accept_difference(*, difference_id: UUID, version: int, by: Actor, at: datetime) -> Edited:
    """Write what is offered, as an edit of hers: what needs a second person waits for one.

    Raises Conflict, Refused, DecidedAlready, Difference.DoesNotExist; then nothing was decided.
    """
    difference = Difference.objects.get(pk=difference_id)
    decide_difference(difference_id=difference_id, accepted=True, by=by, at=at)
    return edit_service(
        service_id=difference.service_id,
        changes={difference.fact: difference.offered},
        version=version,
        why=difference.held.source.name,
        by=by,
        at=at,
    )
