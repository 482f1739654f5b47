"""A sender that is killed, overtaken or beside others: nothing lost, nothing half done."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.db import connection

from samen.post import actions, rules
from samen.post.actions import Round
from samen.post.http.smtp import EmailBackend
from samen.post.models import Letter, State
from samen.post.tests import make
from samen.post.tests.make import NOON
from samen.post.tests.server import MailServer, nothing_more

ROOT = Path(__file__).parents[3]
LATER = NOON + rules.CLAIM_LASTS


class Killed(BaseException):
    """As when the process is told to stop: nothing of ours catches it."""


class Interruption:
    """Calls something right before or right after the first letter leaves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.before: Callable[[], object] | None = None
        self.after: Callable[[], object] | None = None
        send = EmailBackend.send_messages

        def interrupted(backend: EmailBackend, messages: list[EmailMessage]) -> int:
            before, self.before = self.before, None
            after, self.after = self.after, None
            if before:
                before()
            taken = send(backend, messages)
            if after:
                after()
            return taken

        monkeypatch.setattr(EmailBackend, "send_messages", interrupted)


@pytest.fixture
def interruption(monkeypatch: pytest.MonkeyPatch) -> Interruption:
    return Interruption(monkeypatch)


def kill() -> None:
    raise Killed


def ids(server: MailServer) -> list[str]:
    return [delivery.message["Message-ID"] for delivery in server.got]


# Killed, in this process


@pytest.mark.django_db
def test_killed_before_the_server_has_it_a_letter_is_sent_later_once(
    server: MailServer, interruption: Interruption
) -> None:
    letter = make.letter()
    interruption.before = kill

    with pytest.raises(Killed):
        make.sending()

    assert Letter.objects.get().state == State.SENDING
    assert make.sending(at=LATER - timedelta(seconds=1)) == Round()
    assert make.sending(at=LATER) == Round(sent=1)
    assert make.sending(at=LATER + timedelta(days=1)) == Round()
    assert ids(server) == [letter.message_id]


@pytest.mark.django_db
def test_killed_after_the_server_has_it_a_letter_is_repeated_once_under_the_same_id(
    server: MailServer, interruption: Interruption
) -> None:
    letter = make.letter()
    interruption.after = kill

    with pytest.raises(Killed):
        make.sending()

    assert make.sending(at=LATER) == Round(sent=1)
    assert make.sending(at=LATER + timedelta(days=1)) == Round()
    assert ids(server) == [letter.message_id] * 2
    assert server.got[0].raw == server.got[1].raw


@pytest.mark.django_db
def test_killed_in_the_middle_only_one_letter_is_in_doubt(
    server: MailServer, interruption: Interruption
) -> None:
    letters = {make.letter().message_id for _ in range(5)}
    make.sending(limit=2)
    interruption.after = kill

    with pytest.raises(Killed):
        make.sending()

    assert Letter.objects.filter(state=State.SENDING).count() == 1
    assert make.sending() == Round(sent=2)
    assert make.sending(at=LATER) == Round(sent=1)
    assert set(ids(server)) == letters
    assert len(ids(server)) == 6


@pytest.mark.django_db
def test_a_letter_that_kills_its_sender_every_time_is_given_up_and_holds_up_nobody(
    server: MailServer, interruption: Interruption
) -> None:
    deadly = make.letter()

    for attempt in range(rules.MOST_ATTEMPTS):
        make.letter(at=NOON + attempt * rules.CLAIM_LASTS + timedelta(seconds=1))
        interruption.before = kill
        with pytest.raises(Killed):
            make.sending(at=NOON + attempt * rules.CLAIM_LASTS)
        # While the deadly one is claimed, others go.
        at = NOON + attempt * rules.CLAIM_LASTS + timedelta(minutes=1)
        assert make.sending(at=at) == Round(sent=1)

    at = NOON + rules.MOST_ATTEMPTS * rules.CLAIM_LASTS
    assert make.sending(at=at) == Round(given_up=1)
    assert deadly.message_id not in ids(server)
    deadly.refresh_from_db()
    assert (deadly.state, deadly.last_error) == (State.GIVEN_UP, "killed its sender")


# Beside others, in this process


@pytest.mark.django_db
def test_while_one_sends_a_letter_another_sends_the_rest(
    server: MailServer, interruption: Interruption
) -> None:
    letters = [make.letter().message_id for _ in range(3)]
    rounds: list[Round] = []
    interruption.before = lambda: rounds.append(make.sending())

    rounds.append(make.sending())

    assert rounds == [Round(sent=2), Round(sent=1)]
    assert sorted(ids(server)) == sorted(letters)


@pytest.mark.django_db
def test_a_sender_that_was_overtaken_leaves_what_the_other_noted(
    server: MailServer, interruption: Interruption
) -> None:
    """It hung for longer than its claim lasts, and another took the letter over."""
    letter = make.letter()
    interruption.after = lambda: make.sending(at=LATER)

    make.sending()

    assert len(ids(server)) == 2
    assert make.lines(letter).count("letter sent") == 1
    assert Letter.objects.get().sent_at == LATER


@pytest.mark.django_db
def test_a_sender_that_was_overtaken_and_then_fails_does_not_send_it_a_third_time(
    server: MailServer, interruption: Interruption
) -> None:
    make.letter()
    interruption.before = lambda: make.sending(at=LATER)
    server.answers_to_letter.extend(["250 OK", "451 later"])

    assert make.sending() == Round(sent=1)
    assert make.sending(at=LATER + timedelta(days=1)) == Round()
    assert len(ids(server)) == 1


