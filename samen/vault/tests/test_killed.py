"""G5 and G13 with a real process and a real file: killed while it writes, erased from the disk."""

import atexit
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from samen.vault.engine.salts import SaltStore

KILLS = 8

# A child writes and says what is done; the parent kills it in the middle of what follows, looks,
# and begins the next one.
WRITING = """
import json, os, random, signal, sys
import django
django.setup()
from django.db import connection
from samen.audit import queries as logbook
from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.actions import contents
from samen.vault.models import Grant, Record
from samen.vault.tests import make
from samen.vault.tests.make import AT

sara, mo = make.team(2)

def write(tell):
    mine = []
    while True:
        record = make.record(sara, mo)
        mine.append(record)
        tell("made", record)
        actions.write_parts(**sara.opens(), record_id=record, parts={"page": b"second"})
        tell("written", record)
        if len(mine) % 2:
            actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
            actions.reencrypt(**sara.opens(), limit=5)
            tell("renewed", record)
        if len(mine) > 3:
            gone = mine.pop(0)
            actions.erase_records(record_ids=[gone], by=job("retention"), at=AT)
            tell("erased", gone)

def killed(after):
    out, into = os.pipe()
    connection.close()
    child = os.fork()
    if not child:
        write(lambda *said: os.write(into, (" ".join(map(str, said)) + "\\n").encode()))
    os.close(into)
    with os.fdopen(out) as lines:
        told = [lines.readline() for _ in range(after)]
        os.kill(child, signal.SIGKILL)
        told += lines.readlines()
    os.waitpid(child, 0)
    return [line.split() for line in told if line.endswith("\\n")]

def look():
    actions.check_ready()
    actions.finish_erasures(by=job("retention"), at=AT)
    records = list(Record.objects.all())
    there = contents.parts_of([one.id for one in records])
    changed = contents.check_unchanged(records, opened=there)
    torn = [g for g in Grant.objects.select_related("record") if g.epoch != g.record.epoch]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        [[sound]] = cursor.fetchall()
    logbook.check_logbook()
    versions = {str(one.id): [p.version for p in there[one.id]][0] for one in records}
    return [versions, len(changed), len(torn), sound]

for after in json.loads(sys.argv[1]):
    print(json.dumps([killed(after), *look()]), flush=True)
"""

# A child is killed at its every statement and after its every commit, while it gives new keys to
# what somebody left; the parent looks, and the next child goes on from there.
ROTATION = """
import json, os, signal
import django
django.setup()
from django.db import connection
from samen.audit import queries as logbook
from samen.vault import actions
from samen.vault.actions import contents, grants
from samen.vault.models import Grant, Record
from samen.vault.tests import make

grants._HANDFUL = 1
sara, mo, eve = make.team(3)
records = [make.record(sara, mo, eve, note=b"note") for _ in range(3)]
file = actions.add_file(**sara.opens(), record_id=records[0], name="a.txt", chunks=[b"words " * 9])
for record in records:
    make.read(mo, record)
actions.end_access(**sara.opens(), record_ids=records, member=eve.id)

def killed(number, how):
    left, commit = iter(range(number)), connection.commit
    def step(act):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return act()
    def committed():
        commit()
        step(lambda: None)
    if how == "commit":
        connection.commit = committed
        actions.reencrypt(**sara.opens(), limit=5)
    else:
        with connection.execute_wrapper(lambda run, *said: step(lambda: run(*said))):
            actions.reencrypt(**sara.opens(), limit=5)

def look():
    kept = list(Record.objects.all())
    there = contents.parts_of([one.id for one in kept])
    assert not contents.check_unchanged(kept, opened=there)
    assert all(g.epoch == g.record.epoch for g in Grant.objects.select_related("record"))
    opened = actions.open_file(**mo.opens(), record_id=records[0], file_id=file)
    assert b"".join(opened.chunks) == b"words " * 9
    assert make.read(mo, records[len(seen) % 3], "note") == b"note"
    assert not make.can_read(eve, records[len(seen) % 3])
    return sum(one.stale for one in kept)

kills, seen = 0, []
for how in ("statement", "commit"):
    number = 0 if how == "commit" else 1
    while True:
        connection.close()
        child = os.fork()
        if not child:
            killed(number, how)
            os._exit(0)
        _pid, ended = os.waitpid(child, 0)
        seen.append(look())
        if os.WIFEXITED(ended):
            break
        kills, number = kills + 1, number + 1
    # Everything once more, to be killed after its commits.
    actions.give_access(**sara.opens(), record_ids=records, member=eve.id)
    actions.end_access(**sara.opens(), record_ids=records, member=eve.id)
actions.forget_loose_files()
logbook.check_logbook()
print(json.dumps([kills, seen]))
"""


