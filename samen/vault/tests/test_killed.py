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
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from samen.vault.engine.salts import SaltStore

# How often, each time; the design asks for 200 (G5): KILLS=200 COPIES=200 pytest ...
KILLS = int(os.environ.get("KILLS", "5"))
COPIES = int(os.environ.get("COPIES", "3"))

# A child writes and says what is done; the parent kills it in the middle of what follows, looks,
# and begins the next one. Or it copies the files from under it, and looks at the copy.
WRITING = """
import json, os, random, shutil, signal, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
from samen.audit import queries as logbook
from samen.audit.models import Entry, EntryObject
from samen.foundation.actor import job, visitor
from samen.vault import actions
from samen.vault.actions import Words, contents, ground, mailboxes
from samen.vault.engine import stretching
from samen.vault.models import Grant, Letter, Mailbox, Packet, Record
from samen.vault.tests import make
from samen.vault.tests.make import AT
from samen.vault.tests.test_handing_over import desk

stretching.FLOOR = stretching.Cost(memory=32, passes=1, lanes=4)
sara, mo, eve = make.team(3)
owner = desk(sara, mo)
chance = random.Random(6)

def write(tell):
    kept = {"record": [], "mailbox": [], "packet": []}
    erase = {
        "record": actions.erase_records,
        "mailbox": actions.erase_mailboxes,
        "packet": actions.erase_packets,
    }
    while True:
        record = make.record(sara, mo, note=b"note")
        kept["record"].append(record)
        tell("made", record)
        actions.write_parts(**sara.opens(), record_id=record, parts={"page": Words(b"second")})
        tell("written", record)
        actions.give_access(**sara.opens(), record_ids=[record], member=eve.id)
        tell("given", record)
        if len(kept["record"]) % 2:
            actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
            tell("ended", record)
            actions.reencrypt(**sara.opens(), limit=5)
            tell("renewed", record)
        mailbox = actions.open_mailbox(owner=owner, words=Words(b"1"), by=visitor(), at=AT)
        kept["mailbox"].append(mailbox.id)
        tell("asked", mailbox.id)
        actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=Words(b"2"))
        tell("answered", mailbox.id)
        halves = actions.find_mailbox(receipt=mailbox.receipt, at=AT)
        hers = {"session": halves.session, "half": halves.half, "at": AT}
        actions.write_by_receipt(**hers, words=Words(b"3"))
        tell("thanked", mailbox.id)
        actions.change_receipt(**hers)
        tell("changed", mailbox.id)
        said = {"receiver": owner, "words": Words(b"referred"), "consent": bytes(32)}
        packet = actions.seal_packet(**eve.opens(), **said, ends_at=AT.replace(year=2027))
        kept["packet"].append(packet)
        tell("sealed", packet)
        for kind, ids in kept.items():
            if len(ids) > 2:
                gone = ids.pop(0)
                erase[kind](**{f"{kind}_ids": [gone]}, by=job("retention"), at=AT)
                tell("erased", gone)

def begun():
    out, into = os.pipe()
    connection.close()
    child = os.fork()
    if not child:
        try:
            write(lambda *said: os.write(into, (" ".join(map(str, said)) + "\\n").encode()))
        finally:
            os._exit(1)
    os.close(into)
    return child, os.fdopen(out)

def killed(after):
    child, lines = begun()
    with lines:
        told = [lines.readline() for _ in range(after)]
        os.kill(child, signal.SIGKILL)
        told += lines.readlines()
    _pid, ended = os.waitpid(child, 0)
    assert os.WTERMSIG(ended) == signal.SIGKILL
    return [line.split() for line in told if line.endswith("\\n")]

def generation(log):
    with log.open("rb") as file:
        return file.read(24)[16:]  # the salts of the log: others once it begins anew

def end_of(log):
    # Behind the last page of this generation; what follows is of an earlier one.
    size, end = int.from_bytes(log[8:12], "big") + 24, 32
    while log[end + 8 : end + 16] == log[16:24] and end + size <= len(log):
        end += size
    return end

def raw(source, target):
    # Piece by piece, while it is written to.
    with source.open("rb") as file, target.open("wb") as out:
        while piece := file.read(chance.choice((4096, 10_000, 65_536))):
            out.write(piece)

def copied(after, to):
    live = settings.DATA
    database, log = live / "samen.sqlite3", live / "samen.sqlite3-wal"
    child, lines = begun()
    with lines:
        told = [lines.readline().split() for _ in range(after)]
        while True:
            # A log that began anew meanwhile belongs to a later file than the one just copied:
            # no moment ever looked like that, and no power cut leaves it behind.
            before = generation(log)
            shutil.rmtree(to, ignore_errors=True)
            to.mkdir()
            raw(database, to / database.name)
            # Nothing is written from the log into the file before it is safe on the disk.
            safe = end_of(log.read_bytes())
            more = [lines.readline().split() for _ in range(3)]
            raw(log, to / log.name)
            if generation(log) == before:
                break
            told += more
        # Salts after rows: they were on the disk before them.
        for path in live.rglob("*"):
            if path.is_file() and not path.name.startswith(database.name):
                (to / path.relative_to(live)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to / path.relative_to(live))
        os.kill(child, signal.SIGKILL)
        # It was ahead of what was read here: what it erased until then is gone from the salts.
        later = [line.split() for line in lines if line.endswith("\\n")]
    os.waitpid(child, 0)
    return told, more, [one for what, one in [*more, *later] if what == "erased"], safe

def at(folder):
    connection.close()
    connection.settings_dict["NAME"] = str(folder / "samen.sqlite3")
    settings.DATA, settings.VAULT_SALTS = folder, folder / "vault" / "salts"
    settings.VAULT_FILES = folder / "vault" / "files"
    ground._opened.cache_clear()

def look():
    actions.check_ready()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        [[sound]] = cursor.fetchall()
        cursor.execute("PRAGMA synchronous")
        [[full]] = cursor.fetchall()
        cursor.execute("PRAGMA foreign_key_check")
        assert not cursor.fetchall()
    assert (sound, full) == ("ok", 2), (sound, full)
    logbook.check_logbook()
    unlike = without_a_line()
    actions.finish_erasures(by=job("retention"), at=AT)
    unlike += without_a_line()
    records = list(Record.objects.filter(kind="case"))
    there = contents.parts_of([one.id for one in records])
    for one in records[-3:]:
        assert make.read(sara, one.id, "note") == b"note"
    holders = {}
    for grant in Grant.objects.all():
        holders.setdefault(grant.record_id, set()).add(grant.member)
    names = {sara.id: "sara", mo.id: "mo", eve.id: "eve"}
    return {
        "unlike": sorted(set(unlike)),
        "records": {
            str(one.id): {
                "page": next(part.version for part in there[one.id] if part.name == "page"),
                "epoch": one.epoch,
                "holders": sorted(names[who] for who in holders[one.id]),
            }
            for one in records
        },
        "letters": {
            str(one.id): [Letter.objects.filter(mailbox=one).count(), one.receipts]
            for one in Mailbox.objects.all()
        },
        "packets": [str(one) for one in Packet.objects.values_list("id", flat=True)],
    }

def without_a_line():
    # Rows without their line, lines without their row, and what is half.
    def named(verb):
        seqs = Entry.objects.filter(event_type=verb).values_list("seq", flat=True)
        objects = EntryObject.objects.filter(entry_seq__in=seqs)
        return set(objects.values_list("object_id", flat=True))
    def about(verb):
        return set(Entry.objects.filter(event_type=verb).values_list("object_id", flat=True))
    records = list(Record.objects.all())
    ids = {one.id for one in records}
    there = contents.parts_of(sorted(ids))
    found = list(contents.check_unchanged(records, opened=there))
    found += about("case sealed") - ids - named("records erased")
    grants = list(Grant.objects.select_related("record"))
    found += [g.record_id for g in grants if g.epoch != g.record.epoch]
    hers = {g.record_id for g in grants if g.member == eve.id}
    cases = {one.id for one in records if one.kind == "case"}
    found += hers ^ (named("access given") & cases)
    lost = cases - {g.record_id for g in grants if g.member == mo.id}
    found += lost ^ (named("access ended") & cases)
    boxes = list(Mailbox.objects.all())
    for one in boxes:
        try:
            mailboxes._check_whole(one)
        except actions.Altered:
            found.append(one.id)
    found += {one.id for one in boxes} ^ (about("mailbox opened") - named("mailboxes erased"))
    packets = set(Packet.objects.values_list("id", flat=True))
    found += packets ^ (about("packet sealed") - named("packets erased"))
    return [str(one) for one in found]

kills, copies = json.loads(sys.argv[1])
for after in kills:
    print(json.dumps([killed(after), look()]), flush=True)
live, copy = settings.DATA, settings.DATA / ".." / "copy"
for after in copies:
    told, more, gone, safe = copied(after, copy)
    kept = (copy / "samen.sqlite3-wal").read_bytes()
    whole = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    at(copy)
    said = [told, more, look(), gone]
    # And once more as if the last pages had not come through: cut off anywhere among them.
    connection.close()
    for path in copy.glob("samen.sqlite3*"):
        path.unlink()
    for path, content in whole.items():
        path.write_bytes(content)
    cut = chance.randint(safe, end_of(kept))
    (copy / "samen.sqlite3-wal").write_bytes(kept[:cut] + kept[cut:][::-1] * chance.randint(0, 1))
    at(copy)
    print(json.dumps([*said, look()]), flush=True)
    at(live)
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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What was told before each end, and what was found after it."""
    folder = tmp_path_factory.mktemp("written") / "live"
    chance = random.Random(6)  # noqa: S311 moments, no secret
    migrated(folder)
    moments = [[chance.randint(1, 40) for _ in range(often)] for often in (KILLS, COPIES)]
    said = python(folder, "-c", WRITING, json.dumps(moments))
    return [json.loads(line) for line in said.splitlines()]


