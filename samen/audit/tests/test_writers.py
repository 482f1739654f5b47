"""Several processes at one logbook, as on a server: at once, and killed in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

pytestmark = [pytest.mark.slow, pytest.mark.either_database]

ROOT = Path(__file__).parents[3]
WRITE = """
import sys, django
django.setup()
from django.db import transaction
from samen.audit.tests import make
for _ in range(int(sys.argv[1])):
    with transaction.atomic():
        make.line()
"""
DIE_WRITING = """
import os, signal, django
django.setup()
from samen.audit.engine import sealing
from samen.audit.tests import make
sealing.seal = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
make.lines(1)
"""
VERIFY = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("verify_log", "--first-key", sys.argv[1])
"""
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
"""


class Installation:
    """A database and a folder of their own, for processes of their own."""

    def __init__(self, folder: Path, database: str) -> None:
        self._first_key = str(folder / "logbook-first-key")
        self._environment = os.environ | {
            "SAMEN_DATA": str(folder),
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
            "SAMEN_SECRET_KEY": settings.SECRET_KEY,
        }

    def start(self, script: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", script, *words],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script: str, *words: str) -> str:
        process = self.start(script, *words)
        said, complained = process.communicate()
        assert process.returncode == 0, complained
        return said

    def verify(self) -> str:
        return self.run(VERIFY, self._first_key)


@pytest.fixture
def installation(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Installation]:
    with django_db_blocker.unblock(), _database(tmp_path) as database:
        installation = Installation(tmp_path, database)
        installation.run(MIGRATE)
        yield installation


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'samen.sqlite3'}"
        return
    said, name = connection.settings_dict, f"samen_{uuid4().hex}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        who = f"{said['USER']}:{quote(said['PASSWORD'])}@{quote(said['HOST'], safe='')}"
        yield f"postgres://{who}:{said['PORT']}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_writers_at_the_same_time_give_one_chain_without_gaps(installation: Installation) -> None:
    """The first line too: four begin the logbook at once."""
    writers = [installation.start(WRITE, "15") for _ in range(4)]
    complaints = [writer.communicate()[1] for writer in writers]

    assert complaints == [""] * 4
    assert "60 lines" in installation.verify()


def test_a_logbook_is_checked_while_it_is_written(installation: Installation) -> None:
    installation.run(WRITE, "1")
    writer = installation.start(WRITE, "300")
    checks = 0
    while writer.poll() is None:
        installation.verify()
        checks += 1

    assert checks
    assert writer.communicate()[1] == ""
    assert "301 lines" in installation.verify()


def test_killed_between_line_and_state_neither_is_there(installation: Installation) -> None:
    installation.run(WRITE, "3")
    for _ in range(3):
        killed = installation.start(DIE_WRITING)
        killed.communicate()
        assert killed.returncode == -signal.SIGKILL
    assert "3 lines" in installation.verify()

    installation.run(WRITE, "2")
    assert "5 lines" in installation.verify()
