from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.directory.models import ProblemReport
from samen.foundation.actor import Actor
from samen.foundation.clock import AMSTERDAM


def report_problem(
    *, service_id: UUID, reason: ProblemReport.Reason, token: str, by: Actor, at: datetime
) -> None:
    """Note that a visitor found something wrong. The same token counts once, however often sent."""
    try:
        with transaction.atomic():
            report = ProblemReport.objects.create(
                service_id=service_id,
                reason=reason,
                day=at.astimezone(AMSTERDAM).date(),
                token=token,
            )
            audit.record(
                verb="problem reported", kind="service", record_id=report.service_id, by=by, at=at
            )
    except IntegrityError:
        # Pressed twice, or sent again by Back: it is already noted, and that is what she wanted.
        return