def environment(folder: Path) -> dict[str, str]:
    plain = {
        k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DATABASE", "PYTEST_"))
    }
    return plain | {"SAMEN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings"}


def python(folder: Path, *said: str) -> str:
    done = subprocess.run(
        [sys.executable, *said],
        cwd=settings.BASE,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def migrated(folder: Path) -> None:
    """Empty tables, laid once and copied."""
    shutil.copytree(_laid(), folder, dirs_exist_ok=True)


@cache
def _laid() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="samen-vault-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    python(folder, "manage.py", "migrate", "--verbosity=0")
    return folder


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_is_half(
    tmp_path: Path,
) -> None:
    """A few kills each time. For more of them raise KILLS."""
    chance = random.Random(6)  # noqa: S311 moments, no secret
    migrated(tmp_path)
    moments = json.dumps([chance.randint(1, 20) for _ in range(KILLS)])
    seen = [json.loads(line) for line in python(tmp_path, "-c", WRITING, moments).splitlines()]

    assert len(seen) == KILLS
    assert sum(len(told) for told, *_rest in seen) > 5
    for told, versions, changed, torn, sound in seen:
        assert (changed, torn, sound) == (0, 0, "ok")
        erased = {record for what, record in told if what == "erased"}
        made = {record for what, record in told if what == "made"}
        assert not erased & versions.keys()
        # The one that was being erased when it was killed may be gone already.
        assert len(made - erased - versions.keys()) <= 1
        for what, record in told:
            if what == "written" and record in versions:
                assert versions[record] == 2


@pytest.mark.slow
def test_killed_at_every_statement_and_commit_of_new_keys_each_record_is_whole(
    tmp_path: Path,
) -> None:
    migrated(tmp_path)
    kills, seen = json.loads(python(tmp_path, "-c", ROTATION))

    assert kills > 20
    # One after the other, and never back.
    assert set(seen) == {0, 1, 2, 3}
    assert not list(Path(tmp_path).rglob("*.part"))


@pytest.mark.slow
def test_what_is_erased_is_nowhere_in_the_file_or_its_log(tmp_path: Path) -> None:
    """And an old copy of the database with today's salts opens everything but that."""
    migrated(tmp_path)
    first = """
import django; django.setup()
from samen.vault.models import Grant, Part
from samen.vault.tests import make
sara = make.colleague()
for _ in range(30):
    record = make.record(sara)
    make.read(sara, record)
print(sara.id.hex, sara.half.hex())
for part, grant in zip(Part.objects.order_by("record"), Grant.objects.order_by("record")):
    print(part.record_id.hex, bytes(part.sealed)[60:160].hex(), bytes(grant.sealed)[20:].hex())
"""
    who, *rows = [line.split() for line in python(tmp_path, "-c", first).splitlines()]
    database = tmp_path / "samen.sqlite3"
    # Closed at once: whoever closes last writes the log into the file and takes it away.
    with (
        closing(sqlite3.connect(database)) as live,
        closing(sqlite3.connect(tmp_path / "old")) as old,
    ):
        live.backup(old)
    erase = f"""
import django; django.setup()
from uuid import UUID
from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.tests.make import AT
ids = [UUID(one) for one in {[row[0] for row in rows[:20]]!r}]
actions.erase_records(record_ids=ids, by=job("retention"), at=AT)
actions.clean_disk()
"""
    python(tmp_path, "-c", erase)
    log = tmp_path / "samen.sqlite3-wal"
    kept = database.read_bytes() + (log.read_bytes() if log.exists() else b"")
    found = [
        [bytes.fromhex(sealed) in kept, bytes.fromhex(wrap) in kept] for _id, sealed, wrap in rows
    ]

    assert found[:20] == [[False, False]] * 20
    assert found[20:] == [[True, True]] * 10
    for rest in tmp_path.glob("samen.sqlite3*"):
        rest.unlink()
    shutil.copy(tmp_path / "old", database)
    again = f"""
import django; django.setup()
from uuid import UUID
from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.tests import make
actions.check_ready()
member, half = {who!r}
sara = make.colleague(UUID(member), bytes.fromhex(half))
for one in {[row[0] for row in rows]!r}:
    try:
        print(make.read(sara, UUID(one)) == make.WORDS)
    except actions.Gone:
        print("gone")
print(actions.finish_erasures(by=job("retention"), at=make.AT))
"""
    said = python(tmp_path, "-c", again).split()
    assert said == [*["gone"] * 20, *["True"] * 10, "20"]
    salts = SaltStore(tmp_path / "vault" / "salts")
    assert len(list(salts.erased())) == 20
