from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from samen.audit import actions, queries
from samen.audit.actions import LogbookStopped
from samen.audit.engine import chain, key_files, sealing
from samen.audit.engine.chain import Tip
from samen.audit.models import Entry, EntryObject, Head, State
from samen.audit.rules import Action, LifeCycle, NotACode, Outcome
from samen.audit.tests import make
from samen.audit.tests.make import NOON, some_id
from samen.foundation.actor import Actor, ActorKind, job, visitor

pytestmark = pytest.mark.django_db


# What a line says


def test_a_line_says_who_did_what_to_which_record_and_when() -> None:
    actions.record(
        verb="case read", kind="case", record_id=some_id(2), by=job("import_map"), at=NOON
    )
    entry = Entry.objects.get()

    assert entry.seq == 1
    assert (entry.event_type, entry.object_type) == ("case read", "case")
    assert entry.object_id == some_id(2)
    assert (entry.user_kind, entry.user_id) == ("job", job("import_map").id)
    assert entry.event_date_time == NOON
    assert (entry.event_action_code, entry.event_outcome) == ("U", 0)


def test_a_line_says_the_rest_of_the_norm_when_it_is_known() -> None:
    make.line(
        action=Action.READ,
        outcome=Outcome.MINOR_FAILURE,
        life_cycle=LifeCycle.DISCLOSURE,
        role="medical volunteer",
        purpose="treatment",
        on_behalf_of=some_id(3),
        sensitivity="medical",
        details=bytes(32),
    )
    entry = Entry.objects.get()

    assert (entry.event_action_code, entry.event_outcome, entry.life_cycle) == ("R", 4, 11)
    assert (entry.role, entry.purpose) == ("medical volunteer", "treatment")
    assert (entry.on_behalf_of, entry.sensitivity) == (some_id(3), "medical")
    assert bytes(entry.details or b"") == bytes(32)


def test_a_line_names_many_records_each_once() -> None:
    ids = [some_id(k) for k in range(5)]
    entry = make.line(record_id=None, objects=[*ids, ids[0]])

    named = EntryObject.objects.filter(entry_seq=entry.seq).values_list("object_id", flat=True)
    assert sorted(named) == sorted(ids)
    assert entry.object_id is None


def test_a_line_for_each_record_is_as_if_it_was_written_alone() -> None:
    make.line()
    states = {some_id(k): bytes([k]) * 32 for k in range(2, 120)}
    said: Any = {"kind": "case", "sensitivity": "social", "by": job("tests"), "at": NOON}
    actions.record_each(verb="case sealed anew", states=states, **said)
    make.line(objects=[some_id(1), some_id(2)])

    kept = Entry.objects.filter(event_type="case sealed anew")
    assert {line.object_id: bytes(line.details or b"") for line in kept} == states
    assert sorted(line.seq for line in kept) == list(range(2, 120))
    assert queries.newest_hashes(states, kind="case") == states
    assert queries.check_logbook().lines == 120
    alone = actions.record(
        verb="case sealed anew", record_id=some_id(2), details=bytes([2]) * 32, **said
    )
    same = ("event_action_code", "event_outcome", "event_type", "user_id", "sensitivity")
    assert [getattr(kept[0], name) for name in same] == [getattr(alone, name) for name in same]


def test_no_record_and_words_about_people_leave_no_line() -> None:
    said: Any = {"kind": "case", "sensitivity": "social", "by": job("tests"), "at": NOON}
    with transaction.atomic():
        actions.record_each(verb="case sealed anew", states={}, **said)
    for wrong in ({"verb": "Fatima called"}, {"states": {some_id(1): b"Fatima"}}):
        with pytest.raises(NotACode):
            actions.record_each(
                **{"verb": "sealed", "states": {some_id(1): bytes(32)}} | said | wrong
            )

    assert not Entry.objects.exists()


@pytest.mark.parametrize("kind", [ActorKind.VISITOR, ActorKind.RECEIPT])
def test_of_a_visitor_the_day_is_kept_and_not_the_hour(kind: ActorKind) -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # in Amsterdam it is the next day
    make.line(by=Actor(kind, visitor().id), at=late)

    assert Entry.objects.get().event_date_time == datetime(2026, 11, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        {"verb": "Fatima called"},
        {"verb": ""},
        {"verb": "a" * 61},
        {"kind": "case/1"},
        {"kind": ""},
        {"role": "her sister, who"},
        {"purpose": "moet snel, weg"},
        {"sensitivity": "طبي"},
        {"details": b"she said"},
    ],
)
def test_words_about_people_do_not_get_in(said: dict[str, Any]) -> None:
    with pytest.raises(NotACode) as refused:
        make.line(**said)

    assert not any(str(word) in str(refused.value) for word in said.values() if word)
    assert not Entry.objects.exists()


# In one transaction with what it tells


class SecondThoughts(Exception):
    """Raised by the caller, after its line."""


@transaction.atomic
def write_and_think_again() -> None:
    make.line()
    raise SecondThoughts


