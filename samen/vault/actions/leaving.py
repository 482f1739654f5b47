"""A colleague leaves for good. Needs no key."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.vault.actions import circles, spare_keys
from samen.vault.actions.members import end_sessions_of, forget_keys
from samen.vault.models import Circle, Grant, Record, SpareKey


@transaction.atomic
def leave(*, member: UUID, by: Actor, at: datetime) -> list[UUID]:
    """Sessions end, and her access ends wherever somebody else can read, or a circle can give it.

    What she alone could read, and no circle reaches, stays sealed to her and is named. Where there
    is nothing of that kind, her keys are erased.
    """
    end_sessions_of(member=member)
    for circle in Circle.objects.filter(members__member=member):
        circles.forget_member(circle, member)
        circles.note("circle left", circle, objects=[member], by=by, at=at)
    spare_keys.forget(SpareKey.objects.filter(keys__member=member))
    hers = Grant.objects.filter(member=member)
    records = set(hers.values_list("record", flat=True))
    shared = Grant.objects.filter(record__in=records, ends_at=None, keys__retired_at=None).exclude(
        member=member
    )
    ids = set(shared.values_list("record", flat=True)) | circles.within_reach(records)
    alone = sorted(records - ids)
    Record.objects.filter(pk__in=ids).update(stale=True)
    hers.filter(record__in=ids).delete()
    audit.record(
        verb="access ended everywhere",
        kind="vault member",
        record_id=member,
        objects=alone,
        action=audit.Action.EXECUTE,
        by=by,
        at=at,
    )
    if not alone:
        forget_keys(member=member, by=by, at=at)
    return alone
