"""Holders of a desk come and go, conversations, packets and files with them: as for records.

A model of plain sets walks beside the vault. After every step each colleague tries to open each
thing, and each receipt that ever was is tried.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from samen.foundation.actor import job, visitor
from samen.vault import actions
from samen.vault.actions import HalfOpen, LastHolder, NoGrant, NotYours, VaultRefuses, Words
from samen.vault.models import Intake
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague
from samen.vault.tests.test_coming_and_going import EXAMPLES, STEPS

A_FEW = 2
LATER = AT.replace(year=2027)


@dataclass
class Kept:
    """A record that people hold: the pair of a desk, or a case with its file."""

    holders: set[UUID]
    stale: bool = False


@dataclass
class Talk:
    """A conversation: of which pair its desk needs the key, and what was said."""

    pair: UUID
    receipts: list[str]
    said: list[bytes] = field(default_factory=list)


@dataclass
class Sent:
    pair: UUID
    words: bytes


class AtADesk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # type: ignore[attr-defined]  # as a test of Django's own
        self.transaction.__enter__()
        self.people = {one.id: one for one in make.team(4)}
        self.gone: set[UUID] = set()
        self.owner = uuid4()
        self.pairs: dict[UUID, Kept] = {}  # by the record of the pair
        self.cases: dict[UUID, Kept] = {}
        self.files: dict[UUID, tuple[UUID, bytes]] = {}  # by case
        self.talks: dict[UUID, Talk] = {}
        self.packets: dict[UUID, Sent] = {}
        first, second, *_others = self.people.values()
        said: Any = {"owner": self.owner, "holders": [second.id]}
        actions.make_intake(**first.opens(), **said)
        self.pairs[self.present()] = Kept({first.id, second.id})

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def present(self) -> UUID:
        return Intake.objects.get(owner=self.owner, retired_at=None).record_id

    # In the order in which they came: ids are others at each run, and a run is begun again.
    def someone(self, data: st.DataObject) -> Colleague:
        return self.people[
            data.draw(st.sampled_from([one for one in self.people if one not in self.gone]))
        ]

    def something(self, data: st.DataObject) -> tuple[UUID, Kept]:
        kept = self.pairs | self.cases
        one = data.draw(st.sampled_from(list(kept)))
        return one, kept[one]

    @rule(data=st.data())
    def another_pair_is_made(self, data: st.DataObject) -> None:
        one, other = self.someone(data), self.someone(data)
        may = one.id in self.pairs[self.present()].holders and one.id != other.id
        said: Any = {"owner": self.owner, "holders": [other.id]}
        if passes(lambda: actions.make_intake(**one.opens(), **said), NotYours) != may:
            raise AssertionError(may)
        if may:
            self.pairs[self.present()] = Kept({one.id, other.id})

    @precondition(lambda self: len(self.talks) < A_FEW)
    @rule(words=st.binary(max_size=30))
    def a_visitor_asks(self, words: bytes) -> None:
        made = actions.open_mailbox(owner=self.owner, words=Words(words), by=visitor(), at=AT)
        self.talks[made.id] = Talk(self.present(), [made.receipt], [words])

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), words=st.binary(max_size=30))
    def somebody_answers(self, data: st.DataObject, words: bytes) -> None:
        one, talk = self.someone(data), data.draw(st.sampled_from(list(self.talks)))
        known = self.talks[talk]
        may = one.id in self.pairs[known.pair].holders
        said: Any = {"mailbox_id": talk, "words": Words(words)}
        assert passes(lambda: actions.write_at_desk(**one.opens(), **said), NoGrant) == may
        known.said += [words] * may

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), words=st.binary(max_size=30), changes=st.booleans())
    def the_visitor_comes_back(self, data: st.DataObject, words: bytes, *, changes: bool) -> None:
        known = self.talks[data.draw(st.sampled_from(list(self.talks)))]
        hers = halves(actions.find_mailbox(receipt=known.receipts[-1], at=AT))
        actions.write_by_receipt(**hers, words=Words(words))
        known.said.append(words)
        if changes:
            known.receipts.append(actions.change_receipt(**hers))

    @precondition(lambda self: len(self.packets) < A_FEW)
    @rule(data=st.data(), words=st.binary(max_size=30))
    def somebody_refers(self, data: st.DataObject, words: bytes) -> None:
        said: Any = {"receiver": self.owner, "words": Words(words), "consent": bytes(32)}
        packet = actions.seal_packet(**self.someone(data).opens(), **said, ends_at=LATER)
        self.packets[packet] = Sent(self.present(), words)

    @precondition(lambda self: len(self.cases) < A_FEW)
    @rule(data=st.data())
    def a_case_with_a_file_is_made(self, data: st.DataObject) -> None:
        author, other = self.someone(data), self.someone(data)
        case = make.record(author, other)
        self.cases[case] = Kept({author.id, other.id})
        content = f"a letter {case}".encode()
        said: Any = {"record_id": case, "name": "a.txt", "chunks": [content]}
        self.files[case] = actions.add_file(**author.opens(), **said), content

    @rule(data=st.data())
    def somebody_lets_another_in(self, data: st.DataObject) -> None:
        one, other, (record, kept) = self.someone(data), self.someone(data), self.something(data)
        said: Any = {"record_ids": [record], "member": other.id}
        may = one.id in kept.holders
        assert passes(lambda: actions.give_access(**one.opens(), **said), NoGrant) == may
        kept.holders |= {other.id} if may else set()

    @rule(data=st.data())
    def somebody_ends_the_access_of_another(self, data: st.DataObject) -> None:
        one, other, (record, kept) = self.someone(data), self.someone(data), self.something(data)
        said: Any = {"record_ids": [record], "member": other.id}
        may = one.id in kept.holders and bool(kept.holders - {other.id})
        refused = (NoGrant, LastHolder)
        assert passes(lambda: actions.end_access(**one.opens(), **said), *refused) == may
        if may:
            kept.stale |= other.id in kept.holders
            kept.holders.discard(other.id)

    @rule(data=st.data())
    def somebody_gives_new_keys(self, data: st.DataObject) -> None:
        """And the desk another pair, when somebody knows the one of now who left."""
        one, before = self.someone(data), self.present()
        hers = [k for k in (self.pairs | self.cases).values() if one.id in k.holders and k.stale]
        kept = self.pairs[before]
        due = kept in hers and len(kept.holders) > 1
        assert actions.reencrypt(**one.opens(), limit=50).done == len(hers)
        for known in hers:
            known.stale = False
        if self.present() != before:
            assert one.id in kept.holders
            self.pairs[self.present()] = Kept(set(kept.holders))
        assert not due or self.present() != before

    @precondition(lambda self: len(self.people) - len(self.gone) > A_FEW)
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        one = self.someone(data)
        self.gone.add(one.id)
        alone = actions.leave(member=one.id, by=job("people"), at=AT)
        for record, kept in (self.pairs | self.cases).items():
            if one.id in kept.holders:
                assert (record in alone) == (kept.holders == {one.id})
                kept.stale |= record not in alone
                kept.holders -= set() if record in alone else {one.id}

    @precondition(lambda self: self.talks or self.packets or self.cases)
    @rule(data=st.data())
    def something_is_erased(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from([*self.talks, *self.packets, *self.cases]))
        by: Any = {"by": job("retention"), "at": AT}
        if one in self.talks:
            actions.erase_mailboxes(mailbox_ids=[one], **by)
            self.nobody_reads(lambda who: at_desk(who, one))
            self.opens_nothing(self.talks.pop(one).receipts)
        elif one in self.packets:
            actions.erase_packets(packet_ids=[one], **by)
            self.nobody_reads(lambda who: packet(who, one))
            del self.packets[one]
        else:
            actions.erase_records(record_ids=[one], **by)
            file, _content = self.files.pop(one)
            self.nobody_reads(lambda who: file_of(who, one, file))
            del self.cases[one]

    def nobody_reads(self, read: Callable[[Colleague], object]) -> None:
        assert not [one for one in self.people.values() if opened(read, one) is not None]

    def opens_nothing(self, receipts: list[str]) -> None:
        for receipt in receipts:
            with pytest.raises(NoGrant):
                actions.find_mailbox(receipt=receipt, at=AT)

    @invariant()
    def exactly_the_right_people_open_exactly_the_right_things(self) -> None:
        for one in self.people.values():
            for talk, said in self.talks.items():
                may = one.id in self.pairs[said.pair].holders
                assert opened(at_desk, one, talk) == (said.said if may else None)
            for sent, known in self.packets.items():
                may = one.id in self.pairs[known.pair].holders
                assert opened(packet, one, sent) == (known.words if may else None)
            for case, (file, content) in self.files.items():
                may = one.id in self.cases[case].holders
                assert opened(file_of, one, case, file) == (content if may else None)

    @invariant()
    def the_newest_receipt_opens_and_no_other(self) -> None:
        for talk in self.talks.values():
            *old, newest = talk.receipts
            self.opens_nothing(old)
            hers = halves(actions.find_mailbox(receipt=newest, at=AT))
            assert [letter.words for letter in actions.read_by_receipt(**hers)] == talk.said


def passes(act: Callable[[], object], *refused: type[VaultRefuses]) -> bool:
    try:
        act()
    except refused:
        return False
    return True


def halves(found: HalfOpen) -> dict[str, Any]:
    return {"session": found.session, "half": found.half, "at": AT}


def opened(read: Callable[..., object], *said: Any) -> object:
    """None for who may not."""
    try:
        return read(*said)
    except VaultRefuses:
        return None


def at_desk(one: Colleague, talk: UUID) -> object:
    return [letter.words for letter in actions.read_at_desk(**one.opens(), mailbox_id=talk)]


def packet(one: Colleague, sent: UUID) -> object:
    return actions.open_packet(**one.opens(), packet_id=sent).words


def file_of(one: Colleague, case: UUID, file: UUID) -> object:
    return b"".join(actions.open_file(**one.opens(), record_id=case, file_id=file).chunks)


@pytest.mark.django_db
@pytest.mark.usefixtures("cheap")
def test_at_every_step_the_right_people_open_the_right_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.VAULT_FILES", tmp_path / "files")
    run(
        AtADesk,
        settings=settings(
            max_examples=max(EXAMPLES // 2, 1),  # twice the work of those beside it
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
