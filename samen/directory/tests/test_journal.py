"""Whoever has read the journal up to a number has read every number below it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from samen.audit.actions import LogbookStopped
from samen.directory import queries
from samen.directory.actions import journal
from samen.directory.models import Change

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PATIENCE = 20  # seconds, for a machine that is busy

postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


def note() -> None:
    journal.note(kind="service", record=uuid4(), verb="changed", at=NOON)


def numbers() -> set[int]:
    return set(Change.objects.values_list("pk", flat=True))


def beside(work: Callable[[], None]) -> Thread:
    """In a thread with a connection of its own."""

    def run() -> None:
        with closing(connection):
            work()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_line_of_the_journal_needs_a_transaction() -> None:
    with pytest.raises(LogbookStopped, match="there is none"):
        note()

    assert not numbers()


@pytest.mark.django_db
def test_lines_have_the_order_in_which_they_were_told() -> None:
    records = [uuid4() for _ in range(4)]

    journal.note_all([(record, "changed") for record in records], kind="needs", at=NOON)
    journal.note_all([], kind="needs", at=NOON)

    assert list(Change.objects.order_by("pk").values_list("record", flat=True)) == records


@postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_takes_a_number_while_a_lower_one_is_not_yet_there() -> None:
    refused = []

    def try_at_once() -> None:
        try:
            with transaction.atomic():
                connection.cursor().execute("SET LOCAL lock_timeout = '100ms'")
                note()
        except OperationalError as waiting:
            refused.append(str(waiting))

    with transaction.atomic():
        note()
        beside(try_at_once).join(PATIENCE)
        assert "lock timeout" in refused[0]
    beside(try_at_once).join(PATIENCE)

    assert len(refused) == 1
    assert len(numbers()) == 2


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_reader_misses_nothing_whoever_writes_at_once() -> None:
    """Four write, each in transactions of its own; one reads all the time."""
    done = Event()

    def write() -> None:
        for turn in range(25):
            with transaction.atomic():
                note()
                # Something else takes its time before the commit.
                connection.cursor().execute("SELECT pg_sleep(%s)", [0.001 * (turn % 4)])

    def wait_for(writers: list[Thread]) -> None:
        for writer in writers:
            writer.join(PATIENCE)
        done.set()

    waiting = Thread(target=wait_for, args=([beside(write) for _ in range(4)],))
    waiting.start()
    seen: dict[int, set[int]] = {}
    while not done.is_set():
        revision = queries.revision()
        seen[revision] = {number for number in numbers() if number <= revision}
    waiting.join(PATIENCE)

    every = numbers()
    assert len(every) == 100
    for revision, known in seen.items():
        assert known == {number for number in every if number <= revision}


def change(kind: str) -> int:
    return Change.objects.create(at=NOON, kind=kind, record=uuid4(), verb="changed").pk


@pytest.mark.django_db
def test_towns_and_needs_hold_until_they_are_changed_themselves() -> None:
    assert queries.ground(queries.revision()) == 0
    first = change("places")
    for kind in ("service", "organization", "municipality"):
        change(kind)
        assert queries.ground(queries.revision()) == first

    assert change("needs") == queries.ground(queries.revision())


@pytest.mark.django_db
def test_the_ground_of_an_older_map_is_looked_up_anew() -> None:
    """A backup was put back: there are fewer changes than a moment ago."""
    first = change("places")
    change("needs")
    queries.ground(queries.revision())

    assert queries.ground(first) == first


@pytest.mark.django_db
def test_the_ground_is_asked_for_once(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    now = change("needs")
    queries.ground(now)

    with django_assert_num_queries(0):
        assert queries.ground(now) == now
