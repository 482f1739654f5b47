"""The steps by which an organisation is asked whether its entry is right, one at a time.

Each step is one transaction and belongs to a day, so that a worker can be killed between any two
and begun again: no letter is lost, and none is written twice.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.models import Service
from samen.directory.queries import HIDDEN_AFTER, OVERDUE_AFTER, State
from samen.foundation.actor import Actor
from samen.post.models import Letter, mark_of
from samen.stewardship.actions.writing import address_of, write_to
from samen.stewardship.models import Review, Task
from samen.stewardship.queries.reviewing import PUBLISHED, is_taken_over, today_of, token_of
from samen.stewardship.rules.reviewing import FORTNIGHT, Standing, Step, coming


@transaction.atomic
def take_step(*, service_id: UUID, by: Actor, at: datetime) -> Step | None:
    """Take the next step for an entry, if one is due. Raises Service.DoesNotExist."""
    # Without the organisation's row: a lock on it would make its entries wait for each other.
    service = Service.objects.select_for_update().get(pk=service_id)
    review = Review.objects.select_for_update().filter(service=service, outcome="").first()
    if _went_away(service, review, by, at) or _was_named(service, review, by, at):
        return None
    review = review or _opened(service, at)
    if review is None:
        return None
    due = _due(service, review, at)
    if due:
        _STEPS[due](service, review, by, at)
        _note_what_comes(review)
        audit.record(verb=f"review {due}", kind="review", record_id=review.id, by=by, at=at)
    return due


@transaction.atomic
def write_again(*, review_id: UUID, by: Actor, at: datetime) -> bool:
    """A new letter to the address that is known, never to one that somebody types; once a day."""
    service_id = Review.objects.get(pk=review_id).service_id
    service = Service.objects.select_for_update().get(pk=service_id)
    review = Review.objects.select_for_update().get(pk=review_id)
    if (
        review.outcome
        or is_taken_over(service)
        or not _write(service, review, "confirm_listing", by, at)
    ):
        return False
    Review.objects.filter(pk=review.pk).update(asked_on=today_of(at))
    audit.record(verb="review ask", kind="review", record_id=review.id, by=by, at=at)
    return True


@transaction.atomic
def note_bounce(*, letter_id: UUID, by: Actor, at: datetime) -> bool:
    """The letter of a review came back, or was given up: a steward has to find an address."""
    letter = Letter.objects.get(pk=letter_id)
    review = Review.objects.select_for_update().filter(pk=letter.about_id, outcome="").first()
    if review is None or review.bounced == letter.recipient:
        return False
    if mark_of(address_of(review.service)) != letter.recipient:
        return False  # they have another address by now
    Review.objects.filter(pk=review.pk).update(
        bounced=letter.recipient, asked=0, next_on=today_of(at)
    )
    open_task(review.service_id, Task.Kind.BOUNCED, at)
    audit.record(verb="review bounced", kind="review", record_id=review.id, by=by, at=at)
    return True


def open_task(service_id: UUID, kind: Task.Kind, at: datetime, *, words: str = "") -> None:
    """One at a time of each kind; the last words are the ones to read."""
    task, new = Task.objects.get_or_create(
        service_id=service_id,
        kind=kind,
        done_on=None,
        defaults={"opened_on": today_of(at), "words": words},
    )
    if words and not new:
        Task.objects.filter(pk=task.pk).update(words=words)


def _went_away(service: Service, review: Review | None, by: Actor, at: datetime) -> bool:
    """Withdrawn or hidden by hand: nobody is asked about what nobody reads."""
    lapsed = service.freshness == Service.Freshness.HIDDEN
    if lapsed or service.publish in PUBLISHED or review is None:
        return False
    Review.objects.filter(pk=review.pk).update(
        outcome=Review.Outcome.DROPPED, closed_on=today_of(at), next_on=None
    )
    audit.record(verb="review dropped", kind="review", record_id=review.id, by=by, at=at)
    return True


def _was_named(service: Service, review: Review | None, by: Actor, at: datetime) -> bool:
    """The list that it was taken over from names it again, so nobody has to look for it."""
    today = today_of(at)
    until = service.review_due_on
    if review is None or until is None or until <= today or not is_taken_over(service):
        return False
    dropped = Review.Outcome.DROPPED
    Review.objects.filter(pk=review.pk).update(outcome=dropped, closed_on=today, next_on=None)
    done = Task.objects.filter(service=service, kind=Task.Kind.UNNAMED, done_on=None)
    done.update(done_on=today, done_by=by.id)
    audit.record(verb="review dropped", kind="review", record_id=review.id, by=by, at=at)
    directory.renew_service(service_id=service.id, by=by, at=at)
    return True


def _opened(service: Service, at: datetime) -> Review | None:
    today = today_of(at)
    due_on = service.review_due_on
    if service.publish not in PUBLISHED or due_on is None or due_on > today:
        return None
    return Review.objects.create(service=service, opened_on=today, next_on=today)


def _standing(service: Service, review: Review) -> Standing:
    address = address_of(service)
    due_on = service.review_due_on or review.opened_on
    return Standing(
        opened_on=review.opened_on,
        asked=review.asked,
        asked_on=review.asked_on,
        escalated_on=review.escalated_on,
        lowered=service.freshness in (State.OVERDUE, State.HIDDEN),
        hidden=service.freshness == State.HIDDEN,
        # Whoever published it asks them, and we ask him: no letter goes to them from here.
        reachable=bool(address)
        and mark_of(address) != review.bounced
        and not is_taken_over(service),
        emergency=service.emergency,
        overdue_on=due_on + OVERDUE_AFTER,
        hidden_on=due_on + HIDDEN_AFTER,
    )


def _due(service: Service, review: Review, at: datetime) -> Step | None:
    next_step = coming(_standing(service, review))
    return next_step[0] if next_step and next_step[1] <= today_of(at) else None


def _note_what_comes(review: Review) -> None:
    """Read anew: a step changes both the entry and the review."""
    review.refresh_from_db()
    service = Service.objects.select_related("organization").get(pk=review.service_id)
    next_step = coming(_standing(service, review))
    Review.objects.filter(pk=review.pk).update(next_on=next_step[1] if next_step else None)


# --- the steps ---------------------------------------------------------------------------------


def _ask(service: Service, review: Review, by: Actor, at: datetime) -> None:
    template = "reminder_listing" if review.asked else "confirm_listing"
    if not _write(service, review, template, by, at):
        # No letter can be written to it; the steward is told with the next step.
        Review.objects.filter(pk=review.pk).update(bounced=mark_of(address_of(service)))
        return
    Review.objects.filter(pk=review.pk).update(asked=review.asked + 1, asked_on=today_of(at))
    if service.freshness == State.FRESH:
        directory.age_service(service_id=service.id, to=State.DUE, by=by, at=at)


def _write(service: Service, review: Review, template: str, by: Actor, at: datetime) -> bool:
    today = today_of(at)
    return write_to(
        service,
        template=template,
        page=f"check/{token_of(review.id)}",
        day=today + FORTNIGHT,
        key=f"review:{review.id}:{today}",
        about=("review", review.id),
        by=by,
        at=at,
    )


def _escalate(service: Service, review: Review, by: Actor, at: datetime) -> None:
    kind = Task.Kind.UNANSWERED
    if not _standing(service, review).reachable:
        kind = Task.Kind.BOUNCED if review.bounced else Task.Kind.NO_ADDRESS
    if is_taken_over(service):
        kind = Task.Kind.UNNAMED
    open_task(service.id, kind, at)
    Review.objects.filter(pk=review.pk).update(escalated_on=today_of(at))
    if service.freshness == State.FRESH:
        directory.age_service(service_id=service.id, to=State.DUE, by=by, at=at)


def _lower(service: Service, _review: Review, by: Actor, at: datetime) -> None:
    directory.age_service(service_id=service.id, to=State.OVERDUE, by=by, at=at)


def _hide(service: Service, _review: Review, by: Actor, at: datetime) -> None:
    directory.age_service(service_id=service.id, to=State.HIDDEN, by=by, at=at)


_STEPS = {Step.ASK: _ask, Step.ESCALATE: _escalate, Step.LOWER: _lower, Step.HIDE: _hide}
