"""Who follows the feed misses no change, also of a writer who committed long after her number."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from samen.directory.actions import journal
from samen.directory.models import Change
from samen.directory.tests.make import NOON
from tests.serving import installed

FEED = "/api/hsds/3.2/changes"
PATIENCE = 30  # seconds, for a machine that is busy

postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="here SQLite is tried with processes, below"
)


def beside(work: Callable[[], None]) -> Thread:
    """In a thread with a connection of its own."""

    def run() -> None:
        with closing(connection):
            work()

    thread = Thread(target=run)
    thread.start()
    return thread


class Follower:
    """Somebody who keeps a copy: asks again and again, with the cursor she was given."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._next = ""
        self.heard: list[str] = []

    def asks(self) -> None:
        more = True
        while more:
            page = self._client.get(FEED, {"after": self._next, "limit": "7"}).json()
            self.heard += [change["id"] for change in page["changes"]]
            self._next, more = page["next"], page["more"]


def journal_now() -> list[str]:
    return [
        str(record) for record in Change.objects.order_by("pk").values_list("record", flat=True)
    ]


def held_open(record: UUID, written: Event, may_commit: Event) -> Callable[[], None]:
    """A writer who has her number and does not commit yet."""

    def work() -> None:
        with transaction.atomic():
            journal.note(kind="service", record=record, verb="changed", at=NOON)
            written.set()
            assert may_commit.wait(PATIENCE)

    return work


def at_once(record: UUID) -> Callable[[], None]:
    def work() -> None:
        with transaction.atomic():
            journal.note(kind="service", record=record, verb="changed", at=NOON)

    return work


def overtaken(client: Client) -> tuple[Follower, UUID, UUID]:
    """One writes and waits; another writes behind her; somebody follows all the while."""
    late, quick = uuid4(), uuid4()
    written, may_commit = Event(), Event()
    follower = Follower(client)
    first = beside(held_open(late, written, may_commit))
    assert written.wait(PATIENCE)
    second = beside(at_once(quick))
    second.join(0.5)  # as long as she may need when nobody holds her up
    follower.asks()
    may_commit.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    follower.asks()
    return follower, late, quick


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_late_is_not_skipped(client: Client) -> None:
    follower, late, quick = overtaken(client)

    assert follower.heard == [str(late), str(quick)] == journal_now()


@postgresql
@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_it_would_be_skipped(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail, and the turn is what it rests on."""
    monkeypatch.setattr("samen.audit.actions.take_turn", lambda: None)
    follower, late, quick = overtaken(client)

    assert journal_now() == [str(late), str(quick)]
    assert follower.heard == [str(quick)]


@postgresql
@pytest.mark.django_db(transaction=True)
def test_four_write_and_one_follows(client: Client) -> None:
    def write() -> None:
        for turn in range(20):
            with transaction.atomic():
                journal.note(kind="service", record=uuid4(), verb="changed", at=NOON)
                # Something else takes its time before the commit.
                connection.cursor().execute("SELECT pg_sleep(%s)", [0.001 * (turn % 4)])

    follower = Follower(client)
    writers = [beside(write) for _ in range(4)]
    while any(writer.is_alive() for writer in writers):
        follower.asks()
    for writer in writers:
        writer.join(PATIENCE)
    follower.asks()

    assert len(follower.heard) == 80
    assert follower.heard == journal_now()


WRITE = """
from datetime import UTC, datetime
from uuid import uuid4
from django.db import transaction
from samen.directory.actions import journal
for _ in range(15):
    with transaction.atomic():
        journal.note(
            kind="service", record=uuid4(), verb="changed", at=datetime(2026, 11, 22, tzinfo=UTC)
        )
"""
FOLLOW = """
import json
from django.test import Client
from samen.directory.models import Change
client, heard, after, asked = Client(HTTP_HOST="localhost"), [], "", 0
while len(heard) < 45:
    page = client.get("/api/hsds/3.2/changes", {"after": after, "limit": "4"}).json()
    heard += [change["id"] for change in page["changes"]]
    after, asked = page["next"], asked + 1
print(json.dumps([heard, asked]))
"""


@pytest.mark.slow
def test_processes_that_write_at_once_are_followed_without_a_gap_on_sqlite(tmp_path: Path) -> None:
    here = installed(tmp_path)
    said: list[Any] = []
    follower = Thread(target=lambda: said.append(json.loads(here.run(FOLLOW))))
    writers = [Thread(target=here.run, args=(WRITE,)) for _ in range(3)]
    for each in (follower, *writers):
        each.start()
    for each in (*writers, follower):
        each.join(PATIENCE * 4)

    [[heard, asked]] = said
    assert asked > 1
    assert heard == list(_records(tmp_path / "samen.sqlite3"))


def _records(database: Path) -> Iterator[str]:
    with closing(sqlite3.connect(database)) as tables:
        for (record,) in tables.execute("SELECT record FROM directory_change ORDER BY id"):
            yield str(UUID(record))
