"""The life of entries in any order of days, answers, edits, bounces and reports."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.actions import Refused
from samen.directory.models import Change, ProblemReport, Service
from samen.directory.queries import index_rows, listing_by_number
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind, visitor
from samen.post import actions as post
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.actions.answering import answer_otherwise, answer_yes, confirm_listing
from samen.stewardship.actions.reviewing import write_again
from samen.stewardship.actions.suggesting import AlreadyDecided, NeedsSecondPerson
from samen.stewardship.actions.withdrawing import decide_withdrawal, withdraw_service
from samen.stewardship.models import Review, Task, Withdrawal
from samen.stewardship.tests.freshness import make

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
ADDRESSES = ("", make.DESK, "other@example.org")
WHICH = some.integers(0, 1)


class Life(RuleBasedStateMachine):
    """Two entries, one of them for emergencies, and the worker of every day."""

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.at: datetime = NOON
        made = [make.due(), make.due(emergency=True)]
        self.ids: list[UUID] = [service.id for service in made]
        self.assured: dict[UUID, date | None] = dict.fromkeys(self.ids)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.at.date()

    def service(self, which: int) -> Service:
        return Service.objects.get(pk=self.ids[which])

    @initialize(days=some.integers(0, 400))
    def the_worker_begins_late(self, days: int) -> None:
        self.at += timedelta(days=days)
        jobs.review_listings(at=self.at)

    @rule(weeks=some.integers(4, 40))
    def nobody_says_anything(self, weeks: int) -> None:
        for _ in range(weeks):
            self.at += timedelta(days=7)
            jobs.note_bounces(at=self.at)
            jobs.review_listings(at=self.at)

    @rule(days=some.integers(1, 15))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.at += timedelta(days=1)
            jobs.note_bounces(at=self.at)
            jobs.review_listings(at=self.at)
        jobs.end_doubts(at=self.at)

    @rule(days=some.integers(30, 400))
    def the_worker_stands_still(self, days: int) -> None:
        self.at += timedelta(days=days)
        jobs.review_listings(at=self.at)

    @rule(which=WHICH)
    def the_organisation_confirms(self, which: int) -> None:
        service = self.service(which)
        for review in Review.objects.filter(service=service, outcome=""):
            answer_yes(review_id=review.id, version=service.version, at=self.at)
            self.assured[service.id] = self.today

    @rule(which=WHICH)
    def an_old_link_is_used(self, which: int) -> None:
        for review in Review.objects.filter(service=self.ids[which]).exclude(outcome=""):
            with pytest.raises(AlreadyDecided):
                answer_yes(review_id=review.id, version=0, at=self.at)
            assert not write_again(review_id=review.id, by=ANNA, at=self.at)

    @rule(which=WHICH)
    def the_organisation_corrects(self, which: int) -> None:
        service = self.service(which)
        for review in Review.objects.filter(service=service, outcome=""):
            answer_otherwise(
                review_id=review.id,
                changes={"website": {"website": f"https://{uuid4().hex}.example.org"}},
                version=service.version,
                words="",
                at=self.at,
            )

    @rule(which=WHICH)
    def a_steward_confirms(self, which: int) -> None:
        service = self.service(which)
        confirm_listing(service_id=service.id, version=service.version, by=ANNA, at=self.at)
        self.assured[service.id] = self.today

    @rule(which=WHICH, address=some.sampled_from(ADDRESSES))
    def somebody_edits(self, which: int, address: str) -> None:
        service = self.service(which)
        directory.change_service(
            service_id=service.id,
            changes={"email": {"email": address}},
            version=service.version,
            why="",
            by=ANNA,
            at=self.at,
        )

    @rule(which=WHICH, publish=some.sampled_from(["ready", "review", "hidden"]))
    def somebody_shows_or_hides(self, which: int, publish: str) -> None:
        service = self.service(which)
        changes = {
            "publish": {
                "kind": service.kind,
                "publish": publish,
                "verified": service.verified,
                "emergency": service.emergency,
            }
        }
        try:
            directory.change_service(
                service_id=service.id,
                changes=changes,
                version=service.version,
                why="",
                by=ANNA,
                at=self.at,
            )
        except Refused:
            assert service.freshness == "hidden"

    @rule(which=WHICH)
    def somebody_withdraws(self, which: int) -> None:
        service = self.service(which)
        try:
            withdraw_service(service_id=service.id, why="Danger", by=ANNA, at=self.at)
        except Refused:
            assert service.publish == "hidden"

    @rule(by=some.sampled_from([ANNA, BERT]))
    def somebody_brings_it_back(self, by: Actor) -> None:
        for withdrawal in Withdrawal.objects.filter(decision=""):
            try:
                decide_withdrawal(
                    withdrawal_id=withdrawal.id, returns=True, reason="", by=by, at=self.at
                )
            except NeedsSecondPerson:
                assert by == ANNA

    @precondition(lambda _self: Letter.objects.filter(state="queued").exists())
    @rule(back=some.booleans())
    def letters_are_sent_and_perhaps_come_back(self, back: bool) -> None:  # noqa: FBT001 drawn
        for letter in Letter.objects.filter(state="queued"):
            Letter.objects.filter(pk=letter.pk).update(
                state="sent",
                attempts=1,
                tried_since=self.at,
                sent_at=self.at,
                closed_at=self.at,
                values={},
            )
            if back:
                post.note_bounce(message_id=letter.message_id, by=ANNA, at=self.at)

    @rule(which=WHICH)
    def a_visitor_says_the_number_is_wrong(self, which: int) -> None:
        directory.report_problem(
            service_id=self.ids[which],
            reason=ProblemReport.Reason.NUMBER,
            token=uuid4().hex,
            by=visitor(),
            at=self.at,
        )

    @invariant()
    def only_a_person_has_assured(self) -> None:
        for service in Service.objects.all():
            assert service.assured_on == self.assured[service.id]
            assert bool(service.assurer) == bool(service.assured_on)

    @invariant()
    def what_is_for_emergencies_never_lapses_and_is_never_doubted(self) -> None:
        line = self.service(1)
        assert (line.lapsed_from, line.number_doubted_on) == ("", None)
        assert line.freshness != "hidden"

    @invariant()
    def nothing_is_hidden_before_everybody_had_her_time(self) -> None:
        service = self.service(0)
        if service.freshness == "hidden":
            assert service.publish == "hidden"
            assert service.review_due_on is not None
            lapsed = Change.objects.filter(record=service.id, verb="lapsed").latest("pk").at.date()
            assert lapsed >= service.review_due_on + timedelta(days=180)
            last = Review.objects.filter(service=service).latest("opened_on", "asked_on")
            assert last.escalated_on is not None
            assert lapsed >= last.escalated_on + timedelta(days=60)

    @invariant()
    def visitors_read_what_is_published_and_overdue_stands_apart(self) -> None:
        shown = {row.id: row.publish for row in index_rows()}
        for service in Service.objects.all():
            page = listing_by_number(service.number, language="nl")
            assert (page is not None) == (service.publish != "hidden") == (service.id in shown)
            if page is not None:
                lower = service.freshness == "overdue" and not service.emergency
                assert page.publish == shown[service.id]
                assert page.publish == ("review" if lower else service.publish)

    @invariant()
    def one_round_at_a_time_and_one_letter_a_fortnight(self) -> None:
        rounds = Counter(Review.objects.filter(outcome="").values_list("service", flat=True))
        assert all(count == 1 for count in rounds.values())
        for review in Review.objects.all():
            days = sorted(
                letter.created_at.date() for letter in Letter.objects.filter(about_id=review.id)
            )
            assert len(days) == len(set(days))

    @invariant()
    def every_change_of_the_map_has_its_line(self) -> None:
        told: Any = Entry.objects.filter(object_type="service")
        lines = Counter(told.values_list("event_type", flat=True))
        changes = Counter(
            f"service {verb}" for verb in Change.objects.values_list("verb", flat=True)
        )
        assert {verb: lines[verb] for verb in changes} == dict(changes)

    @invariant()
    def what_is_open_is_open(self) -> None:
        assert not Task.objects.filter(done_on=None).exclude(done_by=None).exists()


@pytest.mark.django_db
def test_whatever_happens_in_the_life_of_an_entry() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
