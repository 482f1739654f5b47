"""A worker killed by the system while it asks: nobody is left out, nobody is asked twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from samen.directory.tests.make import NOON
from samen.post.tests.server import MailServer
from samen.stewardship.tests.freshness import make

ROOT = Path(__file__).parents[4]
MAKE = """
import django
django.setup()
from datetime import date
from samen.directory.models import Organization, Service
organization = Organization.objects.create(key="o", name="O")
Service.objects.bulk_create(
    Service(
        key=f"s{{n}}", number=n + 1, organization=organization, name=f"S {{n}}", kind="service",
        publish="ready", verified="seed", email=f"desk{{n}}@example.org",
        review_due_on=date(2026, 11, 22),
    )
    for n in range({count})
)
"""
WORK = """
import django
django.setup()
from samen.foundation import clock
from samen.stewardship import jobs
take_step = jobs.take_step
def told(**step):
    taken = take_step(**step)
    print("step", flush=True)
    return taken
jobs.take_step = told  # that the one who kills knows how far it is
print(jobs.review_listings(at=clock.now()), flush=True)
"""
TELL = """
import django
django.setup()
from django.db.models import Count
from samen.directory.models import Change, Service
from samen.post.models import Letter
from samen.stewardship.models import Review
print(
    Letter.objects.count(),
    Letter.objects.values("about_id").distinct().count(),
    Review.objects.filter(asked=1, outcome="").count(),
    Service.objects.filter(freshness="due").count(),
    Change.objects.filter(verb="due").count(),
)
"""


class House:
    """SAMEN in a folder of its own, as processes of the system see it."""

    def __init__(self, folder: Path, mail: str = "") -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DJANGO_"))}
        self._environment = plain | {
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
            "DATABASE_URL": f"sqlite:///{folder / 'samen.sqlite3'}",
            "SAMEN_DATA": str(folder),
            "SAMEN_ENVIRONMENT": "test",
            "SAMEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "SAMEN_HTTPS": "no",
        }
        if mail:
            self._environment["SAMEN_MAIL_URL"] = mail

    def begin(self, *words: str, at: datetime = NOON) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self._environment | {"SAMEN_NOW": at.isoformat()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def done(self, *words: str, at: datetime = NOON) -> str:
        process = self.begin(*words, at=at)
        said, complaint = process.communicate()
        assert process.returncode == 0, complaint
        return said

    def letters(self) -> int:
        return int(self.done("-c", TELL).split()[0])

    def kill_worker_after(self, steps: int) -> None:
        """SIGKILL in the middle of what comes next: nothing of ours can catch it."""
        worker = self.begin("-c", WORK)
        assert worker.stdout is not None
        for _ in range(steps):
            worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL


def house(folder: Path, count: int, mail: str = "") -> House:
    built = House(folder, mail)
    built.done("manage.py", "migrate", "--verbosity=0")
    built.done("-c", MAKE.format(count=count))
    return built


@pytest.mark.slow
def test_a_worker_killed_again_and_again_asks_everybody_once(
    tmp_path: Path, server: MailServer
) -> None:
    """And every letter arrives, once, at a real server."""
    count = 120
    built = house(tmp_path, count, server.url)
    seen = []
    for steps in (1, 14, 3, 40):
        built.kill_worker_after(steps)
        seen.append(built.letters())
    assert seen == sorted(seen)
    assert sum((1, 14, 3, 40)) <= seen[-1] < count, "killed in the middle, as it should be"

    built.done("-c", WORK)
    assert built.done("-c", TELL).split() == [str(count)] * 5
    assert built.done("-c", WORK).split() == ["0"]
    built.done("manage.py", "send_mail", "--limit", str(count))
    arrived = Counter(delivery.to[0] for delivery in server.got)
    assert arrived == {f"desk{n}@example.org": 1 for n in range(count)}
    built.done("manage.py", "verify_log")


@pytest.mark.slow
def test_many_are_asked_and_none_is_lost_or_repeated_when_killed(tmp_path: Path) -> None:
    """REMINDERS=10000 takes some ten minutes, and was done."""
    count = int(os.environ.get("REMINDERS", "300"))
    built = house(tmp_path, count)
    for steps in (count // 10, count // 4, count // 2 - count // 5):
        built.kill_worker_after(steps)
    assert 0 < built.letters() < count
    built.done("-c", WORK)
    assert built.done("-c", TELL).split() == [str(count)] * 5
    built.done("manage.py", "verify_log")


@pytest.mark.slow
def test_two_workers_at_once_ask_nobody_twice(tmp_path: Path) -> None:
    count = 120
    built = house(tmp_path, count)
    workers = [built.begin("-c", WORK) for _ in range(3)]
    done = [int(worker.communicate()[0].split()[-1]) for worker in workers]

    assert sum(done) == count
    assert built.done("-c", TELL).split() == [str(count)] * 5
    built.done("-c", WORK, at=make.at_day(14))
    assert built.letters() == 2 * count
