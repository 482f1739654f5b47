"""Members come, go, forget and are forgotten: at each step the right people open the right records.

A model of plain sets walks beside the vault; after every step each colleague tries each record.
"""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from samen.foundation.actor import job
from samen.vault import actions
from samen.vault.actions import LastHolder, NoGrant, NotYours
from samen.vault.engine import stretching
from samen.vault.engine.stretching import Cost
from samen.vault.models import CircleGrant, Grant, Part, Record
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague

# How many walks of how many steps; more by hand: EXAMPLES=100 STEPS=30 pytest ...
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
STEPS = int(os.environ.get("STEPS", "12"))
ORGANIZATION = UUID("5d1f0a42-9c1e-4f7b-8d52-1a2b3c4d5e6f")


@dataclass
class Known:
    """What should be true of one record."""

    words: bytes
    readers: set[UUID]
    emergency: set[UUID] = field(default_factory=set)
    stale: bool = False
    erased: bool = False


@dataclass
class World:
    people: dict[UUID, Colleague] = field(default_factory=dict)
    records: dict[UUID, Known] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)


class ComingAndGoing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # type: ignore[attr-defined]  # as a test of Django's own
        self.transaction.__enter__()
        self.world = World({one.id: one for one in make.team(3)})
        self.in_circle = set(self.world.people)
        self.circle = make.circle(ORGANIZATION, *self.world.people.values())
        make.keeping_spares(self.circle, *list(self.world.people.values())[:2])
        self.spares: set[UUID] = set()  # who gave the circle a spare of the keys she has

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def someone(self, data: st.DataObject) -> Colleague:
        # In the order in which they came: ids are others at each run, and a run is begun again.
        here = [one for one in self.world.people if one not in self.world.gone]
        return self.world.people[data.draw(st.sampled_from(here))]

    def some_record(self, data: st.DataObject) -> UUID:
        return data.draw(st.sampled_from(list(self.world.records)))

    @precondition(lambda self: len(self.world.records) < 4)
    @rule(data=st.data(), words=st.binary(max_size=40))
    def a_record_is_made(self, data: st.DataObject, words: bytes) -> None:
        author, other = self.someone(data), self.someone(data)
        made = make.record(author, other, words=words, owner=ORGANIZATION)
        self.world.records[made] = Known(words, {author.id, other.id})

    @precondition(lambda self: len(self.world.people) < 5)
    @rule()
    def a_colleague_comes(self) -> None:
        new = make.colleague()
        for one in self.world.people.values():
            if one.id not in self.world.gone:
                make.confirm(one, new)
                make.confirm(new, one)
        self.world.people[new.id] = new

    @precondition(lambda self: self.world.records)
    @rule(data=st.data())
    def somebody_gives_access(self, data: st.DataObject) -> None:
        giver, other, record = self.someone(data), self.someone(data), self.some_record(data)
        known = self.world.records[record]
        may = giver.id in known.readers and not known.erased
        try:
            actions.give_access(**giver.opens(), record_ids=[record], member=other.id)
        except (NoGrant, NotYours):
            assert not may
        else:
            assert may
            known.readers.add(other.id)
            known.emergency.discard(other.id)

    @precondition(lambda self: self.world.records)
    @rule(data=st.data())
    def somebody_ends_access(self, data: st.DataObject) -> None:
        one, other, record = self.someone(data), self.someone(data), self.some_record(data)
        known = self.world.records[record]
        may = one.id in known.readers and not known.erased
        try:
            actions.end_access(**one.opens(), record_ids=[record], member=other.id)
        except (NoGrant, NotYours):
            assert not may
        except LastHolder:
            assert not known.readers - {other.id}
        else:
            assert may
            known.stale |= other.id in known.readers | known.emergency
            known.readers.discard(other.id)
            known.emergency.discard(other.id)

    @precondition(lambda self: self.world.records)
    @rule(data=st.data(), words=st.binary(max_size=40))
    def somebody_writes(self, data: st.DataObject, words: bytes) -> None:
        one, record = self.someone(data), self.some_record(data)
        known = self.world.records[record]
        try:
            actions.write_parts(
                **one.opens(), record_id=record, parts={"page": actions.Words(words)}
            )
        except NoGrant:
            assert one.id not in known.readers | known.emergency or known.erased
        else:
            assert one.id in known.readers | known.emergency
            known.words = words
            known.stale = False
            assert not Record.objects.get(pk=record).stale

    @rule(data=st.data(), limit=st.integers(1, 2))
    def somebody_goes_on_with_the_new_keys(self, data: st.DataObject, limit: int) -> None:
        one = self.someone(data)
        hers = [k for k in self.world.records.values() if one.id in k.readers and not k.erased]
        stale = [known for known in hers if known.stale]
        progress = actions.reencrypt(**one.opens(), limit=limit)
        assert progress.done == min(limit, len(stale))
        assert progress.left == len(stale) - progress.done
        for record, known in self.world.records.items():
            if not known.erased:
                known.stale = Record.objects.get(pk=record).stale

    @rule(data=st.data())
    def somebody_forgets_her_password_and_has_her_code(self, data: st.DataObject) -> None:
        one = self.someone(data)
        code = actions.make_recovery_code(**one.opens())
        half = uuid4().bytes * 2
        halfway = actions.recover(code=code, password_half=half, by=one.actor, at=AT)
        self.world.people[one.id] = make.opened(half, halfway, one.actor)

    @rule(data=st.data())
    def somebody_gives_the_circle_a_spare_key(self, data: st.DataObject) -> None:
        one = self.someone(data)
        try:
            actions.give_spare(**one.opens(), circle_id=self.circle)
        except NotYours:
            assert len(self.in_circle) < 2
        else:
            assert len(self.in_circle) > 1
            self.spares.add(one.id)

    @rule(data=st.data())
    def somebody_takes_her_spare_key_back(self, data: st.DataObject) -> None:
        one = self.someone(data)
        actions.take_back_spare(**one.opens())
        self.spares.discard(one.id)

    @rule(data=st.data())
    def somebody_loses_everything(self, data: st.DataObject) -> None:
        """New keys, which two colleagues confirm. Two of the circle hand her the spare key, or
        who can read gives access anew."""
        one, half = self.someone(data), uuid4().bytes * 2
        before = [k for k in self.world.records.values() if one.id in k.readers and not k.erased]
        halfway = actions.begin_again(password_half=half, by=one.actor, at=AT)
        anew = make.opened(half, halfway, one.actor)
        self.world.people[one.id] = anew
        others = [p for p in self.world.people.values() if p.id not in {one.id, *self.world.gone}]
        self.in_circle.discard(one.id)
        for known in self.world.records.values():
            known.readers.discard(one.id)
            known.emergency.discard(one.id)
        for other in others:
            make.confirm(other, anew)
            make.confirm(anew, other)
        if self.handed_by_two(anew):
            for known in before:
                known.readers.add(anew.id)
        for record, known in self.world.records.items():
            self.given_anew(record, known, anew, others)

    def handed_by_two(self, anew: Colleague) -> bool:
        """Whether she reads everything again, by the spare key."""
        two = [self.world.people[one] for one in sorted(self.in_circle)][:2]
        has = anew.id in self.spares
        self.spares.discard(anew.id)
        if len(two) < 2:
            return False
        asked: dict[str, Any] = {"circle_id": self.circle, "member": anew.id, "reason": "x"}
        try:
            ask = actions.ask_for_spare(**two[0].opens(), **asked)
        except NoGrant:
            assert not has
            return False
        assert has
        with pytest.raises(actions.NotByTwo):
            actions.carry_out(**two[0].opens(), ask_id=ask)
        actions.agree_to_ask(**two[1].opens(), ask_id=ask, tell=set[UUID]().update)
        actions.carry_out(**{**two[0].opens(), "at": AT + timedelta(hours=72)}, ask_id=ask)
        actions.take_over(**anew.opens(), limit=50)
        return True

    def given_anew(
        self, record: UUID, known: Known, anew: Colleague, others: list[Colleague]
    ) -> None:
        lost = Grant.objects.filter(record=record, member=anew.id).exists()
        for other in others:
            if lost and other.id in known.readers and not known.erased:
                actions.give_access(**other.opens(), record_ids=[record], member=anew.id)
                known.readers.add(anew.id)
                return

    # New keys need a second person beside the one who gives: three always stay.
    @precondition(lambda self: len(set(self.world.people) - self.world.gone) > 3)
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        one = self.someone(data)
        self.in_circle.discard(one.id)
        self.spares.discard(one.id)
        reached = self.reached(but=one.id)
        alone = set(actions.leave(member=one.id, by=job("people"), at=AT))
        for record, known in self.world.records.items():
            if one.id in known.readers | known.emergency and not known.erased:
                stays = not known.readers - {one.id} and record not in reached
                assert (record in alone) == stays
                if not stays:
                    known.readers.discard(one.id)
                    known.emergency.discard(one.id)
                    known.stale = True
        self.world.gone.add(one.id)

    def reached(self, but: UUID | None = None) -> set[UUID]:
        """Records that two of the circle can open."""
        if len(self.in_circle - {but}) < 2:
            return set()
        grants = CircleGrant.objects.filter(circle=self.circle, epoch=F("record__epoch"))
        return set(grants.values_list("record", flat=True))

    def agreed_and_done(self, one: Colleague, other: Colleague, ask: UUID) -> None:
        actions.agree_to_ask(**other.opens(), ask_id=ask, tell=set[UUID]().update)
        actions.carry_out(**one.opens(), ask_id=ask)

    @precondition(lambda self: self.world.records)
    @rule(data=st.data(), hours=st.integers(1, 24))
    def two_open_a_record_in_an_emergency(self, data: st.DataObject, hours: int) -> None:
        one, other, record = self.someone(data), self.someone(data), self.some_record(data)
        known, reached = self.world.records[record], self.reached()
        ours = one.id != other.id and {one.id, other.id} <= self.in_circle
        may = ours and record in reached and one.id not in known.readers and not known.erased
        said: dict[str, Any] = {
            "circle_id": self.circle,
            "record_id": record,
            "reason": "x",
            "hours": hours,
        }
        try:
            ask = actions.ask_emergency(**one.opens(), **said)
            self.agreed_and_done(one, other, ask)
        except actions.VaultRefuses:
            assert not may
        else:
            assert may
            known.emergency.add(one.id)

    @rule()
    def every_emergency_is_over(self) -> None:
        actions.end_asks(by=job("end_asks"), at=AT + timedelta(hours=25))
        for known in self.world.records.values():
            known.stale |= bool(known.emergency)
            known.emergency.clear()

    @precondition(lambda self: self.world.records)
    @rule(data=st.data())
    def two_give_back_what_nobody_can_read(self, data: st.DataObject) -> None:
        one, other, record = self.someone(data), self.someone(data), self.some_record(data)
        new, known = self.someone(data), self.world.records[record]
        ours = one.id != other.id and {one.id, other.id} <= self.in_circle
        may = ours and record in self.reached() and not known.readers and not known.erased
        said: dict[str, Any] = {
            "circle_id": self.circle,
            "record_ids": [record],
            "member": new.id,
            "reason": "x",
        }
        try:
            ask = actions.ask_to_give_back(**one.opens(), **said)
            self.agreed_and_done(one, other, ask)
        except actions.VaultRefuses:
            assert not may
        else:
            assert may
            known.readers.add(new.id)
            known.emergency.discard(new.id)

    @precondition(lambda self: self.world.records)
    @rule(data=st.data())
    def a_record_is_erased(self, data: st.DataObject) -> None:
        record = self.some_record(data)
        actions.erase_records(record_ids=[record], by=job("retention"), at=AT)
        self.world.records[record].erased = True

    @invariant()
    def the_right_people_open_the_right_records(self) -> None:
        for record, known in self.world.records.items():
            for one in self.world.people.values():
                may = one.id in known.readers | known.emergency and not known.erased
                try:
                    assert make.read(one, record) == known.words
                except actions.VaultRefuses:
                    assert not may
                else:
                    assert may