def check_kept(
    told: list[list[str]], found: dict[str, Any], *, erased_later: Iterable[str] = ()
) -> None:
    """Everything that was acknowledged is there, and nothing that was erased."""
    there = found["records"] | found["letters"] | dict.fromkeys(found["packets"], True)
    erased = {one for what, one in told if what == "erased"}
    assert not erased & there.keys()
    known = {one for _what, one in told} - erased - (set(erased_later) - there.keys())
    # The one that was being erased when the end came may be gone already.
    gone = known - there.keys()
    assert len(gone) <= 1, gone
    for what, one in told:
        if one not in known - gone:
            continue
        if what in RECORDS:
            assert RECORDS[what](found["records"][one]), (what, one)
        elif what in LETTERS:
            letters, receipts = found["letters"][one]
            assert (letters >= LETTERS[what], receipts >= 1 + (what == "changed")) == (True, True)


RECORDS: dict[str, Callable[[Any], bool]] = {
    "written": lambda one: one["page"] == 2,
    "given": lambda one: "eve" in one["holders"],
    "ended": lambda one: "mo" not in one["holders"],
    "renewed": lambda one: one["epoch"] == 2,
}
LETTERS = {"asked": 1, "answered": 2, "thanked": 3, "changed": 3}


@pytest.mark.slow
def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_is_half(
    written: list[list[Any]],
) -> None:
    seen = written[:KILLS]
    assert len(seen) == KILLS
    assert sum(len(told) for told, _found in seen) >= 10 * KILLS
    for told, found in seen:
        assert found["unlike"] == []
        check_kept(told, found)


