"""Who says of an entry of another publisher that it is still right: his list, and no letter."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from samen.directory.models import Change, Service
from samen.directory.queries import next_review
from samen.directory.tests.make import NOON
from samen.exchange.tests.make import bring, held, record, source
from samen.foundation.actor import Actor, ActorKind
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.actions.answering import confirm_listing
from samen.stewardship.models import Review, Task
from samen.stewardship.tests.freshness import make

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
HALF_A_YEAR = 182  # days, about what a place to go to is believed
ADDRESS = {"email": "desk@example.org"}


def taken() -> Service:
    found = held().service
    assert found is not None
    return found


def live(first: int, last: int, *, step: int = 1) -> None:
    for day in range(first, last + 1, step):
        jobs.review_listings(at=make.at_day(day))


def due_on() -> date:
    found = taken().review_due_on
    assert found is not None
    return found


def test_a_new_one_is_believed_as_long_as_one_of_ours() -> None:
    bring(source(), record(**ADDRESS))

    assert due_on() == next_review(NOON.date(), "service", emergency=False)
    assert taken().assured_on is None


def test_each_reading_that_names_it_moves_the_day_and_confirms_nothing() -> None:
    there = source()
    bring(there, record(**ADDRESS), record("a2"))
    first, told = due_on(), Change.objects.count()

    bring(there, record(**ADDRESS), record("a2"), at=NOON + timedelta(days=5))
    assert due_on() == first  # a day that is months away does not move every day
    bring(there, record(**ADDRESS), at=NOON + timedelta(days=90))
    later = NOON + timedelta(days=90)
    assert due_on() == next_review(later.date(), "service", emergency=False)

    left = held("a2").service
    assert left is not None
    assert left.review_due_on == first  # the list named only the other one
    assert (taken().assured_on, Change.objects.count()) == (None, told)
    live(0, HALF_A_YEAR)
    assert not Letter.objects.exists()
    assert Task.objects.filter(service=taken()).count() == 0


def test_while_its_list_is_silent_the_steward_is_asked_and_no_letter_is_written() -> None:
    bring(source(), record(**ADDRESS))
    day = (due_on() - NOON.date()).days
    live(day - 1, day - 1)
    assert not Review.objects.exists()

    live(day, day + 1)
    assert list(Task.objects.values_list("kind", flat=True)) == ["unnamed"]
    assert taken().freshness == "due"
    live(day + 60, day + 60)
    assert taken().freshness == "overdue"
    live(day + 180, day + 181)
    assert (taken().freshness, taken().publish) == ("hidden", "hidden")
    assert not Letter.objects.exists()


@pytest.mark.parametrize("after", [1, 61, 181])
def test_when_its_list_names_it_again_it_stands_as_before(after: int) -> None:
    there = source()
    bring(there, record(**ADDRESS))
    day = (due_on() - NOON.date()).days
    for passed in (0, 60, 180):
        if passed < after:
            live(day + passed, day + passed)
    assert taken().freshness != "fresh"

    bring(there, record(**ADDRESS), at=make.at_day(day + after))
    live(day + after, day + after)

    assert (taken().freshness, taken().publish, taken().lapsed_from) == ("fresh", "review", "")
    assert taken().assured_on is None
    assert not Task.objects.filter(done_on=None).exists()
    assert not Review.objects.filter(outcome="").exists()
    verb = "returned" if after > 180 else "renewed"
    told = Change.objects.filter(record=taken().id).order_by("id")
    assert told.values_list("verb", flat=True).last() == verb
    live(day + after + 1, day + after + 1)
    assert taken().freshness == "fresh"


def test_a_steward_who_confirms_it_is_heard_and_still_nobody_gets_a_letter() -> None:
    bring(source(), record(**ADDRESS))
    day = (due_on() - NOON.date()).days
    live(day, day)
    confirm_listing(service_id=taken().id, version=taken().version, by=ANNA, at=make.at_day(day))

    assert (taken().freshness, taken().assured_on) == ("fresh", make.at_day(day).date())
    assert not Task.objects.filter(done_on=None).exists()
    live(day + HALF_A_YEAR + 3, day + HALF_A_YEAR + 3)
    assert list(Task.objects.filter(done_on=None).values_list("kind", flat=True)) == ["unnamed"]
    assert not Letter.objects.exists()


def test_a_list_that_names_an_entry_of_ours_confirms_nothing_of_it() -> None:
    ours = make.due()
    bring(source(), record(str(ours.id), name=ours.name))

    live(0, 0)
    ours.refresh_from_db()
    assert ours.review_due_on == make.TODAY
    assert make.letters() == ["confirm_listing"]
