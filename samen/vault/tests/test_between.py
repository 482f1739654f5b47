"""G5: whatever is written, the process ends before each of its statements, and before its end.

After every such end all tables of the vault and the logbook are, byte for byte, what they were.
Then it is done again, and this time it is whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from samen.audit.models import Entry, EntryObject, State
from samen.audit.queries import check_logbook
from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.actions import grants
from samen.vault.models import File, Grant, MemberKeys, Part, Record
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague
from samen.vault.tests.test_coming_and_going import Killed, killed_at
from samen.vault.tests.test_handing_over import asked, desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cheap")]
PDF = b"%PDF-1.7 " + b"het adres van Amina " * 400
OTHER_HALF = bytes(range(32))


@dataclass
class World:
    """Two colleagues with a record and a file, and one who has left it."""

    sara: Colleague
    mo: Colleague
    eve: Colleague
    record: UUID
    owner: UUID
    made: list[UUID] = field(default_factory=list)


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> World:
    settings.VAULT_FILES = tmp_path / "files"
    sara, mo, eve = make.team(3)
    record = make.record(sara, mo, eve, note=make.NOTE)
    actions.end_access(**sara.opens(), record_ids=[record], member=eve.id)
    return World(sara, mo, eve, record, desk(sara, mo))


def everything() -> dict[str, list[Any]]:
    """All rows as they lie, of this room and the logbook."""
    tables: list[Any] = [*apps.get_app_config("vault").get_models(), Entry, EntryObject, State]
    return {
        table.__name__: sorted(
            str([bytes(v).hex() if isinstance(v, bytes | memoryview) else v for v in row])
            for row in table._default_manager.values_list()
        )
        for table in tables
    }


@contextmanager
def commit_fails() -> Iterator[None]:
    """The disk is full at the very end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "commit", broken)
        yield


def broken() -> None:
    message = "disk I/O error"
    raise OperationalError(message)


def renew(world: World) -> None:
    actions.reencrypt(**world.sara.opens(), limit=5)


def give(world: World) -> None:
    actions.give_access(**world.sara.opens(), record_ids=[world.record], member=world.eve.id)


def end(world: World) -> None:
    actions.end_access(**world.sara.opens(), record_ids=[world.record], member=world.mo.id)


def write(world: World) -> None:
    parts = {"page": actions.Words(b"new"), "card": actions.Words(b"more")}
    actions.write_parts(**world.sara.opens(), record_id=world.record, parts=parts)


def read_first(world: World) -> None:
    """The first use of a grant moves its key into her ring."""
    actions.open_record(**world.mo.opens(), record_id=world.record)


def create(world: World) -> None:
    make.record(world.sara, world.mo)


def add_file(world: World) -> None:
    said: Any = {"record_id": world.record, "name": "brief.pdf", "chunks": [PDF]}
    world.made.append(actions.add_file(**world.sara.opens(), **said))


def change_password(world: World) -> None:
    actions.change_password(**world.sara.opens(), password_half=OTHER_HALF)


def paper(world: World) -> None:
    actions.make_recovery_code(**world.sara.opens())


def begin_again(world: World) -> None:
    actions.begin_again(password_half=OTHER_HALF, by=world.eve.actor, at=AT)


def leave(world: World) -> None:
    actions.leave(member=world.mo.id, by=job("people"), at=AT)


def intake(world: World) -> None:
    desk(world.sara, world.mo)


def ask(world: World) -> None:
    asked(world.owner)


def packet(world: World) -> None:
    said: Any = {"receiver": world.owner, "words": b"referred", "consent": bytes(32)}
    actions.seal_packet(**world.sara.opens(), **said, ends_at=AT + timedelta(days=1))


def kept_already(act: Callable[[World], None]) -> bool:
    """Two ask something more when all is kept: about the pair of a desk, and which salts go."""
    if act is renew:
        return not Record.objects.filter(stale=True).exists()
    return act is leave and MemberKeys.objects.filter(sealed_bundle=b"").exists()


@pytest.mark.parametrize(
    "act",
    [
        renew, give, end, write, read_first, create, add_file, change_password, paper,
        begin_again, leave, intake, ask, packet,
    ],
)  # fmt: skip
def test_killed_before_any_statement_nothing_has_happened(
    world: World, act: Callable[[World], None]
) -> None:
    before, number, done = everything(), 0, False
    with commit_fails(), pytest.raises(OperationalError):
        act(world)
    assert everything() == before
    while not done:
        try:
            with killed_at(number):
                act(world)
            done = True
        except Killed:
            done = kept_already(act)
            assert done or everything() == before
            number += 1

    assert number > 3
    assert everything() != before
    assert make.read(world.sara, world.record, "note") == make.NOTE
    check_logbook()


def test_killed_anywhere_in_many_slices_each_record_is_before_or_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here what was done stays done, and the next run goes on from there."""
    monkeypatch.setattr(grants, "_HANDFUL", 1)
    more = [make.record(world.sara, world.mo, world.eve) for _ in range(2)]
    actions.end_access(**world.sara.opens(), record_ids=more, member=world.eve.id)
    number, seen = 1, set()
    while left := Record.objects.filter(stale=True).count():
        try:
            with killed_at(number):
                renew(world)
        except Killed:
            seen.add(left - Record.objects.filter(stale=True).count())
            for grant in Grant.objects.select_related("record"):
                assert grant.epoch == grant.record.epoch
            assert make.read(world.mo, world.record) == make.WORDS
        number += 1

    assert seen >= {0, 1}
    for one in (world.sara, world.mo):
        assert all(make.read(one, record) == make.WORDS for record in (world.record, *more))
    assert not any(make.can_read(world.eve, record) for record in (world.record, *more))
    check_logbook()


def test_a_file_is_on_its_record_and_in_its_row_or_in_neither(world: World) -> None:
    add_file(world)
    opened = actions.open_file(**world.sara.opens(), record_id=world.record, file_id=world.made[0])

    assert b"".join(opened.chunks) == PDF
    assert list(File.objects.values_list("id", flat=True)) == world.made
    assert Part.objects.filter(name=f"file {world.made[0].hex}").count() == 1
    eve, before = make.colleague(uuid4()), everything()["File"]
    with pytest.raises(actions.NoGrant):
        actions.add_file(**eve.opens(), record_id=world.record, name="brief.pdf", chunks=[PDF])
    assert everything()["File"] == before
