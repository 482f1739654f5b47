"""Somebody answers whether an entry is right: by the link of a letter, or a steward for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory import queries as listings
from samen.directory.actions import Changed
from samen.directory.models import Service
from samen.directory.queries import Listing
from samen.foundation.actor import Actor, ActorKind
from samen.stewardship.actions.reviewing import open_task
from samen.stewardship.actions.suggesting import AlreadyDecided, suggest_change
from samen.stewardship.models import Review, Task
from samen.stewardship.queries.reviewing import today_of

Facts = Mapping[str, Mapping[str, Any]]

# What a confirmation answers for good.
_ANSWERED = (
    *(Task.Kind.NO_ADDRESS, Task.Kind.BOUNCED, Task.Kind.UNANSWERED, Task.Kind.CORRECTED),
    Task.Kind.UNNAMED,
)


def holder_of(review_id: UUID) -> Actor:
    """Who holds the link of a letter; nobody knows more of her."""
    return Actor(ActorKind.LINK, review_id)


def listing_to_check(service_id: UUID, *, language: str) -> Listing:
    """The entry as people read it, also one that is hidden until it is confirmed."""
    shown = listings.listings([service_id], language=language)
    if shown:
        return shown[0]
    return directory.preview_service(service_id=service_id, changes={}, language=language)


@transaction.atomic
def answer_yes(*, review_id: UUID, version: int, at: datetime) -> Changed:
    """The organisation says that all of it is right, as she read it at `version`.

    Raises AlreadyDecided when the link was used, Conflict when it was changed meanwhile, Refused.
    """
    review = _waiting(review_id)
    _close(review, Review.Outcome.CONFIRMED, at)
    _finish_tasks(review.service_id, by=holder_of(review_id), at=at)
    return directory.confirm_service(
        service_id=review.service_id,
        version=version,
        assurer=Service.Assurer.ORGANIZATION,
        by=holder_of(review_id),
        at=at,
    )


@transaction.atomic
def answer_otherwise(
    *, review_id: UUID, changes: Facts, version: int, words: str, at: datetime
) -> None:
    """The organisation says what has changed. Visitors read it when a steward has looked at it.

    Raises AlreadyDecided, Refused; Refused also when nothing is said.
    """
    review, by = _waiting(review_id), holder_of(review_id)
    _close(review, Review.Outcome.CORRECTED, at)
    if changes or not words:
        suggest_change(
            service_id=review.service_id,
            changes=changes,
            version=version,
            why=words,
            by=by,
            at=at,
        )
        open_task(review.service_id, Task.Kind.CORRECTED, at, words=words)
    else:
        open_task(review.service_id, Task.Kind.MESSAGE, at, words=words)
    audit.record(verb="review corrected", kind="review", record_id=review.id, by=by, at=at)


@transaction.atomic
def confirm_listing(*, service_id: UUID, version: int, by: Actor, at: datetime) -> Changed:
    """A steward has asked them, and all of it is right. Raises Conflict, Refused."""
    Service.objects.select_for_update().get(pk=service_id)
    for review in Review.objects.select_for_update().filter(service=service_id, outcome=""):
        _close(review, Review.Outcome.CONFIRMED, at)
    _finish_tasks(service_id, by=by, at=at)
    return directory.confirm_service(
        service_id=service_id,
        version=version,
        assurer=Service.Assurer.STEWARD,
        by=by,
        at=at,
    )


@transaction.atomic
def finish_task(*, task_id: UUID, by: Actor, at: datetime) -> None:
    """Raises AlreadyDecided, Task.DoesNotExist."""
    task = Task.objects.select_for_update().get(pk=task_id)
    if task.done_on:
        raise AlreadyDecided
    Task.objects.filter(pk=task_id).update(done_on=today_of(at), done_by=by.id)
    audit.record(verb="task done", kind="task", record_id=task_id, by=by, at=at)


def _waiting(review_id: UUID) -> Review:
    """The review, with its service locked first, as everywhere."""
    service_id = Review.objects.get(pk=review_id).service_id
    Service.objects.select_for_update().get(pk=service_id)
    review = Review.objects.select_for_update().get(pk=review_id)
    if review.outcome:
        raise AlreadyDecided
    return review


def _close(review: Review, outcome: Review.Outcome, at: datetime) -> None:
    Review.objects.filter(pk=review.pk).update(
        outcome=outcome, closed_on=today_of(at), next_on=None
    )


def _finish_tasks(service_id: UUID, *, by: Actor, at: datetime) -> None:
    waiting = Task.objects.filter(service=service_id, done_on=None, kind__in=_ANSWERED)
    waiting.update(done_on=today_of(at), done_by=by.id)
