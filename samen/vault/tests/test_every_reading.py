"""G11: each reading is a line with who, what, when and why; and without the line there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from samen.audit.models import Entry, EntryObject
from samen.audit.queries import check_logbook
from samen.vault import actions
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague
from samen.vault.tests.test_handing_over import LATER, asked, desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cheap")]
PDF = b"%PDF-1.7 het adres van Amina"


@dataclass
class World:
    sara: Colleague
    records: list[UUID]
    file: UUID
    mailbox: UUID
    packet: UUID
    halves: Any

    def who(self, **said: Any) -> dict[str, Any]:
        return self.sara.opens() | said


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> World:
    settings.VAULT_FILES = tmp_path / "files"
    sara, mo = make.team(2)
    owner = desk(sara, mo)
    mailbox = asked(owner)
    records = [make.record(sara) for _ in range(3)]
    said: Any = {"record_id": records[0], "name": "brief.pdf", "chunks": [PDF]}
    file = actions.add_file(**sara.opens(), **said)
    said = {"receiver": owner, "words": b"referred", "consent": bytes(32)}
    packet = actions.seal_packet(**mo.opens(), **said, ends_at=AT.replace(year=2027))
    halves = actions.find_mailbox(receipt=mailbox.receipt, at=LATER)
    return World(sara, records, file, mailbox.id, packet, halves)


def one_record(world: World) -> Any:
    said: Any = {"record_id": world.records[0], "purpose": "treatment", "role": "mediator"}
    return actions.open_record(**world.who(**said))


def one_list(world: World) -> Any:
    said: Any = {"record_ids": world.records, "name": "page", "purpose": "list"}
    return actions.open_many(**world.who(**said))


def one_file(world: World) -> Any:
    said: Any = {"record_id": world.records[0], "file_id": world.file}
    return actions.open_file(**world.who(**said))


def at_the_desk(world: World) -> Any:
    return actions.read_at_desk(**world.who(mailbox_id=world.mailbox))


def a_packet(world: World) -> Any:
    return actions.open_packet(**world.who(packet_id=world.packet))


def with_the_receipt(world: World) -> Any:
    half = {"session": world.halves.session, "half": world.halves.half}
    return actions.read_by_receipt(**half, at=LATER)


READINGS: list[Callable[[World], Any]] = [
    one_record, one_list, one_file, at_the_desk, a_packet, with_the_receipt,
]  # fmt: skip


def test_as_many_lines_as_readings_and_each_says_what_was_read(world: World) -> None:
    before = Entry.objects.count()
    for _ in range(3):
        for read in READINGS:
            assert read(world)
    lines = list(Entry.objects.filter(seq__gt=before))

    readings = [line for line in lines if line.event_action_code == "R"]
    assert len(readings) == 3 * len(READINGS)
    about = {
        line.object_id
        or frozenset(
            EntryObject.objects.filter(entry_seq=line.seq).values_list("object_id", flat=True)
        )
        for line in readings
    }
    assert about == {world.records[0], frozenset(world.records), world.mailbox, world.packet}
    for line in readings:
        assert line.event_outcome == 0
        assert line.event_type.endswith("read")
        assert line.object_type
        hers = line.user_kind == "colleague"
        assert line.user_id == world.sara.id if hers else line.user_kind == "receipt"
        assert line.event_date_time == AT if hers else line.event_date_time.minute == 0
    said = [line for line in readings if line.purpose == "treatment"]
    assert [(line.role, line.sensitivity) for line in said] == [("mediator", "social")] * 3
    check_logbook()


@pytest.mark.parametrize("read", READINGS)
def test_while_the_logbook_cannot_be_written_nothing_is_read(
    world: World, read: Callable[[World], Any]
) -> None:
    """The database itself takes no line any more: a full disk, or a table made read-only."""
    lines, out = Entry.objects.count(), []
    with closed_logbook(), pytest.raises(DatabaseError):
        out.append(read(world))

    assert out == []
    assert Entry.objects.count() == lines
    assert read(world)


class closed_logbook:  # noqa: N801 read as a word
    def __enter__(self) -> None:
        refuse = "BEGIN SELECT RAISE(ABORT, 'read-only'); END"
        if connection.vendor == "postgresql":
            refuse = "EXECUTE FUNCTION audit_refuse()"
        row = "" if connection.vendor == "sqlite" else "FOR EACH ROW"
        sql(f"CREATE TRIGGER closed BEFORE INSERT ON audit_entry {row} {refuse}")

    def __exit__(self, *_: object) -> None:
        table = " ON audit_entry" if connection.vendor == "postgresql" else ""
        sql(f"DROP TRIGGER closed{table}")


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