@pytest.mark.slow
def test_files_copied_while_they_are_written_open_and_hold_all_that_was_acknowledged(
    written: list[list[Any]],
) -> None:
    """As a power cut leaves them: the file half checkpointed, the log ending amid its last pages,
    or followed by others. What was acknowledged is in either, for it was safe before it was told.
    """
    seen = written[KILLS:]
    assert len(seen) == COPIES
    for told, more, found, gone, cut in seen:
        assert found["unlike"] == cut["unlike"] == []
        check_kept([*told, *more], found, erased_later=gone)
        check_kept(told, cut, erased_later=gone)


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


# Erased while somebody reads, as during a long download; who writes meanwhile waits for nobody.
SWEEPING = """
import json, sqlite3, time
import django; django.setup()
from django.conf import settings
from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.models import Grant, Unswept
from samen.vault.tests import make

sara = make.colleague()
records = [make.record(sara) for _ in range(12)]
for record in records:
    make.read(sara, record)
wraps = {one.record_id: bytes(one.sealed)[20:] for one in Grant.objects.all()}
database = settings.DATA / "samen.sqlite3"
reader = sqlite3.connect(database, isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM vault_grant").fetchone()

def found():
    raw = database.read_bytes() + (settings.DATA / "samen.sqlite3-wal").read_bytes()
    return [wraps[one] in raw for one in records]

def swept():
    begun = time.monotonic()
    done = actions.sweep_disk()
    make.record(sara)
    return [done, time.monotonic() - begun < 10, Unswept.objects.count()]

said = [swept()]
actions.erase_records(record_ids=records[:8], by=job("retention"), at=make.AT)
said += [found(), swept(), swept(), found()]
reader.execute("ROLLBACK")
said += [swept(), found(), swept()]
print(json.dumps(said))
"""


@pytest.mark.slow
def test_what_is_erased_leaves_the_disk_as_soon_as_nobody_reads_from_before(
    tmp_path: Path,
) -> None:
    """A writer waits 20 seconds for another: a sweep that waited would take these."""
    migrated(tmp_path)
    nothing, there, busy, again, still, done, left, over = json.loads(
        python(tmp_path, "-c", SWEEPING)
    )
    assert nothing == [0, True, 0]
    assert there == still == [True] * 12
    assert busy == again == [0, True, 1]
    assert done == [1, True, 0]
    assert left == [False] * 8 + [True] * 4
    assert over == [0, True, 0]


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
