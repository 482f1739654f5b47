"""A worker killed in the middle of ten thousand links: none is lost, none is noted twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from samen.directory.tests.make import NOON
from samen.foundation.tests.listener import Site, certificate, page

ROOT = Path(__file__).parents[4]
# MANY=10000 tries as many as a whole country has (docs/checks.md).
LINKS = int(os.environ.get("MANY", "1000"))
KILLED_AFTER = tuple(LINKS * share // 100 for share in (15, 40, 75))
IN_DOUBT = 20  # of one batch, each time it is killed

MAP = """
import django
django.setup()
from samen.directory.tests import make
from samen.directory.models import Service
owner = make.organization()
Service.objects.bulk_create(
    Service(key=f"hulp-{{n}}", number=n, organization=owner, name=f"Hulp {{n}}", kind="service",
            publish="ready", verified="seed", website=f"https://localhost:{port}/{{n}}")
    for n in range(1, {links} + 1)
)
"""
WORK = """
import django
django.setup()
from django.conf import settings
from samen.foundation.actor import job
from samen.foundation.clock import now
from samen.foundation.http.fetching import Gate
from samen.stewardship.actions.checking import check_links
gate = Gate(openings=settings.FETCH_OPENINGS)
print(check_links(gate=gate, most={links}, by=job("check_links"), at=now()))
"""
COUNT = """
import django
django.setup()
from samen.stewardship.models import Finding, Link
print(Link.objects.count(), Link.objects.filter(looks=1, trouble="status-404").count(),
      Finding.objects.filter(kind="link", closed_at=None).count(),
      Finding.objects.filter(kind="link").count())
"""


class Struck(Site):
    """A site that rings when so many have come."""

    def __init__(self, answer: bytes, keys: Path) -> None:
        self.rings: dict[int, Event] = {count: Event() for count in KILLED_AFTER}
        super().__init__(answer, keys)

    def _answer(self, guest: object) -> None:
        super()._answer(guest)  # type: ignore[arg-type]  # a socket, as there
        if self.knocks in self.rings:
            self.rings[self.knocks].set()


class Installation:
    def __init__(self, folder: Path, openings: str) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DJANGO_"))}
        plain.pop("DATABASE_URL", None)
        self._environment = plain | {
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
            "SAMEN_DATA": str(folder),
            "SAMEN_ENVIRONMENT": "test",
            "SAMEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "SAMEN_HTTPS": "no",
            "SAMEN_NOW": NOON.isoformat(),
            "SAMEN_FETCH_OPENINGS": openings,
        }

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def done(self, *words: str) -> str:
        process = self.begin(*words)
        said, complaint = process.communicate()
        assert process.returncode == 0, complaint
        return said


@pytest.mark.slow
def test_a_worker_killed_again_and_again_loses_no_link_and_notes_none_twice(
    tmp_path: Path,
) -> None:
    keys = certificate(tmp_path)
    standing = Struck(page(status="404 Not Found"), keys)
    house = Installation(tmp_path, f"localhost:{standing.port}={keys}")
    house.done("manage.py", "migrate", "--verbosity=0")
    house.done("-c", MAP.format(port=standing.port, links=LINKS))
    work = WORK.format(links=LINKS)

    for count in KILLED_AFTER:
        worker = house.begin("-c", work)
        assert standing.rings[count].wait(timeout=timedelta(minutes=5).total_seconds())
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL
    left = int(house.done("-c", work))
    again = int(house.done("-c", work))
    standing.close()

    assert 0 < left < LINKS - KILLED_AFTER[-1] + IN_DOUBT * (len(KILLED_AFTER) + 1)
    assert again == 0
    assert house.done("-c", COUNT).split() == [str(LINKS)] * 4
    asked = Counter(request.split()[1] for request in standing.requests)
    assert len(asked) == LINKS
    assert sum(asked.values()) <= LINKS + IN_DOUBT * len(KILLED_AFTER)
    house.done("manage.py", "verify_log")
