"""A step that is killed anywhere leaves nothing half, and running on leads to the same map."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection, transaction

from samen.directory import actions as directory
from samen.directory.models import Change, History, Organization, Origin, Service
from samen.directory.tests.make import NOON
from samen.exchange.actions.sources import documents_of_file
from samen.exchange.actions.taking_in import begin_file, take_step
from samen.exchange.models import Difference, Held, Run, Touched
from samen.exchange.tests import make
from samen.exchange.tests.make import DAY, JOB, NOBODY, STEWARD, record

KILLS = int(os.environ.get("TAKING_IN_KILLS", "2"))
EVERY = int(os.environ.get("TAKING_IN_EVERY", "37"))
# A few in a step, and so a few steps.
_OF_A_FILE = "samen.exchange.actions.crawling._OF_A_FILE"


class Killed(BaseException):
    """As by a signal: nothing that is written catches it."""


def records(day: int) -> list[dict[str, Any]]:
    """Of the second day: two are new, two changed, one is gone and one cannot be taken."""
    phones = [{"number": "0301234567"}]
    if day == 0:
        return [record(f"r{n}", phones=phones, languages=[{"code": "ar"}]) for n in range(6)]
    changed = [record(f"r{n}", description="Soep en raad.", phones=[]) for n in (0, 1)]
    same = [record(f"r{n}", phones=phones, languages=[{"code": "ar"}]) for n in (2, 3, 4)]
    return [*changed, *same, record("r6"), record("r7", phones=phones), {"id": "r8", "status": "x"}]


def begin() -> None:
    """A source that was read once, of which one record is a person's by now."""
    there = make.source(absences=1)
    make.bring(there, *records(0))
    service = make.held("r1").service
    assert service is not None
    version, _facts = directory.service_facts(service.id)
    mine = {"what.nl": {"body": "Van ons.", "state": "original", "made_from": ""}}
    directory.change_service(
        service_id=service.id, changes=mine, version=version, why="", by=STEWARD, at=NOON
    )
    body = json.dumps({"contents": records(1)}).encode()
    documents = documents_of_file("package", body)
    begin_file(source_id=there.id, documents=documents, by=JOB, at=NOON + DAY)


def step() -> bool:
    run = Run.objects.latest("at")
    return take_step(run_id=run.id, gate=NOBODY, by=JOB, at=NOON + DAY)


def state() -> dict[str, Any]:
    """All that a run leaves, without what chance gave it."""
    run = Run.objects.latest("at")
    rows = Held.objects.order_by("original").values_list(
        "original", "state", "missed", "hash", "facts", "fields", "losses", "last_seen", "read_at"
    )
    texts = {one.pk: directory.service_facts(one.pk)[1] for one in Service.objects.all()}
    touched = Touched.objects.filter(run=run).order_by("held__original")
    said = {
        "run": [run.state, run.counts, run.losses, run.refused, run.gaps, run.loads.count()],
        "held": [list(row) for row in rows],
        "facts": {str(id_): facts for id_, facts in sorted(texts.items())},
        "versions": sorted(map(str, History.objects.values_list("record", "version", "facts"))),
        "touched": [*touched.values_list("held__original", "what", "version_after", "facts")],
        "differ": sorted(map(str, Difference.objects.values_list("fact", "offered", "state"))),
        "journal": sorted(map(str, Change.objects.values_list("kind", "verb", "record"))),
        "rest": [Organization.objects.count(), Origin.objects.count()],
    }
    return {name: json.loads(json.dumps(value, default=str)) for name, value in said.items()}


def killed_at(number: int) -> Callable[..., Any]:
    """Once, at the statement with this number, before it is done.

    A process that is dead does not take back what it began; here its transaction is one within
    that of the test, and somebody has to.
    """
    left: Iterator[int] = iter(range(number + 1))

    def instead(run: Callable[..., Any], statement: str, *said: Any) -> Any:
        is_ours = statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        if not is_ours and next(left, None) == number:
            raise Killed
        return run(statement, *said)

    return instead


@pytest.mark.slow
@pytest.mark.django_db
def test_killed_at_any_statement_running_on_leads_to_the_same() -> None:
    """At some statements of a run of six steps; TAKING_IN_EVERY=1 for each of them."""
    with patch(_OF_A_FILE, 2), transaction.atomic():
        begin()
        before = transaction.savepoint()
        while step():
            pass
        undisturbed = state()
        transaction.savepoint_rollback(before)
        half, number = 0, 0
        for number in range(3, 2_000, EVERY):
            mark = transaction.savepoint()
            if not _runs_on_after(number):
                transaction.savepoint_rollback(mark)
                break
            half += 1
            now = state()
            assert {n: v for n, v in now.items() if v != undisturbed[n]} == {}, number
            transaction.savepoint_rollback(mark)
        transaction.set_rollback(True)

    assert undisturbed["run"][0] == Run.State.WHOLE
    assert undisturbed["run"][1]["withdrawn"] == undisturbed["run"][1]["refused"] == 1
    assert half > 5


def _runs_on_after(number: int) -> bool:
    """Whether it was killed at all, before it was taken up again to its end."""
    was_killed = False
    try:
        with connection.execute_wrapper(killed_at(number)):
            while step():
                pass
    except Killed:
        was_killed = True
        before = state()
        assert before["run"][0] == Run.State.RUNNING
    while step():
        pass
    return was_killed


# --- and by a real signal ------------------------------------------------------------------------

_CHILD = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from unittest.mock import patch
from samen.exchange.tests import test_killed as here

number = int(sys.argv[2])
if sys.argv[1] == "begin":
    with patch(here._OF_A_FILE, 2):
        here.begin()
elif sys.argv[1] == "run":
    left = iter(range(number))
    def dead(run, *said):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*said)
    with connection.execute_wrapper(dead):
        while here.step():
            pass
else:
    while here.step():
        pass
    import json
    from samen.audit import queries as logbook
    logbook.check_logbook()
    print(json.dumps(here.state()))
"""


def environment(folder: Path) -> Mapping[str, str]:
    plain = {
        k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DATABASE", "PYTEST_"))
    }
    return plain | {"SAMEN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings"}


def python(folder: Path, *said: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *said],
        cwd=settings.BASE,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -9), done.stderr
    return done.returncode, done.stdout


@pytest.mark.slow
def test_killed_by_a_signal_anywhere_running_on_leads_to_the_same(tmp_path: Path) -> None:
    """A few times, and more with TAKING_IN_KILLS. The file of the database is what is left."""
    python(tmp_path, "manage.py", "migrate", "--verbosity=0")
    python(tmp_path, "-c", _CHILD, "begin", "0")
    laid = (tmp_path / "samen.sqlite3").read_bytes()
    _code, undisturbed = python(tmp_path, "-c", _CHILD, "end", "0")
    chance, dead = random.Random(7), 0  # noqa: S311 moments, no secret
    for _time in range(KILLS):
        for rest in tmp_path.glob("samen.sqlite3*"):
            rest.unlink()
        (tmp_path / "samen.sqlite3").write_bytes(laid)
        code, _said = python(tmp_path, "-c", _CHILD, "run", str(chance.randint(5, 150)))
        dead += code == -9
        assert python(tmp_path, "-c", _CHILD, "end", "0") == (0, undisturbed)

    assert dead == KILLS
    assert json.loads(undisturbed)["run"][0] == Run.State.WHOLE
