"""How fast the logbook is written and checked, on a database of its own that is thrown away.

    .venv/bin/python bench/logbook.py [LINES]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python bench/logbook.py [LINES]

Writes LINES lines (100,000) in transactions of a hundred, some hundreds more in a transaction each,
as a page does that reads one record, and checks them all, with the first key and without.
"""

# Django wants its settings before its models are imported.
# ruff: noqa: E402

import atexit
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["SAMEN_DATA"] = tempfile.mkdtemp(prefix="samen-bench-")
atexit.register(shutil.rmtree, os.environ["SAMEN_DATA"], ignore_errors=True)
os.environ["SAMEN_ENVIRONMENT"] = "test"
os.environ["SAMEN_SECRET_KEY"] = secrets.token_hex()
os.environ["DJANGO_SETTINGS_MODULE"] = "samen.config.settings"

import django

django.setup()

from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from samen.audit import actions, queries
from samen.audit.engine import key_files
from samen.foundation import clock
from samen.foundation.actor import job

IN_A_TRANSACTION = 100
ALONE = 500
BY = job("bench")


@contextmanager
def measured(what: str, lines: int) -> Iterator[None]:
    began, worked = time.perf_counter(), time.process_time()
    yield
    seconds, own = time.perf_counter() - began, time.process_time() - worked
    print(
        f"{what:36}{lines:8,} lines {seconds:7.2f} s {lines / seconds:8,.0f} lines/s"
        f"   {own:6.2f} s of this process",
        flush=True,
    )


def write(lines: int) -> None:
    with transaction.atomic():
        for _ in range(lines):
            actions.record(verb="case read", kind="case", record_id=uuid4(), by=BY, at=clock.now())


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    call_command("migrate", verbosity=0, skip_checks=True)
    print(connection.vendor)
    with measured("written, a hundred in a transaction", lines):
        for _ in range(lines // IN_A_TRANSACTION):
            write(IN_A_TRANSACTION)
    with measured("written, a transaction each", ALONE):
        for _ in range(ALONE):
            write(1)
    first_key = key_files.read(settings.DATA / key_files.FIRST_KEY)
    everything = lines // IN_A_TRANSACTION * IN_A_TRANSACTION + ALONE
    with measured("checked, links only", everything):
        queries.check_logbook()
    with measured("checked, with the first key", everything):
        found = queries.check_logbook(first_key=first_key)
    print(f"{found.lines:,} lines are as they were written")


if __name__ == "__main__":
    main()
