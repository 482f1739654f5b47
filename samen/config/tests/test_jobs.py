"""The worker does what is due, once, whoever else works."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from samen.audit.models import Head
from samen.config import jobs
from samen.config.jobs import Rhythm
from samen.config.models import DueJob
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.post.models import Letter

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
done: list[datetime] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def work(*, at: datetime) -> int:
    done.append(at)
    return 3


def breaks(*, at: datetime) -> int:
    raise OSError(at)


HOURLY = Rhythm(work, timedelta(hours=1))


def test_a_job_is_done_when_its_time_has_come_and_not_before() -> None:
    for minutes in (0, 59, 60, 61, 120):
        jobs.do_what_is_due(at=AT + timedelta(minutes=minutes), work=[HOURLY])

    assert done == [AT + timedelta(minutes=m) for m in (0, 60, 120)]
    assert jobs.do_what_is_due(at=AT + timedelta(hours=4), work=[HOURLY]) == {HOURLY.name: 3}


def test_one_that_fails_does_not_stop_the_others_and_is_tried_again() -> None:
    both = [Rhythm(breaks, timedelta(minutes=1)), HOURLY]
    jobs.do_what_is_due(at=AT, work=both)

    assert done == [AT]
    assert DueJob.objects.get(name=both[0].name).failed
    assert both[0].name in jobs.do_what_is_due(at=AT + timedelta(minutes=1), work=both)


def test_what_was_erased_is_looked_for_often_enough_to_be_gone_within_the_minute() -> None:
    [sweep] = [one for one in jobs.WORK if one.name == "samen.vault.jobs.sweep_disk"]

    assert sweep.every <= timedelta(seconds=30)


def test_a_clock_set_back_stops_nothing() -> None:
    jobs.do_what_is_due(at=AT, work=[HOURLY])
    jobs.do_what_is_due(at=AT - timedelta(days=400), work=[HOURLY])

    assert len(done) == 2


def test_the_head_of_the_logbook_is_signed_and_mailed_to_its_managers_every_day() -> None:
    manager = people.colleague(Role.LOG_MANAGER)
    people.colleague(Role.STEWARD)
    jobs.sign_logbook(at=AT)

    assert Head.objects.count() == 1
    assert [letter.to for letter in Letter.objects.all()] == [manager.email]


def test_a_round_from_the_command_line_does_everything_there_is() -> None:
    call_command("worker", "--once")

    assert set(DueJob.objects.values_list("name", flat=True)) == {r.name for r in jobs.WORK}
    assert not DueJob.objects.filter(failed=True).exists()
