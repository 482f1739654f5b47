"""What becomes of an entry that nobody confirms, day by day."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.models import Change, Organization, Service
from samen.directory.tests import make as listings
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind, job
from samen.post import actions as post
from samen.post.models import Letter
from samen.post.tests.server import MailServer
from samen.stewardship import jobs
from samen.stewardship.actions.answering import (
    answer_otherwise,
    answer_yes,
    confirm_listing,
    finish_task,
    holder_of,
)
from samen.stewardship.actions.reviewing import write_again
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.actions.withdrawing import withdraw_service
from samen.stewardship.models import Review, Task
from samen.stewardship.tests.freshness import make

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())


def live(first: int, last: int) -> None:
    """The worker, every day."""
    for day in range(first, last + 1):
        jobs.review_listings(at=make.at_day(day))


def state(service: Service) -> str:
    service.refresh_from_db()
    return service.freshness


def tasks(service: Service) -> list[tuple[str, date]]:
    return list(Task.objects.filter(service=service).values_list("kind", "opened_on"))


def test_three_letters_then_the_steward_then_lower_then_hidden() -> None:
    service = make.due()
    live(-3, -1)
    assert state(service) == "fresh"
    assert not Review.objects.exists()

    live(0, 0)
    assert state(service) == "due"
    assert make.letters() == ["confirm_listing"]
    live(1, 41)
    assert make.letters() == ["confirm_listing", "reminder_listing", "reminder_listing"]
    days = [letter.created_at.date() - make.TODAY for letter in Letter.objects.all()]
    assert sorted(days) == [timedelta(days=day) for day in (0, 14, 28)]
    assert not tasks(service)

    live(42, 59)
    assert tasks(service) == [("unanswered", make.TODAY + timedelta(days=42))]
    assert state(service) == "due"
    live(60, 179)
    assert (state(service), service.publish) == ("overdue", "ready")
    live(180, 300)
    assert (state(service), service.publish) == ("hidden", "hidden")
    assert len(make.letters()) == 3
    verbs = ["due", "overdue", "lapsed"]
    assert list(Change.objects.order_by("pk").values_list("verb", flat=True)) == verbs
    written = Entry.objects.filter(event_type__in=[f"service {verb}" for verb in verbs])
    assert written.count() == 3


def test_the_link_in_a_letter_leads_to_the_page() -> None:
    _service, _review, token = make.asked()
    letter = Letter.objects.get()
    path = "/" + letter.values["link"].split("/", 3)[3]

    assert resolve(path).kwargs == {"language": "nl", "token": token}
    assert (letter.to, letter.language) == (make.DESK, "nl")
    assert letter.values["date"] == "2026-12-06"


def test_the_desk_of_the_organisation_is_asked_before_the_address_for_visitors() -> None:
    Organization.objects.filter(pk=listings.organization().pk).update(email="own@example.org")
    make.asked()

    assert Letter.objects.get().to == "own@example.org"


@pytest.mark.parametrize("address", ["", "two@example.org,three@example.org", "nobody"])
def test_where_nobody_can_be_asked_the_steward_is_told_at_once(address: str) -> None:
    service = make.due(email=address)
    live(0, 1)

    [(kind, _day)] = tasks(service)
    assert kind == ("bounced" if address else "no_address")
    assert not make.letters()
    live(2, 61)
    assert state(service) == "overdue"
    live(62, 181)
    assert state(service) == "hidden"


def test_who_gets_an_address_later_is_asked_once_and_has_a_fortnight() -> None:
    service = make.due(email="")
    live(0, 100)
    assert state(service) == "overdue"
    Service.objects.update(email=make.DESK)
    live(101, 179)

    assert make.letters() == ["confirm_listing"]
    live(180, 200)
    assert state(service) == "hidden"


def test_a_line_for_emergencies_is_never_hidden_and_the_steward_is_told_again() -> None:
    service = make.due(emergency=True)
    live(0, 59)
    [task] = Task.objects.all()
    finish_task(task_id=task.id, by=ANNA, at=make.at_day(59))
    live(60, 600)

    assert (state(service), service.publish) == ("overdue", "ready")
    assert Task.objects.filter(done_on=None).count() == 1
    assert len(make.letters()) == 3


def test_a_worker_that_stood_still_for_a_year_asks_first_and_hides_last() -> None:
    service = make.due()
    live(365, 365)
    assert (state(service), len(make.letters())) == ("due", 1)
    live(366, 407)
    assert (state(service), len(make.letters())) == ("due", 3)
    live(408, 466)
    assert state(service) == "overdue"
    live(467, 467)
    assert state(service) == "hidden"


def test_a_worker_that_stands_still_in_the_middle_takes_one_step_a_day() -> None:
    service = make.due()
    live(0, 42)
    live(400, 400)
    assert state(service) == "overdue"
    live(401, 401)
    assert state(service) == "hidden"


def test_twice_on_one_day_is_once() -> None:
    make.due()
    assert jobs.review_listings(at=NOON) == 1
    assert jobs.review_listings(at=NOON + timedelta(hours=3)) == 0
    assert len(make.letters()) == 1


def test_an_answer_ends_the_letters_and_the_next_round_comes_after_the_interval() -> None:
    service, review, _token = make.asked()
    version, _facts = directory.service_facts(service.id)
    answer_yes(review_id=review.id, version=version, at=make.at_day(3))
    live(3, 180)
    assert len(make.letters()) == 1
    assert state(service) == "fresh"

    live(181, 200)
    assert state(service) == "due"
    assert Review.objects.count() == 2
    with pytest.raises(AlreadyDecided):
        answer_yes(review_id=review.id, version=version, at=make.at_day(200))


def test_a_steward_confirms_for_them_and_everything_that_waited_is_done() -> None:
    service = make.due(email="")
    live(0, 70)
    version, _facts = directory.service_facts(service.id)
    confirm_listing(service_id=service.id, version=version, by=ANNA, at=make.at_day(70))

    assert state(service) == "fresh"
    assert service.assurer == "steward"
    assert not Task.objects.filter(done_on=None).exists()
    assert not Review.objects.filter(outcome="").exists()


def test_what_is_withdrawn_is_asked_about_no_more() -> None:
    service, review, _token = make.asked()
    withdraw_service(service_id=service.id, why="Danger", by=ANNA, at=NOON)
    live(1, 200)

    review.refresh_from_db()
    assert review.outcome == "dropped"
    assert len(make.letters()) == 1
    assert state(service) == "due"


def test_after_a_correction_nobody_is_asked_until_a_steward_had_her_time() -> None:
    service, review, _token = make.asked()
    answer_otherwise(
        review_id=review.id,
        changes={"email": {"email": "new@example.org"}},
        version=0,
        words="",
        at=NOON,
    )
    live(1, 59)
    assert len(make.letters()) == 1
    live(60, 60)
    assert len(make.letters()) == 2
    assert state(service) == "due"


def test_a_new_letter_is_written_once_a_day_and_not_after_an_answer() -> None:
    service, review, _token = make.asked()
    for _ in range(5):
        write_again(review_id=review.id, by=job("write_again"), at=make.at_day(1))
    assert len(make.letters()) == 2

    answer_yes(review_id=review.id, version=0, at=make.at_day(2))
    assert not write_again(review_id=review.id, by=job("write_again"), at=make.at_day(3))
    assert state(service) == "fresh"


def test_an_import_changes_nothing_about_who_was_asked_when() -> None:
    listings.ground()
    imported = listings.import_map(listings.entry(email=make.DESK))
    assert imported.created
    service = Service.objects.get()
    assert service.review_due_on is not None
    due = (service.review_due_on - make.TODAY).days
    live(due, due + 100)
    assert state(service) == "overdue"

    listings.import_map(listings.entry(email=make.DESK), checked_on="2027-11-22")
    assert state(service) == "overdue"
    assert len(make.letters()) == 3


def test_while_the_mail_server_is_down_letters_wait_and_none_is_written_twice(
    server: MailServer,
) -> None:
    services = [make.due(email=f"desk{n}@example.org") for n in range(5)]
    server.go_down()
    jobs.review_listings(at=NOON)
    for minute in (0, 2, 10):
        at = NOON + timedelta(minutes=minute)
        assert post.send_due(by=job("send"), at=at, limit=100).sent == 0
        jobs.review_listings(at=at)
    server.come_back()
    assert post.send_due(by=job("send"), at=NOON + timedelta(days=1), limit=100).sent == 5
    assert post.send_due(by=job("send"), at=NOON + timedelta(days=2), limit=100).sent == 0

    assert sorted(delivery.to[0] for delivery in server.got) == [s.email for s in services]
    link = f"/nl/check/{Review.objects.get(service=services[0]).id}"
    body = server.got[0].message.get_content()
    assert f"{settings.SITE}/nl/check/" in body
    assert link not in body, "the id alone, without its signature, opens nothing"


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_map() -> None:
    def asked_for(count: int) -> int:
        for _ in range(count):
            make.due(review_due_on=make.TODAY + timedelta(days=1))
        with CaptureQueriesContext(connection) as queries:
            assert jobs.review_listings(at=NOON) == 0
        return len(queries)

    assert asked_for(2) == asked_for(40) == 1


def test_a_link_belongs_to_nobody_known() -> None:
    _service, review, _token = make.asked()
    assert holder_of(review.id) == Actor(ActorKind.LINK, review.id)
