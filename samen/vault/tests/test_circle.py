"""The circle of an organisation: two open what nobody else can, one of them opens nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from samen.audit.models import Entry, EntryObject
from samen.foundation.actor import Actor, ActorKind, job
from samen.vault import actions, queries
from samen.vault.actions import (
    AlreadyOne,
    Altered,
    LastHolder,
    NoGrant,
    NoReason,
    NotByTwo,
    NotConfirmed,
    NotYours,
    Over,
    circles,
)
from samen.vault.engine import pairs
from samen.vault.engine.hybrid import KeyPair
from samen.vault.models import (
    Ask,
    AskReader,
    Circle,
    CircleGrant,
    CircleMember,
    Grant,
    Half,
    MemberKeys,
    Notice,
    Record,
)
from samen.vault.tests import make
from samen.vault.tests.make import AT, WORDS, Colleague
from samen.vault.tests.test_coming_and_going import Killed, killed_at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REASON = "She is in hospital and nobody of the team answers."
ORGANIZATION = UUID("5d1f0a42-9c1e-4f7b-8d52-1a2b3c4d5e6f")


class Scene:
    """Sara keeps a record. Mo, Ada and Eve are the circle of her organisation."""

    def __init__(self, size: int = 3) -> None:
        self.sara, *self.circle = make.team(size + 1)
        self.mo, self.ada = self.circle[:2]
        self.id = make.circle(ORGANIZATION, *self.circle)
        self.record = make.record(self.sara, owner=ORGANIZATION)
        self.told: list[UUID] = []

    def ask(self, one: Colleague | None = None, **said: Any) -> UUID:
        asked = {"record_id": self.record, "reason": REASON, "hours": 4, **said}
        one = one or self.mo
        return actions.ask_emergency(**{**one.opens(), "circle_id": self.id, **asked})

    def agree(self, ask: UUID, one: Colleague | None = None, after: timedelta = HOUR) -> None:
        actions.agree_to_ask(**later(one or self.ada, after), ask_id=ask, tell=self.told.extend)

    def carry_out(self, ask: UUID, one: Colleague | None = None, after: timedelta = HOUR) -> None:
        actions.carry_out(**later(one or self.mo, after), ask_id=ask)

    def opened(self) -> UUID:
        ask = self.ask()
        self.agree(ask)
        self.carry_out(ask)
        return ask


def later(one: Colleague, after: timedelta) -> dict[str, Any]:
    return {**one.opens(), "at": AT + after}


def reads(one: Colleague, record: UUID, after: timedelta = HOUR) -> bool:
    try:
        pages = actions.open_record(**later(one, after), record_id=record)
    except actions.VaultRefuses:
        return False
    return pages["page"].words == WORDS


def verbs(about: UUID) -> list[str]:
    lines = Entry.objects.filter(object_id=about).order_by("seq")
    return list(lines.values_list("event_type", flat=True))


# The circle itself


def test_a_circle_works_from_the_second_who_joins() -> None:
    mo, ada, eve = make.team(3)
    circle = make.circle(ORGANIZATION, mo, ada, eve, join=False)
    assert circles.working(ORGANIZATION) is None
    before = make.record(mo, owner=ORGANIZATION)
    assert not CircleGrant.objects.exists()

    actions.join_circle(**ada.opens(), circle_id=circle)
    after = make.record(mo, owner=ORGANIZATION)
    assert list(CircleGrant.objects.values_list("record", flat=True)) == [after]
    assert actions.reach_circle(**mo.opens(), limit=5) == 1
    assert actions.reach_circle(**mo.opens(), limit=5) == 0
    assert circles.within_reach([before, after]) == {before, after}
    assert verbs(circle) == ["circle founded", "circle joined"]
    [seen] = queries.circles()
    assert {one.member: one.joined for one in seen.members} == {
        mo.id: True,
        ada.id: True,
        eve.id: False,
    }
    assert seen.works


def test_one_alone_is_no_circle_and_a_working_one_is_not_replaced() -> None:
    mo, ada = make.team(2)
    with pytest.raises(NotYours):
        make.circle(ORGANIZATION, mo)
    make.circle(ORGANIZATION, mo, ada)
    with pytest.raises(NotYours):
        make.circle(ORGANIZATION, ada, mo)


def test_one_that_waits_for_its_second_member_goes_only_when_that_is_said() -> None:
    mo, ada, eve = make.team(3)
    waits = make.circle(ORGANIZATION, mo, ada, join=False)
    said: dict[str, Any] = {"owner": ORGANIZATION, "name": "x", "members": [mo.id]}
    for instead in (None, uuid4()):
        with pytest.raises(AlreadyOne):
            actions.found_circle(**eve.opens(), **said, instead_of=instead)
    assert verbs(waits) == ["circle founded"]
    new = actions.found_circle(**eve.opens(), **said, instead_of=waits)
    assert verbs(waits) == ["circle founded", "circle replaced"]
    assert [one.id for one in queries.circles()] == [new]
    with pytest.raises(NotYours):
        actions.join_circle(**ada.opens(), circle_id=waits)


def test_nobody_is_in_a_circle_whose_six_words_were_not_compared() -> None:
    mo, ada = make.team(2)
    stranger = make.colleague()
    make.confirm(mo, stranger)
    with pytest.raises(NotConfirmed):
        make.circle(ORGANIZATION, ada, stranger)
    circle = make.circle(ORGANIZATION, mo, ada, stranger, join=False)
    with pytest.raises(NotConfirmed) as needed:
        actions.join_circle(**ada.opens(), circle_id=circle)
    assert needed.value.members == {stranger.id}
    make.confirm(ada, stranger)
    actions.join_circle(**ada.opens(), circle_id=circle)


def test_who_was_not_asked_does_not_join_and_nobody_joins_for_another() -> None:
    mo, ada, eve = make.team(3)
    circle = make.circle(ORGANIZATION, mo, ada, join=False)
    for said in ({**eve.opens()}, {**ada.opens(), "by": eve.actor}, {**mo.opens()}):
        with pytest.raises(NotYours):
            actions.join_circle(**said, circle_id=circle)
    with pytest.raises(NotYours):
        actions.join_circle(**ada.opens(), circle_id=uuid4())


def test_a_record_is_sealed_to_no_circle_that_its_author_does_not_know() -> None:
    scene = Scene()
    stranger = make.colleague()
    with pytest.raises(NotConfirmed) as needed:
        make.record(stranger, owner=ORGANIZATION)
    assert needed.value.members == {one.id for one in scene.circle}
    make.confirm(stranger, scene.ada)
    make.record(stranger, owner=ORGANIZATION)


def test_a_circle_that_was_changed_is_named_by_who_writes_for_its_team() -> None:
    scene = Scene()
    other = make.circle(uuid4(), *scene.circle)
    Circle.objects.filter(pk=scene.id).update(public=Circle.objects.get(pk=other).public)
    before = Record.objects.count()

    with pytest.raises(Altered):
        make.record(scene.ada, owner=ORGANIZATION)

    line = Entry.objects.get(event_type="writing found altered")
    assert (line.user_id, line.event_outcome) == (scene.ada.id, 8)
    assert EntryObject.objects.get(entry_seq=line.seq).object_id == ORGANIZATION
    assert Record.objects.count() == before


def test_nobody_in_the_circle_reads_anything_by_being_in_it() -> None:
    scene = Scene()
    for one in scene.circle:
        assert not reads(one, scene.record)
        for other in scene.circle:
            # And what lies in the table for her is no key of the circle.
            if one is not other:
                half = circles.my_half(one.keyring, scene.id, other.keyring.row)
                circle = Circle.objects.get()
                with pytest.raises(Altered):
                    circles.pair_of_circle(circle, half)


def test_each_two_of_the_circle_have_the_same_key_and_two_halves_of_others_do_not() -> None:
    scene = Scene()
    circle = Circle.objects.get()
    found = [
        circles.pair_of_circle(
            circle,
            pairs.joined(
                circles.my_half(one.keyring, scene.id, other.keyring.row),
                circles.my_half(other.keyring, scene.id, one.keyring.row),
            ),
        ).public.raw
        for one, other in combinations(scene.circle, 2)
    ]
    assert found == [bytes(circle.public)] * 3
    mo, ada, eve = scene.circle
    mixed = pairs.joined(
        circles.my_half(mo.keyring, scene.id, ada.keyring.row),
        circles.my_half(ada.keyring, scene.id, eve.keyring.row),
    )
    with pytest.raises(Altered):
        circles.pair_of_circle(circle, mixed)


def test_two_always_stay_and_who_goes_takes_her_halves_along() -> None:
    scene = Scene()
    eve = scene.circle[2]
    actions.leave_circle(**eve.opens(), circle_id=scene.id)
    assert not Half.objects.filter(keys=eve.keyring.row).exists()
    assert not Half.objects.filter(other=eve.keyring.row).exists()
    for one in (scene.mo, scene.sara):
        with pytest.raises((LastHolder, NotYours)):
            actions.leave_circle(**one.opens(), circle_id=scene.id)
    scene.opened()
    assert reads(scene.mo, scene.record)


def rolled_back_member(scene: Scene) -> None:
    eve = scene.circle[2]
    rows = list(CircleMember.objects.filter(member=eve.id).values())
    halves = list(Half.objects.filter(keys=eve.keyring.row).values())
    actions.leave_circle(**eve.opens(), circle_id=scene.id)
    CircleMember.objects.bulk_create(CircleMember(**row) for row in rows)
    Half.objects.bulk_create(Half(**half) for half in halves)


def another_key(_scene: Scene) -> None:
    Circle.objects.update(public=KeyPair.new().public.raw)


def forged_member(scene: Scene) -> None:
    CircleMember.objects.filter(member=scene.ada.id).update(
        member=scene.sara.id, keys=scene.sara.keyring.row
    )


def cut_half(_scene: Scene) -> None:
    for half in Half.objects.all():
        Half.objects.filter(pk=half.pk).update(sealed=bytes(half.sealed)[:-1])


def swapped_pair(_scene: Scene) -> None:
    Circle.objects.update(sealed_pair=b"\1" * 700)


@pytest.mark.parametrize(
    "move", [rolled_back_member, another_key, forged_member, cut_half, swapped_pair]
)
def test_a_circle_that_somebody_wrote_in_is_given_nothing_and_opens_nothing(
    move: Callable[[Scene], None],
) -> None:
    scene = Scene()
    ask = scene.ask()
    move(scene)

    with pytest.raises(Altered):
        make.record(scene.sara, owner=ORGANIZATION)
    with pytest.raises((Altered, NotYours)):
        scene.agree(ask)
    with pytest.raises((Altered, NotYours)):
        scene.ask()


# In an emergency


def test_two_open_a_record_for_some_hours_and_its_members_hear_it() -> None:
    scene = Scene()
    ask = scene.ask()
    assert not reads(scene.mo, scene.record)
    assert actions.read_reason(**scene.ada.opens(), ask_id=ask) == REASON
    scene.agree(ask)
    assert scene.told == [scene.sara.id]
    assert not reads(scene.mo, scene.record)
    scene.carry_out(ask)

    assert reads(scene.mo, scene.record)
    for nobody in (scene.ada, scene.circle[2]):
        assert not reads(nobody, scene.record)
    assert make.read(scene.sara, scene.record, f"reason {ask.hex}").decode() == REASON
    assert verbs(ask) == ["emergency asked", "reason read", "emergency agreed", "emergency done"]
    assert "emergency access opened" in verbs(scene.record)
    [notice] = queries.notices(scene.sara.id)
    assert (notice.asked_by, notice.agreed_by) == (scene.mo.id, scene.ada.id)
    assert notice.ends_at == AT + 5 * HOUR
    actions.see_notice(member=scene.mo.id, notice_id=notice.id, at=AT)
    assert len(queries.notices(scene.sara.id)) == 1
    actions.see_notice(member=scene.sara.id, notice_id=notice.id, at=AT)
    # She has read it, and can still end it as long as it is open.
    assert [one.seen for one in queries.notices(scene.sara.id)] == [True]
    actions.stop_ask(**scene.sara.opens(), ask_id=ask)
    assert queries.notices(scene.sara.id) == []


def test_it_ends_by_itself_and_what_is_written_next_is_under_a_new_key() -> None:
    scene = Scene()
    ask = scene.opened()
    before = AT + 5 * HOUR - timedelta(seconds=1)
    assert actions.end_asks(by=job("end_asks"), at=before) == 0
    assert reads(scene.mo, scene.record, 4 * HOUR)
    # At the hour it opens nothing, also before the worker came by.
    assert not reads(scene.mo, scene.record, 5 * HOUR)
    assert actions.end_asks(by=job("end_asks"), at=AT + 5 * HOUR) == 1
    assert actions.end_asks(by=job("end_asks"), at=AT + 5 * HOUR) == 0

    assert not Grant.objects.filter(member=scene.mo.id).exists()
    assert Record.objects.get().stale
    old = bytes(CircleGrant.objects.get().sealed)
    actions.write_parts(
        **later(scene.sara, 6 * HOUR), record_id=scene.record, parts={"n": actions.Words(b"new")}
    )
    record = Record.objects.get()
    assert (record.epoch, record.stale) == (2, False)
    assert bytes(CircleGrant.objects.get().sealed) != old
    assert make.read(scene.sara, scene.record, "n") == b"new"
    assert verbs(ask)[-1] == "emergency over"
    with pytest.raises(Over):
        scene.carry_out(ask, after=6 * HOUR)


def test_two_of_the_circle_can_do_it_again_after_the_new_key() -> None:
    scene = Scene()
    scene.opened()
    actions.end_asks(by=job("end_asks"), at=AT + 5 * HOUR)
    actions.reencrypt(**scene.sara.opens(), limit=5)
    ask = scene.ask(scene.circle[2])
    scene.agree(ask, scene.mo)
    scene.carry_out(ask, scene.circle[2])
    assert reads(scene.circle[2], scene.record)


def test_who_asks_does_not_agree_and_nobody_acts_on_what_nobody_agreed_to() -> None:
    scene = Scene()
    ask = scene.ask()
    with pytest.raises(NotByTwo):
        scene.agree(ask, scene.mo)
    with pytest.raises(NotByTwo):
        scene.carry_out(ask)
    for one in (scene.sara, make.colleague()):
        with pytest.raises(NotYours):
            scene.agree(ask, one)
        with pytest.raises(NotYours):
            scene.ask(one)
        with pytest.raises(NoGrant):
            actions.read_reason(**one.opens(), ask_id=ask)
    scene.agree(ask)
    for one in (scene.ada, scene.circle[2], scene.sara):
        with pytest.raises(NotYours):
            scene.carry_out(ask, one)
    with pytest.raises(Over):
        scene.agree(ask, scene.circle[2])
    assert scene.told == [scene.sara.id]
    assert Entry.objects.filter(event_type="agreeing refused").count() == 4


@pytest.mark.parametrize(
    "said", [{"reason": " "}, {"reason": "x" * 1001}, {"hours": 0}, {"hours": 25}]
)
def test_without_a_reason_or_for_longer_than_a_day_nobody_is_let_in(said: dict[str, Any]) -> None:
    with pytest.raises(NoReason):
        Scene().ask(**said)


def test_what_is_not_agreed_to_within_a_day_is_over() -> None:
    scene = Scene()
    ask = scene.ask()
    with pytest.raises(Over):
        scene.agree(ask, after=24 * HOUR)
    assert actions.end_asks(by=job("end_asks"), at=AT + 24 * HOUR) == 1
    assert not AskReader.objects.exists()
    with pytest.raises(Over):
        scene.agree(ask)


def test_what_was_done_is_not_done_again() -> None:
    scene = Scene()
    ask = scene.ask()
    scene.agree(ask)
    yesterday = Ask.objects.filter(pk=ask).values().get()
    readers = list(AskReader.objects.values())
    scene.carry_out(ask)
    with pytest.raises(Over):
        scene.carry_out(ask)
    actions.stop_ask(**scene.sara.opens(), ask_id=ask)
    assert not reads(scene.mo, scene.record)
    # Rows of before are put back: the logbook knows better.
    Ask.objects.filter(pk=ask).update(**yesterday)
    AskReader.objects.bulk_create(AskReader(**row) for row in readers)
    with pytest.raises(Altered):
        scene.carry_out(ask)
    assert not reads(scene.mo, scene.record)


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": 24},
        {"ends_at": AT + 90 * HOUR},
        {"member": uuid4},
        {"purpose": "give back"},
        {"sealed_reason": b"x" * 700},
        {"agreed_keys": "eve"},
        {"by_keys": "eve"},
        {"sealed_half": b"\1" * 1200},
        {"sealed_half": None},
        {"signature": b"\1" * 64},
        {"circle": None},
    ],
)
def test_not_a_word_of_what_was_agreed_to_can_be_changed(changed: dict[str, Any]) -> None:
    scene = Scene()
    eve = scene.circle[2]
    other = make.circle(uuid4(), scene.mo, scene.ada) if "circle" in changed else None
    known = {"eve": eve.keyring.row, None: other}
    said = {
        f"{name}_id" if name in {"agreed_keys", "by_keys", "circle"} else name: value()
        if callable(value)
        else known.get(value, value)
        if isinstance(value, str | None) and name != "purpose"
        else value
        for name, value in changed.items()
    }
    ask = scene.ask()
    scene.agree(ask)
    Ask.objects.filter(pk=ask).update(**said)

    for one in (scene.mo, eve):
        with pytest.raises((Altered, NotByTwo, NotYours)):
            scene.carry_out(ask, one)
        assert not reads(one, scene.record)


def test_another_record_in_the_place_of_the_one_that_was_asked_opens_nothing() -> None:
    scene = Scene()
    other = make.record(scene.sara, owner=ORGANIZATION)
    ask = scene.ask()
    scene.agree(ask)
    Ask.objects.get().records.set(Record.objects.filter(pk=other))
    with pytest.raises(Altered):
        scene.carry_out(ask)
    assert not reads(scene.mo, other)


@pytest.mark.parametrize("who", ["who asked", "who agreed"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_keys_that_were_replaced_or_left_meanwhile_open_nothing(who: str, when: str) -> None:
    scene = Scene()
    ask = scene.ask()
    one = scene.mo if who == "who asked" else scene.ada
    if when == "after":
        scene.agree(ask)
    if one is scene.mo:
        actions.begin_again(password_half=uuid4().bytes * 2, by=one.actor, at=AT)
    else:
        actions.leave(member=one.id, by=job("people"), at=AT)

    act = scene.carry_out if when == "after" else scene.agree
    with pytest.raises((Over, NotYours, Altered)):
        act(ask)
    assert not reads(scene.mo, scene.record)


def test_a_grant_of_the_circle_that_was_changed_or_is_of_another_record_opens_nothing() -> None:
    scene = Scene()
    other = make.record(scene.sara, owner=ORGANIZATION, words=b"other")
    [mine, theirs] = [CircleGrant.objects.get(record=one) for one in (scene.record, other)]
    for sealed in (theirs.sealed, bytes(mine.sealed)[:-1], b"", b"\1" * 1200):
        CircleGrant.objects.filter(record=scene.record).update(sealed=sealed)
        ask = scene.ask()
        scene.agree(ask)
        with pytest.raises(Altered):
            scene.carry_out(ask)
        actions.stop_ask(**scene.mo.opens(), ask_id=ask)
    assert not reads(scene.mo, scene.record)


def test_what_is_within_no_reach_is_not_asked_for() -> None:
    scene = Scene()
    elsewhere = make.record(scene.sara)
    for record in (elsewhere, uuid4()):
        with pytest.raises(NoGrant):
            scene.ask(record_id=record)
    with pytest.raises(NotYours):
        scene.ask(circle_id=uuid4())
    own = make.record(scene.mo, owner=ORGANIZATION)
    with pytest.raises(NotYours):
        scene.ask(record_id=own)


def test_who_reads_in_an_emergency_lets_nobody_in_and_puts_nobody_out() -> None:
    scene = Scene()
    scene.opened()
    for act in (actions.give_access, actions.end_access):
        with pytest.raises(NotYours):
            act(**scene.mo.opens(), record_ids=[scene.record], member=scene.ada.id)
    with pytest.raises(NotYours):
        actions.stop_ask(**make.colleague().opens(), ask_id=Ask.objects.get().pk)


def test_a_team_that_does_not_know_the_circle_member_still_gets_a_new_key() -> None:
    """Who reads in an emergency and is not known to who renews it has to ask again."""
    mo, ada, eve = make.team(3)
    sara = make.colleague()
    make.confirm(sara, ada)
    circle = make.circle(ORGANIZATION, mo, ada, eve)
    scene = Scene.__new__(Scene)
    scene.sara, scene.mo, scene.ada, scene.circle = sara, mo, ada, [mo, ada, eve]
    scene.id, scene.told = circle, []
    scene.record = make.record(sara, owner=ORGANIZATION)
    scene.opened()
    Record.objects.update(stale=True)
    actions.write_parts(
        **later(sara, HOUR), record_id=scene.record, parts={"page": actions.Words(b"new")}
    )
    assert make.read(sara, scene.record) == b"new"
    assert not make.can_read(mo, scene.record)


# When nobody can read it any more


def test_what_only_a_colleague_who_left_could_read_is_given_to_another() -> None:
    """G19: as many records as before."""
    scene = Scene()
    more = [make.record(scene.sara, owner=ORGANIZATION) for _ in range(2)]
    apart = make.record(scene.sara)
    ids = sorted([scene.record, *more])
    with pytest.raises(LastHolder):
        actions.ask_to_give_back(**give(scene, ids))
    assert actions.leave(member=scene.sara.id, by=job("people"), at=AT) == [apart]
    assert sorted(queries.orphaned(scene.id)) == ids

    ask = actions.ask_to_give_back(**give(scene, ids))
    scene.agree(ask)
    scene.carry_out(ask)
    new = scene.circle[2]
    assert all(reads(new, one) for one in ids)
    assert not any(reads(one, record) for one in (scene.mo, scene.ada) for record in ids)
    assert actions.reencrypt(**new.opens(), limit=5).done == 3
    assert queries.orphaned(scene.id) == []
    assert verbs(ask) == ["give back asked", "give back agreed", "give back done"]


def give(scene: Scene, ids: Sequence[UUID]) -> dict[str, Any]:
    said = {"record_ids": ids, "member": scene.circle[2].id, "reason": REASON}
    return {**scene.mo.opens(), "circle_id": scene.id, **said}


def test_who_lost_everything_gets_back_what_only_she_could_read() -> None:
    scene = Scene()
    half = uuid4().bytes * 2
    halves = actions.begin_again(password_half=half, by=scene.sara.actor, at=AT)
    sara = make.opened(half, halves, scene.sara.actor)
    said = {**give(scene, [scene.record]), "member": sara.id}
    with pytest.raises(NotConfirmed):
        actions.ask_to_give_back(**said)
    for one in scene.circle:
        make.confirm(one, sara)
        make.confirm(sara, one)
    ask = actions.ask_to_give_back(**said)
    scene.agree(ask)
    scene.carry_out(ask)
    assert reads(sara, scene.record)


def test_when_somebody_can_read_it_meanwhile_the_circle_gives_nothing() -> None:
    scene = Scene()
    actions.leave(member=scene.sara.id, by=job("people"), at=AT)
    first, second = (actions.ask_to_give_back(**give(scene, [scene.record])) for _ in range(2))
    for ask in (first, second):
        scene.agree(ask)
    scene.carry_out(first)
    with pytest.raises(LastHolder):
        scene.carry_out(second)


def test_who_agrees_has_compared_the_words_of_who_gets_it() -> None:
    """And gave her yes to those keys: others that come after it get nothing."""
    scene = Scene()
    actions.leave(member=scene.sara.id, by=job("people"), at=AT)
    newcomer = make.colleague()
    make.confirm(scene.mo, newcomer)
    said = {**give(scene, [scene.record]), "member": newcomer.id}
    ask = actions.ask_to_give_back(**said)
    with pytest.raises(NotConfirmed):
        scene.agree(ask)
    make.confirm(scene.ada, newcomer)
    scene.agree(ask)
    thief = (
        KeyPair.new().public.raw + bytes(MemberKeys.objects.get(member=newcomer.id).identity)[-32:]
    )
    MemberKeys.objects.filter(member=newcomer.id).update(identity=thief)
    make.confirm(scene.mo, newcomer)
    with pytest.raises(Altered):
        scene.carry_out(ask)


def test_a_circle_grows_by_two_and_who_has_new_keys_comes_in_again() -> None:
    scene = Scene(2)
    newcomer = make.colleague()
    for one in (scene.mo, scene.ada, scene.sara):
        make.confirm(one, newcomer)
        make.confirm(newcomer, one)
    said: dict[str, Any] = {"circle_id": scene.id, "member": newcomer.id, "reason": REASON}
    ask = actions.ask_to_add(**scene.mo.opens(), **said)
    scene.agree(ask)
    scene.carry_out(ask)
    actions.join_circle(**newcomer.opens(), circle_id=scene.id)
    with pytest.raises(NotYours):
        actions.ask_to_add(**scene.mo.opens(), **said)

    ask = scene.ask(newcomer)
    scene.agree(ask)
    scene.carry_out(ask, newcomer)
    assert reads(newcomer, scene.record)


# Killed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["agree", "carry out", "end"])
def test_killed_before_any_statement_it_is_done_or_it_is_not(step: str) -> None:
    scene = Scene(2)
    ask = scene.ask()
    if step != "agree":
        scene.agree(ask)
    if step == "end":
        scene.carry_out(ask)
    acts: dict[str, Callable[[], object]] = {
        "agree": lambda: scene.agree(ask),
        "carry out": lambda: scene.carry_out(ask),
        "end": lambda: actions.end_asks(by=job("end_asks"), at=AT + 9 * HOUR),
    }
    before, lines, number = as_it_lies(), verbs(ask), 0
    while True:
        try:
            with killed_at(number):
                acts[step]()
        except Killed:
            number += 1
            if as_it_lies() != before:  # killed after it was kept
                break
            assert verbs(ask) == lines
            assert reads(scene.mo, scene.record) == (step == "end")
        else:
            break
    assert number > 5
    assert as_it_lies() != before
    if step == "agree":
        scene.carry_out(ask)
    assert reads(scene.mo, scene.record) == (step != "end")
    assert reads(scene.sara, scene.record)


def as_it_lies() -> list[Any]:
    return [
        list(Ask.objects.values_list("id", "agreed_at", "done_at", "ended_at", "ends_at")),
        list(Notice.objects.values_list("member")),
        list(Grant.objects.order_by("member").values_list("member", "epoch", "ends_at")),
        list(Record.objects.values_list("epoch", "stale")),
        AskReader.objects.count(),
    ]


def test_nothing_that_lies_there_is_a_key_or_a_reason() -> None:
    scene = Scene()
    ask = scene.ask()
    scene.agree(ask)
    with connection.cursor() as cursor:
        rows = []
        for table in ("circle", "half", "circlegrant", "ask", "askreader"):
            cursor.execute(f"SELECT * FROM vault_{table}")  # noqa: S608 five names from this line
            rows += cursor.fetchall()
    kept = b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
        for row in rows
        for v in row
    )
    key = pairs.joined(
        circles.my_half(scene.mo.keyring, scene.id, scene.ada.keyring.row),
        circles.my_half(scene.ada.keyring, scene.id, scene.mo.keyring.row),
    )
    pair = circles.pair_of_circle(Circle.objects.get(), key)
    secret = [key.reveal(), pair.reveal()[:32], REASON.encode()]
    assert len(kept) > 10_000
    assert not [one for one in secret if one in kept]


def test_nobody_acts_with_the_open_vault_of_another() -> None:
    scene = Scene()
    ask = scene.ask()
    eve = Actor(ActorKind.COLLEAGUE, scene.circle[2].id)
    hers = {**scene.ada.opens(), "by": eve}
    acts: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (actions.found_circle, {"owner": uuid4(), "name": "x", "members": [scene.mo.id]}),
        (actions.leave_circle, {"circle_id": scene.id}),
        (actions.agree_to_ask, {"ask_id": ask, "tell": scene.told.extend}),
        (actions.read_reason, {"ask_id": ask}),
        (actions.stop_ask, {"ask_id": ask}),
        (
            actions.ask_to_add,
            {"circle_id": scene.id, "member": scene.sara.id, "reason": REASON},
        ),
        (scene.ask, {"by": eve}),
    ]
    for act, said in acts:
        with pytest.raises(NotYours):
            act(**({} if act == scene.ask else hers), **said)
    with pytest.raises(NotYours):
        actions.carry_out(**{**scene.mo.opens(), "by": eve}, ask_id=ask)
    assert MemberKeys.objects.count() == 4
