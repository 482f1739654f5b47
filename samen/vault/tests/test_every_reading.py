"""G11: each reading is a line with who, what, when and why; and without the line there is none."""

import inspect
import typing
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection

from samen.audit.actions import LifeCycle
from samen.audit.models import Entry, EntryObject
from samen.audit.queries import check_logbook
from samen.foundation.clock import AMSTERDAM
from samen.vault import actions
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague
from samen.vault.tests.test_handing_over import LATER, asked, desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cheap")]
PDF = b"%PDF-1.7 het adres van Amina"
WHY: dict[str, Any] = {"purpose": "treatment", "role": "mediator"}


@dataclass
class World:
    sara: Colleague
    records: list[UUID]
    file: UUID
    mailbox: UUID
    packet: UUID
    ask: UUID
    halves: Any

    def who(self, **said: Any) -> dict[str, Any]:
        return self.sara.opens() | said


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> World:
    settings.VAULT_FILES = tmp_path / "files"
    sara, mo, ada = make.team(3)
    owner = desk(sara, mo)
    mailbox = asked(owner)
    records = [make.record(sara) for _ in range(3)]
    said: Any = {"record_id": records[0], "name": "brief.pdf", "chunks": [PDF]}
    file = actions.add_file(**sara.opens(), **said)
    said = {"receiver": owner, "words": b"referred", "consent": bytes(32)}
    packet = actions.seal_packet(**mo.opens(), **said, ends_at=AT.replace(year=2027))
    halves = actions.find_mailbox(receipt=mailbox.receipt, at=LATER)
    team = uuid4()
    circle = make.circle(team, mo, sara)
    said = {"record_id": make.record(ada, owner=team), "reason": "She is ill.", "hours": 1}
    ask = actions.ask_emergency(**mo.opens(), circle_id=circle, **said)
    return World(sara, records, file, mailbox.id, packet, ask, halves)


def open_record(world: World) -> Any:
    return actions.open_record(**world.who(record_id=world.records[0], **WHY))


def open_many(world: World) -> Any:
    return actions.open_many(**world.who(record_ids=world.records, name="page", **WHY))


def open_file(world: World) -> Any:
    return actions.open_file(**world.who(record_id=world.records[0], file_id=world.file, **WHY))


def read_at_desk(world: World) -> Any:
    return actions.read_at_desk(**world.who(mailbox_id=world.mailbox, **WHY))


def open_packet(world: World) -> Any:
    return actions.open_packet(**world.who(packet_id=world.packet, **WHY))


def read_reason(world: World) -> Any:
    return actions.read_reason(**world.who(ask_id=world.ask, **WHY))


def read_by_receipt(world: World) -> Any:
    half = {"session": world.halves.session, "half": world.halves.half}
    return actions.read_by_receipt(**half, at=LATER)


READINGS: list[Callable[[World], Any]] = [
    open_record, open_many, open_file, read_at_desk, open_packet, read_reason, read_by_receipt,
]  # fmt: skip

# What a verb may hand out without a line: nothing of it was sealed.
NO_WORDS = {
    NoneType, int, UUID, list[UUID], actions.Progress, actions.HalfOpen, actions.Keyring,
    actions.NewMailbox,
}  # fmt: skip
NEW_CODES = {"change_receipt", "make_recovery_code", "grouped"}


def test_whatever_verb_hands_out_words_is_among_these_readings() -> None:
    """The interface of the room itself says which they are: a new one fails until it is here."""
    verbs = {name: getattr(actions, name) for name in actions.__all__}
    given = {
        name: typing.get_type_hints(verb)["return"]
        for name, verb in verbs.items()
        if inspect.isfunction(verb) and name not in NEW_CODES
    }

    opening = {name for name, kind in given.items() if kind not in NO_WORDS}
    assert opening == {read.__name__ for read in READINGS}
    for name in opening - {"read_by_receipt"}:
        assert {"purpose", "role"} <= inspect.signature(verbs[name]).parameters.keys()


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
    single = {world.records[0], world.mailbox, world.packet, world.ask}
    assert about == {*single, frozenset(world.records)}
    for line in readings:
        assert (line.event_outcome, line.life_cycle) == (0, LifeCycle.ACCESS)
        assert line.event_type.endswith("read")
        assert line.object_type
        if line.user_kind == "receipt":
            assert (line.purpose, line.role) == ("", "")
            assert line.event_date_time == midnight(LATER)
        else:
            assert (line.user_kind, line.user_id) == ("colleague", world.sara.id)
            assert (line.purpose, line.role) == ("treatment", "mediator")
            assert line.event_date_time == AT
    said = Counter((line.event_type, line.sensitivity) for line in readings)
    assert said == {
        ("case read", "social"): 6,  # the file of a case among them
        ("list read", "social"): 3,
        ("mailbox read", "conversation"): 6,
        ("packet read", "referral"): 3,
        ("reason read", "reason"): 3,
    }
    check_logbook()


def test_a_list_of_two_compartments_says_that_it_is_mixed(world: World) -> None:
    medical = make.record(world.sara, compartment="medical")
    for ids, said in (
        ([medical], "medical"),
        ([medical, world.records[0]], "mixed"),
        ([], ""),
    ):
        actions.open_many(**world.who(record_ids=ids, name="page"))
        assert Entry.objects.order_by("seq").last().sensitivity == said  # type: ignore[union-attr]  # just written


def test_no_line_has_room_for_an_address() -> None:
    """Of a survivor who reads her own conversation there is nothing but the day."""
    assert {field.name for field in Entry._meta.get_fields()} == {
        "seq", "link", "mac", "event_date_time", "event_action_code", "event_outcome",
        "event_type", "user_kind", "user_id", "on_behalf_of", "role", "purpose", "object_type",
        "object_id", "life_cycle", "sensitivity", "details",
    }  # fmt: skip


def midnight(at: datetime) -> datetime:
    return at.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)


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
