from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.directory.actions.changing import leave_a_line
from samen.directory.models import ProblemReport, Service
from samen.directory.rules.freshness import ALERT_LASTS, DAYS_OF_DOUBT
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
            if reason == ProblemReport.Reason.NUMBER:
                _doubt(report.service_id, report.day, by=by, at=at)
    except IntegrityError:
        # Pressed twice, or sent again by Back: it is already noted, and that is what she wanted.
        return


@transaction.atomic
def settle_reports(
    *, service_id: UUID, reason: ProblemReport.Reason, by: Actor, at: datetime
) -> int:
    """Somebody has looked into what visitors said, and it is right by now. How many said so."""
    Service.objects.select_for_update().get(pk=service_id)
    waiting = ProblemReport.objects.filter(service=service_id, reason=reason, settled_on=None)
    settled = waiting.update(settled_on=at.astimezone(AMSTERDAM).date())
    if not settled:
        return 0
    audit.record(verb="reports settled", kind="service", record_id=service_id, by=by, at=at)
    if reason == ProblemReport.Reason.NUMBER:
        _believe(service_id, by=by, at=at)
    return settled


def end_doubts(*, by: Actor, at: datetime) -> int:
    """Take away the marks that nobody has given a new reason for. How many."""
    long_ago = at.astimezone(AMSTERDAM).date() - ALERT_LASTS
    old = Service.objects.filter(number_doubted_on__lt=long_ago).values_list("id", flat=True)
    return sum(_end_doubt(service_id, by=by, at=at) for service_id in list(old))


@transaction.atomic
def _end_doubt(service_id: UUID, *, by: Actor, at: datetime) -> bool:
    return _believe(service_id, by=by, at=at)


def _doubt(service_id: UUID, day: date, *, by: Actor, at: datetime) -> None:
    """Said on several days, visitors are told. An emergency number never gets such a mark."""
    said = ProblemReport.objects.filter(
        service=service_id,
        reason=ProblemReport.Reason.NUMBER,
        settled_on=None,
        day__gt=day - ALERT_LASTS,
    )
    if said.values("day").distinct().count() < DAYS_OF_DOUBT:
        return
    service = Service.objects.select_for_update().get(pk=service_id)
    if service.emergency or service.number_doubted_on == day:
        return
    Service.objects.filter(pk=service_id).update(number_doubted_on=day)
    if service.number_doubted_on is None:
        leave_a_line("service", service_id, "doubted", by=by, at=at)


def _believe(service_id: UUID, *, by: Actor, at: datetime) -> bool:
    doubted = Service.objects.filter(pk=service_id).exclude(number_doubted_on=None)
    if not doubted.update(number_doubted_on=None):
        return False
    leave_a_line("service", service_id, "believed", by=by, at=at)
    return True
