"""A spare key with the circle: off until two switch it on, hers to give, and two hand it back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from samen.audit.models import Entry
from samen.foundation.actor import job
from samen.vault import actions, queries
from samen.vault.actions import (
    Altered,
    Gone,
    Locked,
    NoGrant,
    NotByTwo,
    NotConfirmed,
    NotYours,
    Over,
    TooEarly,
    VaultRefuses,
    ground,
)
from samen.vault.engine import hybrid, pairs
from samen.vault.engine.keys import Key, Sealed
from samen.vault.models import Ask, Circle, Grant, MemberKeys, SpareKey
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague
from samen.vault.tests.test_circle import HOUR, ORGANIZATION, REASON, later, verbs
from samen.vault.tests.test_coming_and_going import Killed, killed_at

pytestmark = pytest.mark.django_db
AGREED, READY = HOUR, 73 * HOUR


class Scene:
    """Mo, Ada and Eve are the circle. Sara gave it a spare key, and has records of her own."""

    def __init__(self, size: int = 3) -> None:
        self.sara, *self.circle = make.team(size + 1)
        self.mo, self.ada = self.circle[:2]
        self.id = make.circle(ORGANIZATION, *self.circle)
        make.keeping_spares(self.id, self.mo, self.ada)
        actions.give_spare(**self.sara.opens(), circle_id=self.id)
        self.records = [make.record(self.sara), make.record(self.sara, self.mo)]
        make.read(self.mo, self.records[1])
        self.told: list[UUID] = []

    def lost_everything(self) -> Colleague:
        """Sara has new keys, and everybody has compared the new six words."""
        half = uuid4().bytes * 2
        halves = actions.begin_again(password_half=half, by=self.sara.actor, at=AT)
        self.sara = make.opened(half, halves, self.sara.actor)
        for one in self.circle:
            make.confirm(one, self.sara)
            make.confirm(self.sara, one)
        return self.sara

    def ask(self, one: Colleague | None = None, **said: Any) -> UUID:
        asked = {"circle_id": self.id, "member": self.sara.id, "reason": REASON, **said}
        return actions.ask_for_spare(**(one or self.mo).opens(), **asked)

    def agree(self, ask: UUID, one: Colleague | None = None) -> None:
        actions.agree_to_ask(**later(one or self.ada, AGREED), ask_id=ask, tell=self.told.extend)

    def carry_out(self, ask: UUID, one: Colleague | None = None, after: timedelta = READY) -> None:
        actions.carry_out(**later(one or self.mo, after), ask_id=ask)

    def handed(self) -> None:
        self.lost_everything()
        ask = self.ask()
        self.agree(ask)
        self.carry_out(ask)


def readable(one: Colleague, records: list[UUID]) -> list[bool]:
    return [make.can_read(one, record) for record in records]


def test_it_is_off_until_two_of_the_circle_switch_it_on() -> None:
    sara, mo, ada = make.team(3)
    circle = make.circle(ORGANIZATION, mo, ada)
    with pytest.raises(NotYours):
        actions.give_spare(**sara.opens(), circle_id=circle)
    with pytest.raises(NotYours):
        actions.ask_to_keep_spares(**sara.opens(), circle_id=circle, reason=REASON)
    ask = actions.ask_to_keep_spares(**mo.opens(), circle_id=circle, reason=REASON)
    for one in (mo, ada):
        with pytest.raises((NotByTwo, NotYours)):
            actions.carry_out(**one.opens(), ask_id=ask)
    assert not queries.circles()[0].keeps_spares

    actions.agree_to_ask(**ada.opens(), ask_id=ask, tell=set[UUID]().update)
    actions.carry_out(**mo.opens(), ask_id=ask)
    assert queries.circles()[0].keeps_spares
    assert not SpareKey.objects.exists()
    with pytest.raises(NotYours):
        actions.ask_to_keep_spares(**ada.opens(), circle_id=circle, reason=REASON)
    assert "circle keeps spare keys" in verbs(circle)


def test_who_lost_everything_reads_all_of_it_again_and_nobody_else_reads_more() -> None:
    """G19: as many records as before."""
    scene = Scene()
    sara = scene.lost_everything()
    assert readable(sara, scene.records) == [False, False]
    assert queries.spares_in(scene.id) == {sara.id: True}
    ask = scene.ask()
    assert actions.read_reason(**scene.ada.opens(), ask_id=ask) == REASON
    scene.agree(ask)
    assert scene.told == sorted([sara.id, scene.circle[2].id])
    for after in (AGREED, READY - timedelta(seconds=1)):
        with pytest.raises(TooEarly):
            scene.carry_out(ask, after=after)
    scene.carry_out(ask)
    assert queries.handed_to(sara.id) == 2
    assert readable(sara, scene.records) == [False, False]

    assert actions.take_over(**sara.opens(), limit=1) == 1
    assert actions.take_over(**sara.opens(), limit=5) == 1
    assert readable(sara, scene.records) == [True, True]
    for one, reads in ((scene.mo, [False, True]), (scene.ada, [False, False])):
        assert readable(one, scene.records) == reads
    assert not SpareKey.objects.exists()
    assert queries.handed_to(sara.id) is None
    with pytest.raises(NotYours):
        actions.take_over(**sara.opens(), limit=5)
    said = [verb for verb in verbs(ask) if "refused" not in verb]
    assert said == ["spare key asked", "reason read", "spare key agreed", "spare key done"]
    assert "access taken over" in verbs(sara.id)


def test_what_was_given_to_her_new_keys_meanwhile_stays_hers() -> None:
    scene = Scene()
    sara = scene.lost_everything()
    actions.give_access(**scene.mo.opens(), record_ids=scene.records[1:], member=sara.id)
    ask = scene.ask()
    scene.agree(ask)
    scene.carry_out(ask)
    assert actions.take_over(**sara.opens(), limit=5) == 1
    assert readable(sara, scene.records) == [True, True]


def test_everybody_who_hears_it_can_say_no() -> None:
    scene = Scene()
    third = make.colleague()
    make.confirm(scene.sara, third)
    make.confirm(third, scene.sara)
    shared = make.record(scene.sara, third)
    sara = scene.lost_everything()
    stranger = make.colleague()
    for one in (sara, scene.circle[2], third):
        ask = scene.ask()
        scene.agree(ask)
        assert set(scene.told) == {sara.id, scene.circle[2].id, third.id}
        with pytest.raises(NotYours):
            actions.stop_ask(**stranger.opens(), ask_id=ask)
        actions.stop_ask(**one.opens(), ask_id=ask)
        with pytest.raises(Over):
            scene.carry_out(ask)
    assert [one.purpose for one in queries.notices(third.id)] == ["spare key"] * 3
    assert not SpareKey.objects.exclude(handed=None).exists()
    assert make.can_read(third, shared)


def test_one_alone_hands_over_nothing_and_nobody_asks_for_what_is_not_lost() -> None:
    scene = Scene()
    with pytest.raises(NoGrant):
        scene.ask()
    sara = scene.lost_everything()
    for one in (sara, make.colleague()):
        with pytest.raises((NotYours, NotConfirmed)):
            scene.ask(one)
    with pytest.raises(NoGrant):
        scene.ask(member=scene.circle[2].id)
    ask = scene.ask()
    with pytest.raises(NotByTwo):
        scene.agree(ask, scene.mo)
    with pytest.raises(NotByTwo):
        scene.carry_out(ask, after=AGREED)
    with pytest.raises(NotYours):
        scene.agree(ask, sara)
    scene.agree(ask)
    for one in (scene.ada, scene.circle[2], sara):
        with pytest.raises(NotYours):
            scene.carry_out(ask, one)
    with pytest.raises(Over):
        scene.carry_out(ask, after=AGREED + timedelta(days=6))
    with pytest.raises(NotYours):
        actions.take_over(**sara.opens(), limit=5)


def test_both_of_the_two_have_compared_the_words_of_the_keys_that_get_it() -> None:
    scene = Scene()
    half = uuid4().bytes * 2
    halves = actions.begin_again(password_half=half, by=scene.sara.actor, at=AT)
    scene.sara = make.opened(half, halves, scene.sara.actor)
    with pytest.raises(NotConfirmed):
        scene.ask()
    for one in (scene.mo, scene.circle[2]):
        make.confirm(one, scene.sara)
    ask = scene.ask()
    with pytest.raises(NotConfirmed) as needed:
        scene.agree(ask)
    assert needed.value.members == {scene.sara.id}
    make.confirm(scene.ada, scene.sara)
    scene.agree(ask)
    # Keys of a thief who came after the second yes get nothing, whatever the first one confirms.
    scene.lost_everything()
    with pytest.raises(Over):
        scene.carry_out(ask)


def test_she_takes_it_back_and_an_old_copy_opens_nothing() -> None:
    scene = Scene()
    assert queries.spare_with(scene.sara.id) == scene.id
    row = SpareKey.objects.values().get()
    actions.take_back_spare(**scene.sara.opens())
    assert queries.spare_with(scene.sara.id) is None
    scene.lost_everything()
    with pytest.raises(NoGrant):
        scene.ask()
    # Rows of yesterday are put back: the logbook knows better, and the salt is gone.
    SpareKey.objects.create(**row)
    with pytest.raises(Altered):
        scene.ask()
    with pytest.raises(Gone):
        ground.shred_of(row["id"])
    actions.finish_erasures(by=job("finish_erasures"), at=AT)
    assert not SpareKey.objects.exists()


def test_given_again_the_one_of_before_is_gone() -> None:
    scene = Scene()
    old = SpareKey.objects.get().id
    actions.give_spare(**scene.sara.opens(), circle_id=scene.id)
    assert SpareKey.objects.get().id != old
    with pytest.raises(Gone):
        ground.shred_of(old)


def test_one_of_the_circle_switches_it_off_and_nobody_else_does() -> None:
    scene = Scene()
    for one in (scene.sara, make.colleague()):
        with pytest.raises(NotYours):
            actions.stop_spares(**one.opens(), circle_id=scene.id)
    actions.stop_spares(**scene.ada.opens(), circle_id=scene.id)
    assert not SpareKey.objects.exists()
    assert not queries.circles()[0].keeps_spares
    with pytest.raises(NotYours):
        actions.give_spare(**scene.sara.opens(), circle_id=scene.id)
    with pytest.raises(NotYours):
        actions.stop_spares(**scene.ada.opens(), circle_id=scene.id)


def test_who_leaves_for_good_leaves_no_spare_behind() -> None:
    scene = Scene()
    actions.leave(member=scene.sara.id, by=job("people"), at=AT)
    assert not SpareKey.objects.exists()


def test_switched_on_in_the_database_it_is_found_and_nothing_is_given() -> None:
    scene = Scene()
    actions.stop_spares(**scene.ada.opens(), circle_id=scene.id)
    Circle.objects.update(keeps_spares=True)
    with pytest.raises(Altered):
        actions.give_spare(**scene.sara.opens(), circle_id=scene.id)
    assert not SpareKey.objects.exists()


def another_root(_scene: Scene) -> None:
    spare = SpareKey.objects.get()
    public = hybrid.PublicKey(bytes(Circle.objects.get().public))
    here = actions.spare_keys._at(spare, spare.circle_id)
    SpareKey.objects.update(sealed=hybrid.seal(Key.new(), to=public, context=here).raw)


def another_circle(scene: Scene) -> None:
    other = make.circle(uuid4(), scene.mo, scene.ada)
    SpareKey.objects.update(circle=other)
    scene.id = other


def of_somebody_else(scene: Scene) -> None:
    SpareKey.objects.update(keys=scene.circle[2].keyring.row)
    MemberKeys.objects.filter(pk=scene.circle[2].keyring.row).update(retired_at=AT)


def cut(_scene: Scene) -> None:
    SpareKey.objects.update(sealed=bytes(SpareKey.objects.get().sealed)[:-1])


@pytest.mark.parametrize("move", [another_root, another_circle, of_somebody_else, cut])
def test_a_spare_that_somebody_wrote_in_is_handed_to_nobody(move: Callable[[Scene], None]) -> None:
    scene = Scene()
    scene.lost_everything()
    ask = scene.ask()
    scene.agree(ask)
    move(scene)
    for act in (scene.ask, lambda: scene.carry_out(ask)):
        with pytest.raises((Altered, NoGrant)):
            act()


@pytest.mark.parametrize("handed", [b"", b"\1" * 1200, "of a stranger"])
def test_a_handed_spare_that_was_changed_opens_nothing(handed: bytes | str) -> None:
    scene = Scene()
    scene.handed()
    sealed = handed
    if isinstance(handed, str):
        spare = SpareKey.objects.get()
        here = actions.spare_keys._at(spare, scene.sara.keyring.row)
        to = scene.sara.keyring.bundle.pair.public
        sealed = hybrid.seal(Key.new(), to=to, context=here).raw
    SpareKey.objects.update(handed=sealed)
    with pytest.raises(Altered):
        actions.take_over(**scene.sara.opens(), limit=5)
    assert readable(scene.sara, scene.records) == [False, False]


def test_a_grant_of_before_that_was_altered_does_not_stop_the_others() -> None:
    scene = Scene()
    scene.handed()
    Grant.objects.filter(record=scene.records[0]).update(sealed=b"\1" * 61)
    assert actions.take_over(**scene.sara.opens(), limit=1) == 1
    assert actions.take_over(**scene.sara.opens(), limit=1) == 0
    assert readable(scene.sara, scene.records) == [False, True]
    assert Entry.objects.filter(event_type="reading found altered").exists()
    assert queries.handed_to(scene.sara.id) == 1


def test_the_circle_never_sees_what_it_hands_over() -> None:
    """Beside the row a thief with two of the circle needs the salts too."""
    scene = Scene()
    root = scene.sara.keyring.root.reveal()
    spare = SpareKey.objects.get()
    circle = Circle.objects.get()
    key = pairs.joined(
        actions.circles.my_half(scene.mo.keyring, circle.id, scene.ada.keyring.row),
        actions.circles.my_half(scene.ada.keyring, circle.id, scene.mo.keyring.row),
    )
    pair = actions.circles.pair_of_circle(circle, key)
    sealed = Sealed(bytes(spare.sealed))
    found = pair.unseal(sealed, context=actions.spare_keys._at(spare, circle.id))
    assert found.reveal() != root
    assert actions.spare_keys._masked(spare, found).reveal() == root


def test_nobody_acts_with_the_open_vault_of_another() -> None:
    scene = Scene()
    hers = {**scene.ada.opens(), "by": scene.mo.actor}
    acts: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (actions.give_spare, {"circle_id": scene.id}),
        (actions.take_back_spare, {}),
        (actions.stop_spares, {"circle_id": scene.id}),
        (actions.take_over, {"limit": 5}),
        (actions.ask_to_keep_spares, {"circle_id": scene.id, "reason": REASON}),
        (
            actions.ask_for_spare,
            {"circle_id": scene.id, "member": scene.sara.id, "reason": REASON},
        ),
    ]
    for act, said in acts:
        with pytest.raises(NotYours):
            act(**hers, **said)
    assert SpareKey.objects.count() == 1


def test_the_password_of_before_still_opens_nothing_of_now() -> None:
    scene = Scene()
    half = scene.sara.half
    scene.handed()
    with pytest.raises(Locked):
        actions.unlock(password_half=half, by=scene.sara.actor, at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["give", "hand over", "take over", "take back"])
def test_killed_before_any_statement_it_is_done_or_it_is_not(step: str) -> None:
    scene = Scene(2)
    scene.circle.append(make.colleague())  # whose word new keys need too
    for one in [*scene.circle[:2], scene.sara]:
        make.confirm(one, scene.circle[2])
        make.confirm(scene.circle[2], one)
    acts: dict[str, Callable[[], object]] = {
        "give": lambda: actions.give_spare(**scene.sara.opens(), circle_id=scene.id),
        "take back": lambda: actions.take_back_spare(**scene.sara.opens()),
        "hand over": lambda: scene.carry_out(Ask.objects.get(purpose="spare key").pk),
        "take over": lambda: actions.take_over(**scene.sara.opens(), limit=5),
    }
    if step == "hand over":
        scene.lost_everything()
        scene.agree(scene.ask())
    elif step == "take over":
        scene.handed()
    before, number, done = as_it_lies(), 0, False
    while not done:
        try:
            with killed_at(number):
                acts[step]()
            done = True
        except Killed:
            # Of a spare that has done its work only the salt and the row are left to go.
            kept = step == "take over" and all(readable(scene.sara, scene.records))
            assert kept or as_it_lies() == before
            number += 1
        except VaultRefuses:
            pytest.fail("half of it was done")

    assert number > 3
    assert as_it_lies() != before
    assert readable(scene.sara, scene.records) == [step != "hand over"] * 2
    assert SpareKey.objects.exists() == (step in {"give", "hand over"})


def as_it_lies() -> list[Any]:
    return [
        list(SpareKey.objects.values_list("id", "sealed", "handed")),
        list(Grant.objects.order_by("record", "member").values_list("record", "keys", "epoch")),
        list(Ask.objects.order_by("id").values_list("id", "done_at", "ended_at")),
    ]
