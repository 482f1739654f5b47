"""Take a dangerous entry away at once; a second person decides about its return."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Refused
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.actions.suggesting import AlreadyDecided, NeedsSecondPerson
from samen.stewardship.models import Withdrawal
from samen.stewardship.rules.suggesting import HIDDEN


@transaction.atomic
def withdraw_service(*, service_id: UUID, why: str, by: Actor, at: datetime) -> Withdrawal:
    """Out of pages, caches, index and API with the row in the journal that this leaves.

    Pressed twice it is one withdrawal. Raises Refused without a reason or when it is not shown,
    Service.DoesNotExist.
    """
    there = Withdrawal.objects.filter(service=service_id, decision="").first()
    if there:
        return there
    version, facts = directory.service_facts(service_id)
    if not why.strip():
        raise Refused(gettext_noop("Say why it is dangerous."))
    if facts["publish"]["publish"] == HIDDEN:
        raise Refused(gettext_noop("It is not shown to anybody."))
    # Two may press at once: the second gets the withdrawal of the first.
    withdrawal, new = Withdrawal.objects.get_or_create(
        service_id=service_id,
        decision="",
        defaults={
            "by": by.id,
            "at": at,
            "why": why[:200],
            "publish_before": facts["publish"]["publish"],
        },
    )
    if not new:
        return withdrawal
    directory.change_service(
        service_id=service_id,
        changes={"publish": facts["publish"] | {"publish": HIDDEN}},
        version=version,
        why=why,
        by=by,
        at=at,
        verb="withdrawn",
    )
    return withdrawal


@transaction.atomic
def decide_withdrawal(
    *, withdrawal_id: UUID, returns: bool, reason: str, by: Actor, at: datetime
) -> None:
    """Raises NeedsSecondPerson, AlreadyDecided, Refused, Withdrawal.DoesNotExist."""
    withdrawal = Withdrawal.objects.select_for_update().get(pk=withdrawal_id)
    if withdrawal.decision:
        raise AlreadyDecided
    if withdrawal.by == by.id:
        raise NeedsSecondPerson
    decision = Withdrawal.Decision.RETURNED if returns else Withdrawal.Decision.STAYS_AWAY
    Withdrawal.objects.filter(pk=withdrawal_id).update(
        decision=decision, decided_by=by.id, decided_at=at, reason=reason[:200]
    )
    if returns:
        version, facts = directory.service_facts(withdrawal.service_id)
        directory.change_service(
            service_id=withdrawal.service_id,
            changes={"publish": facts["publish"] | {"publish": withdrawal.publish_before}},
            version=version,
            why=reason,
            by=by,
            at=at,
            verb="returned",
        )
    audit.record(
        verb="withdrawal decided", kind="withdrawal", record_id=withdrawal.id, by=by, at=at
    )
