from datetime import datetime

from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.post import rules
from samen.post.models import Letter


@transaction.atomic
def forget_addresses(*, by: Actor, at: datetime, limit: int = 1000) -> int:
    """Blank address and values of letters that were done long enough ago; how many."""
    old = Letter.objects.exclude(to="").filter(closed_at__lte=at - rules.ADDRESS_KEPT)
    letters = list(old.select_for_update(skip_locked=True).order_by("closed_at")[:limit])
    if letters:
        ids = [letter.id for letter in letters]
        Letter.objects.filter(pk__in=ids).update(to="", values={})
        audit.record(verb="addresses forgotten", kind="letter", objects=ids, by=by, at=at)
    return len(letters)