@pytest.mark.django_db
def test_a_bounce_that_comes_before_the_note_stays(
    server: MailServer, interruption: Interruption
) -> None:
    letter = make.letter()
    interruption.after = lambda: actions.note_bounce(
        message_id=letter.message_id, by=make.actor(), at=NOON
    )

    assert make.sending() == Round(bounced=1)
    assert make.sending(at=LATER) == Round()
    assert Letter.objects.get().state == State.BOUNCED
    assert len(server.got) == 1


@pytest.mark.django_db
def test_no_transaction_is_open_while_the_server_takes_its_time(
    server: MailServer, interruption: Interruption
) -> None:
    """Otherwise one slow mail server would stop everybody who wants to write."""
    open_before = len(connection.savepoint_ids)
    open_then: list[int] = []
    make.letter()
    interruption.before = lambda: open_then.append(len(connection.savepoint_ids))

    make.sending()

    assert server.got
    assert open_then == [open_before]


# In processes of their own, on a database of their own, with a real SIGKILL

QUEUE = """
import django
django.setup()
from samen.post.tests import make
for number in range({count}):
    make.letter(key=f"reminder:{batch}:{{number}}", to=f"office{{number}}@example.org")
"""
THREADS = """
import threading
import django
django.setup()
from django.db import connections
from samen.post.tests import make
ready = threading.Barrier(4)
def send():
    ready.wait()
    make.sending(limit=1000)
    connections.close_all()
threads = [threading.Thread(target=send) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
COUNT = """
import django
django.setup()
from samen.post.models import Letter
print(",".join(Letter.objects.order_by("state").values_list("state", flat=True).distinct()))
"""


class Installation:
    """SAMEN in a folder and a database of its own, as processes of the system see it."""

    def __init__(self, folder: Path, database: str) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DJANGO_"))}
        self.environment = plain | {
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
            "DATABASE_URL": database,
            "SAMEN_DATA": str(folder),
            "SAMEN_ENVIRONMENT": "test",
            "SAMEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "SAMEN_HTTPS": "no",
        }

    def run(self, *words: str, at: datetime = NOON, mail: str = "") -> "subprocess.Popen[str]":
        said = {"SAMEN_NOW": at.isoformat()} | ({"SAMEN_MAIL_URL": mail} if mail else {})
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment | said,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def done(self, *words: str, at: datetime = NOON, mail: str = "") -> str:
        process = self.run(*words, at=at, mail=mail)
        said, complaint = process.communicate()
        assert process.returncode == 0, complaint
        return said

    def queue(self, count: int) -> None:
        self.done("-c", QUEUE.format(count=count, batch=uuid4()))

    def states(self) -> str:
        return self.done("-c", COUNT).strip()


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,  # noqa: ARG001 the settings are those of the tests first
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("post")
    if connection.vendor == "postgresql":
        yield from _on_postgresql(folder)
    else:
        # What the settings choose when nothing is said: a file in this folder.
        yield _ready(Installation(folder, f"sqlite:///{folder / 'samen.sqlite3'}"))


def _on_postgresql(folder: Path) -> Iterator[Installation]:
    said = connection.settings_dict
    name = f"post_{uuid4().hex}"
    admin = psycopg.connect(
        host=said["HOST"],
        user=said["USER"],
        password=said["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )
    with admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        host = quote(str(said["HOST"]), safe="")
        yield _ready(Installation(folder, f"postgres://{said['USER']}@{host}/{name}"))
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _ready(installation: Installation) -> Installation:
    installation.done("manage.py", "migrate", "--verbosity=0")
    return installation


class Strike:
    """Kills a process when the server has taken so many letters more, and before it says so."""

    def __init__(self, server: MailServer, *, after: int, pid: int) -> None:
        self.server, self.last, self.pid = server, len(server.got) + after, pid

    def __call__(self) -> None:
        if len(self.server.got) == self.last:
            os.kill(self.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.either_database
def test_a_sender_killed_again_and_again_loses_nothing(
    installation: Installation, server: MailServer
) -> None:
    """Killed by the system in the one moment that counts: taken by the server, and not noted."""
    installation.queue(24)
    at = NOON
    for _ in range(3):
        sender = installation.run("manage.py", "send_mail", at=at, mail=server.url)
        server.before_answer = Strike(server, after=7, pid=sender.pid)
        sender.communicate()
        assert sender.returncode == -signal.SIGKILL
        at += rules.CLAIM_LASTS
    server.before_answer = nothing_more
    installation.done("manage.py", "send_mail", at=at, mail=server.url)

    # Once more for each time it was killed, under the same id; and no letter is missing.
    assert sorted(Counter(ids(server)).values()) == [1] * 21 + [2] * 3
    assert installation.states() == "sent"


@pytest.mark.slow
@pytest.mark.either_database
def test_senders_at_once_never_send_the_same_letter(
    installation: Installation, server: MailServer
) -> None:
    """Two processes and, in a third one, four threads."""
    installation.queue(60)
    senders = [
        installation.run("manage.py", "send_mail", mail=server.url),
        installation.run("manage.py", "send_mail", mail=server.url),
        installation.run("-c", THREADS, mail=server.url),
    ]
    for sender in senders:
        _said, complaint = sender.communicate()
        assert sender.returncode == 0, complaint
        assert "Traceback" not in complaint, complaint

    assert len(ids(server)) == len(set(ids(server))) == 60
    assert installation.states() == "sent"