@pytest.mark.django_db
@pytest.mark.usefixtures("cheap")
def test_at_every_step_the_right_people_open_the_right_records() -> None:
    assert Cost(32, 1, 4) == stretching.FLOOR
    run(
        ComingAndGoing,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Killed(Exception):
    pass


def killed_at(number: int) -> Any:
    """The process ends before statement `number`."""
    left = iter(range(number))

    def execute(run_it: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return run_it(sql, params, many, context)

    return connection.execute_wrapper(execute)


def as_it_lies() -> list[Any]:
    """Every row of records, without what is sealed anew at each try."""
    return [
        list(Record.objects.order_by("id").values_list("id", "epoch", "stale")),
        list(Part.objects.order_by("id").values_list("id", "version", "sealed")),
        list(Grant.objects.order_by("record", "member").values_list("record", "member", "epoch")),
    ]


@pytest.mark.django_db(transaction=True)
def test_killed_before_any_statement_of_a_renewal_it_is_done_or_it_is_not() -> None:
    sara, mo, eve = make.team(3)
    record = make.record(sara, mo, eve, note=b"note")
    actions.end_access(**sara.opens(), record_ids=[record], member=eve.id)
    make.read(sara, record)
    make.read(mo, record)
    before, number = as_it_lies(), 0
    while Record.objects.get().stale:
        try:
            with killed_at(number):
                actions.reencrypt(**sara.opens(), limit=5)
        except Killed:
            assert as_it_lies() == before or not Record.objects.get().stale
            assert make.read(mo, record) == make.WORDS
        number += 1

    assert number > 15
    assert as_it_lies() != before
    for one in (sara, mo):
        assert make.read(one, record, "note") == b"note"
    assert not make.can_read(eve, record)


@pytest.mark.django_db(transaction=True)
def test_killed_before_any_statement_of_an_erasure_it_can_be_finished() -> None:
    sara = make.colleague()
    number = 0
    while True:
        record = make.record(sara)
        try:
            with killed_at(number):
                actions.erase_records(record_ids=[record], by=job("retention"), at=AT)
        except Killed:
            # Before the first salt is erased nothing has begun.
            begun = not make.can_read(sara, record)
            assert begun == (number > 0)
            assert actions.finish_erasures(by=job("retention"), at=AT) == begun
            assert Record.objects.exists() != begun
            actions.erase_records(record_ids=[record], by=job("retention"), at=AT)
            number += 1
        else:
            break
    assert number > 5
    actions.clean_disk()
    # Each that was carried through has left its mark, and with it the disk.
    assert actions.sweep_disk() > number
    assert actions.sweep_disk() == 0


@pytest.mark.django_db(transaction=True)
def test_killed_before_any_statement_of_a_writing_the_old_words_stay() -> None:
    sara = make.colleague()
    record, number, words = make.record(sara), 0, make.WORDS
    while words == make.WORDS:
        try:
            with killed_at(number):
                actions.write_parts(
                    **sara.opens(), record_id=record, parts={"page": actions.Words(b"new")}
                )
        except Killed:
            number += 1
        words = make.read(sara, record)
    assert number > 5
    assert words == b"new"