@pytest.mark.django_db(transaction=True)
def test_a_line_needs_a_transaction() -> None:
    with pytest.raises(LogbookStopped, match="there is none"):
        make.line()

    assert not Entry.objects.exists()
    assert not State.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_line_and_no_gap() -> None:
    make.lines(3)
    with pytest.raises(SecondThoughts):
        write_and_think_again()
    with transaction.atomic():
        make.line()
        with pytest.raises(SecondThoughts):
            write_and_think_again()  # in a savepoint
        make.line()

    assert list(Entry.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2, 3, 4, 5]
    assert queries.check_logbook(first_key=make.first_key()).lines == 5


@pytest.mark.django_db(transaction=True)
def test_a_first_line_that_is_rolled_back_leaves_nothing_begun() -> None:
    with pytest.raises(SecondThoughts):
        write_and_think_again()

    assert not State.objects.exists()
    make.lines(1)
    assert queries.check_logbook(first_key=make.first_key()).lines == 1


@pytest.mark.django_db(transaction=True)
def test_stopped_between_line_and_state_neither_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    make.lines(2)
    state = State.objects.values().get()

    def stop(*_: object, **__: object) -> None:
        assert Entry.objects.count() == 3, "the line is written by now"
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal", stop)
        with pytest.raises(KeyboardInterrupt):
            make.lines(1)

    assert Entry.objects.count() == 2
    assert State.objects.values().get() == state
    assert queries.check_logbook(first_key=make.first_key()).lines == 2


@pytest.mark.django_db(transaction=True)
def test_what_has_no_line_is_not_written_though_the_fault_be_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.lines(1)
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(sealing, "seal", lambda *_, **__: 1 / 0)
        EntryObject.objects.create(entry_seq=1, object_id=some_id())  # the caller's own write
        with pytest.raises(ZeroDivisionError):
            make.line()

    assert not EntryObject.objects.exists()


def test_without_the_secret_nothing_is_written(settings: Settings) -> None:
    make.line()
    settings.SECRET_KEY = "another one"  # noqa: S105 opens nothing
    with pytest.raises(LogbookStopped, match="No secret"), transaction.atomic():
        make.line()

    assert Entry.objects.count() == 1


def test_a_renewed_secret_goes_on_when_the_one_before_is_still_known(
    settings: Settings,
) -> None:
    make.line()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"  # noqa: S105 opens nothing
    make.line()
    settings.SECRET_KEY_FALLBACKS = []
    make.line()

    assert queries.check_logbook(first_key=make.first_key()).lines == 3


def test_when_the_note_of_the_last_line_is_gone_nothing_is_written() -> None:
    make.line()
    make.without_triggers()
    State.objects.all().delete()

    with pytest.raises(LogbookStopped, match="is gone"), transaction.atomic():
        make.line()


def test_when_the_first_key_cannot_be_kept_nothing_is_written(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.DATA = tmp_path / "file"  # a file where the folder should be

    with pytest.raises(OSError, match="file"), transaction.atomic():
        make.line()
    assert not State.objects.exists()


# The keys


def test_no_key_of_before_is_in_any_table() -> None:
    make.lines(20)
    key = make.first_key()
    keys = [key, *(key := chain.evolve(key) for _ in range(20))]
    stored = [
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for table in make.TABLES
        for row in make.sql(f"SELECT * FROM {table}")  # noqa: S608 names of our own
        for value in row
    ]
    tips = [
        Tip(entry.seq, bytes(entry.link), bytes(entry.mac))
        for entry in Entry.objects.order_by("seq")
    ]
    opened = [
        found
        for tip in tips
        for value in stored
        if (found := queries.present_key(value, after=tip)) is not None
    ]

    assert not any(key in value or key.hex().encode() in value for key in keys for value in stored)
    assert opened == [keys[20]], "one key can be opened: that of the line to come"


def test_the_file_of_the_first_key_is_not_needed_to_go_on(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    make.line()
    first_key = make.first_key()
    (tmp_path / key_files.FIRST_KEY).unlink()
    make.line()

    assert not (tmp_path / key_files.FIRST_KEY).exists()
    assert queries.check_logbook(first_key=first_key).lines == 2


# Signed heads


def test_a_head_covers_every_line_and_its_own_signing() -> None:
    make.lines(3)
    head = make.head(at=NOON + timedelta(microseconds=5))
    last = Entry.objects.get(seq=4)

    assert (head.number, head.seq, last.event_type) == (1, 4, "head signed")
    assert bytes(head.link) == bytes(last.link)
    assert queries.signed(Head.objects.get()).is_signed()
    assert make.head().number == 2


def test_a_head_is_told_as_plain_text() -> None:
    with pytest.raises(Head.DoesNotExist):
        queries.todays_head_text()
    make.head()
    text = queries.todays_head_text()

    assert "Lines: 1\n" in text
    assert actions.make_signing_key().hex() in text
    assert queries.signed(Head.objects.get()).words in " ".join(text.split())


def test_a_head_does_not_vouch_for_a_line_that_was_changed() -> None:
    make.lines(3)
    make.without_triggers()
    Entry.objects.filter(seq=3).update(link=bytes(32))

    with pytest.raises(LogbookStopped, match="Line 3 is not as it was written"):
        make.head()
    Entry.objects.filter(seq=3).delete()
    with pytest.raises(LogbookStopped, match="Line 3"):
        make.head()
