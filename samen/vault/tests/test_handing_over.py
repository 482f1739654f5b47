"""Desks and organisations: keys of several, conversations by receipt, packets to another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from samen.audit.models import Entry, EntryObject
from samen.foundation.actor import job, visitor
from samen.vault import actions, queries
from samen.vault.actions import (
    Altered,
    Gone,
    HalfOpen,
    Locked,
    NewMailbox,
    NoGrant,
    NotACode,
    NotYours,
    Words,
    ground,
    mailboxes,
)
from samen.vault.engine.envelope import Context
from samen.vault.models import Intake, Letter, Mailbox, MemberKeys, Packet
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
ASKED, ANSWERED = Words("ماذا أفعل؟".encode()), Words(b"Bel ons gerust")
FORGED = Words(b"Call this number")
LATER = AT + timedelta(days=3)


def desk(*holders: Colleague) -> UUID:
    owner = uuid4()
    first, *others = holders
    actions.make_intake(**first.opens(), owner=owner, holders=[one.id for one in others])
    return owner


def asked(owner: UUID) -> NewMailbox:
    return actions.open_mailbox(owner=owner, words=ASKED, by=visitor(), at=AT)


def came_back(receipt: str) -> HalfOpen:
    return actions.find_mailbox(receipt=receipt, at=LATER)


def seen(halves: HalfOpen) -> list[bytes]:
    letters = actions.read_by_receipt(session=halves.session, half=halves.half, at=LATER)
    return [letter.words for letter in letters]


def test_a_question_is_read_at_the_desk_and_the_answer_with_the_receipt() -> None:
    sara, mo = make.team(2)
    mailbox = asked(desk(sara, mo))
    for one in (sara, mo):
        [letter] = actions.read_at_desk(**one.opens(), mailbox_id=mailbox.id)
        assert (letter.words, letter.side) == (ASKED, "visitor")
    actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=ANSWERED)

    halves = came_back(mailbox.receipt)
    assert seen(halves) == [ASKED, ANSWERED]
    actions.write_by_receipt(
        session=halves.session, half=halves.half, words=Words(b"thanks"), at=LATER
    )
    assert seen(halves) == [ASKED, ANSWERED, b"thanks"]
    assert len(actions.read_at_desk(**sara.opens(), mailbox_id=mailbox.id)) == 3


def test_of_a_visitor_the_logbook_keeps_the_day_only() -> None:
    mailbox = asked(desk(*make.team(2)))
    seen(came_back(mailbox.receipt))
    hers = Entry.objects.filter(object_id=mailbox.id)

    assert {line.user_kind for line in hers} == {"visitor", "receipt"}
    assert {line.event_date_time.minute for line in hers} == {0}
    assert Mailbox.objects.get().made_on == AT.date()


def test_who_does_not_hold_the_key_of_the_desk_reads_nothing() -> None:
    sara, mo, eve = make.team(3)
    mailbox = asked(desk(sara, mo))
    for act, said in (
        (actions.read_at_desk, {}),
        (actions.write_at_desk, {"words": b"x"}),
    ):
        read: Any = act
        with pytest.raises(NoGrant):
            read(**eve.opens(), mailbox_id=mailbox.id, **said)
        with pytest.raises(NotYours):
            read(keyring=sara.keyring, by=eve.actor, at=AT, mailbox_id=mailbox.id, **said)
        with pytest.raises(NoGrant):
            read(**sara.opens(), mailbox_id=uuid4(), **said)
    assert Letter.objects.count() == 1


def test_a_wrong_receipt_opens_nothing_and_a_mistyped_one_is_said() -> None:
    mailbox = asked(desk(*make.team(2)))
    other = asked(desk(*make.team(2)))
    assert seen(came_back(actions.grouped(other.receipt))) == [ASKED]
    with pytest.raises(NotACode):
        came_back(mailbox.receipt[:-1])
    with pytest.raises(NoGrant):
        came_back("00000000000000000000")


def test_the_open_mailbox_closes_by_itself_and_at_once() -> None:
    mailbox = asked(desk(*make.team(2)))
    halves = came_back(mailbox.receipt)
    for session, half, at in (
        (halves.session, halves.half, LATER + timedelta(minutes=15)),
        (halves.session, came_back(mailbox.receipt).half, LATER),
        (halves.session, "é", LATER),
        (uuid4(), halves.half, LATER),
    ):
        with pytest.raises(Locked):
            actions.read_by_receipt(session=session, half=half, at=at)
    actions.leave_mailbox(session=halves.session)
    with pytest.raises(Locked):
        seen(halves)
    with pytest.raises(Locked):
        actions.write_by_receipt(
            session=halves.session, half=halves.half, words=Words(b""), at=LATER
        )


def test_a_new_receipt_ends_the_old_one_at_once() -> None:
    mailbox = asked(desk(*make.team(2)))
    halves, elsewhere = came_back(mailbox.receipt), came_back(mailbox.receipt)
    fresh = actions.change_receipt(session=halves.session, half=halves.half, at=LATER)

    with pytest.raises(NoGrant):
        came_back(mailbox.receipt)
    with pytest.raises(Locked):
        seen(elsewhere)
    assert seen(came_back(fresh)) == [ASKED]


def test_a_desk_without_a_key_takes_nothing_and_needs_two_to_have_one() -> None:
    sara, eve = make.team(2)

    with pytest.raises(Gone):
        asked(uuid4())
    with pytest.raises(NotYours):
        desk(sara)
    with pytest.raises(NotYours):
        actions.make_intake(
            keyring=sara.keyring, owner=uuid4(), holders=[eve.id], by=eve.actor, at=AT
        )


def test_a_new_key_of_a_desk_leaves_what_came_before_readable() -> None:
    sara, mo = make.team(2)
    owner = desk(sara, mo)
    before = asked(owner)
    actions.make_intake(**mo.opens(), owner=owner, holders=[sara.id])
    after = asked(owner)

    assert Intake.objects.filter(owner=owner, retired_at=None).count() == 1
    for mailbox in (before, after):
        [letter] = actions.read_at_desk(**sara.opens(), mailbox_id=mailbox.id)
        assert letter.words == ASKED


def test_holders_of_a_desk_come_and_go() -> None:
    sara, mo, ada = make.team(3)
    mailbox = asked(desk(sara, mo))
    record = Intake.objects.get().record_id
    actions.give_access(**sara.opens(), record_ids=[record], member=ada.id)
    actions.end_access(**sara.opens(), record_ids=[record], member=mo.id)
    actions.reencrypt(**sara.opens(), limit=1)

    assert actions.read_at_desk(**ada.opens(), mailbox_id=mailbox.id)
    with pytest.raises(NoGrant):
        actions.read_at_desk(**mo.opens(), mailbox_id=mailbox.id)


def test_after_a_holder_left_the_desk_has_another_pair() -> None:
    """Who kept the pair of before opens nothing that is asked from then on."""
    sara, mo, ada = make.team(3)
    owner = desk(sara, mo, ada)
    old = Intake.objects.get()
    before = asked(owner)
    actions.end_access(**sara.opens(), record_ids=[old.record_id], member=mo.id)
    actions.reencrypt(**sara.opens(), limit=1)
    after = asked(owner)

    new = Intake.objects.get(owner=owner, retired_at=None)
    assert bytes(new.public) != bytes(old.public)
    assert queries.holders(new.record_id) == {sara.id, ada.id}
    for one in (sara, ada):
        for mailbox in (before, after):
            assert actions.read_at_desk(**one.opens(), mailbox_id=mailbox.id)
    with pytest.raises(NoGrant):
        actions.read_at_desk(**mo.opens(), mailbox_id=after.id)
    actions.reencrypt(**sara.opens(), limit=1)
    assert Intake.objects.get(owner=owner, retired_at=None) == new
    with pytest.raises(NotYours):
        actions.renew_intake(**mo.opens(), owner=owner)


def test_a_pair_waits_for_six_words_that_were_not_compared() -> None:
    sara, mo, ada = make.team(3)
    eve = make.colleague()
    make.confirm(mo, eve)
    make.confirm(eve, mo)
    owner = desk(sara, mo, ada)
    record = Intake.objects.get().record_id
    actions.give_access(**mo.opens(), record_ids=[record], member=eve.id)
    actions.end_access(**sara.opens(), record_ids=[record], member=ada.id)
    progress = actions.reencrypt(**sara.opens(), limit=1)

    assert (progress.done, set(progress.waits_for)) == (1, {eve.id})
    make.confirm(sara, eve)
    make.confirm(eve, sara)
    assert actions.reencrypt(**sara.opens(), limit=1).waits_for == set()
    assert Intake.objects.filter(owner=owner).count() == 2


@pytest.mark.parametrize(
    "column", ["public", "sealed_pair", "for_intake", "locator", "for_receipt"]
)
def test_a_mailbox_that_somebody_else_wrote_in_shows_nothing(column: str) -> None:
    sara, mo = make.team(2)
    owner = desk(sara, mo)
    mailbox, other = asked(owner), asked(owner)
    theirs = Mailbox.objects.filter(pk=other.id).values_list(column, flat=True).get()
    Mailbox.objects.filter(pk=other.id).update(locator=b"elsewhere")
    Mailbox.objects.filter(pk=mailbox.id).update(**{column: theirs})
    if column == "for_receipt":
        with pytest.raises(NoGrant):
            came_back(mailbox.receipt)
    else:
        with pytest.raises(Altered):
            actions.read_at_desk(**sara.opens(), mailbox_id=mailbox.id)


@pytest.mark.parametrize("move", ["swapped", "left out", "of the other side", "put back"])
def test_letters_that_were_moved_are_noticed(move: str) -> None:
    sara, mo = make.team(2)
    mailbox = asked(desk(sara, mo))
    before = list(Letter.objects.values())
    actions.write_at_desk(**sara.opens(), mailbox_id=mailbox.id, words=ANSWERED)
    first, second = Letter.objects.order_by("number")
    if move == "swapped":
        first.sealed, second.sealed = second.sealed, first.sealed
        first.sealed_key, second.sealed_key = second.sealed_key, first.sealed_key
        first.save()
    elif move == "of the other side":
        second.side = "visitor"
    else:
        second.delete()
    if move in {"swapped", "of the other side"}:
        second.save()
    if move == "put back":
        Letter.objects.create(**(before[0] | {"id": uuid4(), "number": 2}))

    with pytest.raises(Altered):
        actions.read_at_desk(**mo.opens(), mailbox_id=mailbox.id)
    with pytest.raises(Altered):
        actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=Words(b"over it"))
    with pytest.raises(Altered):
        seen(came_back(mailbox.receipt))


def test_another_key_in_the_place_of_a_desks_is_sealed_nothing() -> None:
    owner, eves = desk(*make.team(2)), desk(*make.team(2))
    theirs = Intake.objects.get(owner=eves).public
    Intake.objects.filter(owner=owner).update(public=theirs)

    with pytest.raises(Altered):
        asked(owner)


def test_an_erased_conversation_is_gone_for_who_has_the_receipt() -> None:
    sara, mo = make.team(2)
    gone, stays = (asked(desk(sara, mo)) for _ in range(2))
    kept = Mailbox.objects.filter(pk=gone.id).values().get()
    letters = list(Letter.objects.filter(mailbox=gone.id).values())
    actions.erase_mailboxes(mailbox_ids=[gone.id], by=job("retention"), at=LATER)
    with pytest.raises(NoGrant):
        came_back(gone.receipt)

    Mailbox.objects.create(**kept)
    Letter.objects.bulk_create(Letter(**letter) for letter in letters)
    with pytest.raises(Gone):
        seen(came_back(gone.receipt))
    with pytest.raises(Gone):
        actions.read_at_desk(**sara.opens(), mailbox_id=gone.id)
    assert seen(came_back(stays.receipt)) == [ASKED]


def packet(sender: Colleague, receiver: UUID, **other: Any) -> UUID:
    said: dict[str, Any] = {
        "words": b"needs a bed",
        "consent": b"c" * 32,
        "ends_at": AT + timedelta(days=14),
    }
    return actions.seal_packet(**sender.opens(), receiver=receiver, **(said | other))


def test_a_packet_is_read_by_who_holds_the_receivers_key() -> None:
    sara, mo, ada = make.team(3)
    owner = desk(mo, ada)
    one = packet(sara, owner)
    opened = actions.open_packet(**ada.opens(), packet_id=one)

    assert (opened.words, opened.sender, opened.consent) == (b"needs a bed", sara.id, b"c" * 32)
    assert Entry.objects.filter(event_type="packet read", user_id=ada.id).count() == 1
    with pytest.raises(NoGrant):
        actions.open_packet(**sara.opens(), packet_id=one)
    with pytest.raises(NoGrant):
        actions.open_packet(**ada.opens(), packet_id=uuid4())
    with pytest.raises(NotYours):
        actions.open_packet(keyring=ada.keyring, packet_id=one, by=sara.actor, at=AT)


def test_a_packet_ends_and_is_shredded() -> None:
    sara, mo, ada = make.team(3)
    owner = desk(mo, ada)
    over, declined = packet(sara, owner, ends_at=AT), packet(sara, owner)
    with pytest.raises(Gone):
        actions.open_packet(**ada.opens(), packet_id=over)
    ground.store().erase([declined])
    with pytest.raises(Gone):
        actions.open_packet(**ada.opens(), packet_id=declined)
    assert actions.erase_packets(packet_ids=[over, declined], by=mo.actor, at=AT) == 2
    with pytest.raises(NoGrant):
        actions.open_packet(**ada.opens(), packet_id=declined)


def test_neither_consent_nor_end_nor_sender_of_a_packet_can_be_changed() -> None:
    sara, mo, ada = make.team(3)
    owner = desk(mo, ada)
    other = packet(sara, owner)
    changes: list[dict[str, Any]] = [
        {"consent": b"d" * 32},
        {"ends_at": AT + timedelta(days=90)},
        {"sender_keys": MemberKeys.objects.get(member=mo.id)},
        {"sealed": Packet.objects.get(pk=other).sealed},
        {"sealed_key": Packet.objects.get(pk=other).sealed_key},
    ]
    for changed in changes:
        one = packet(sara, owner)
        Packet.objects.filter(pk=one).update(**changed)
        with pytest.raises(Altered):
            actions.open_packet(**ada.opens(), packet_id=one)
    with pytest.raises(NotYours):
        actions.seal_packet(
            keyring=sara.keyring,
            receiver=owner,
            words=Words(b""),
            consent=b"c" * 32,
            ends_at=AT,
            by=mo.actor,
            at=AT,
        )


def left_out(mailbox: NewMailbox) -> None:
    Letter.objects.filter(mailbox=mailbox.id, side="desk").delete()


def forged(mailbox: NewMailbox) -> None:
    """Who can write in the database needs no key to seal to one."""
    mailboxes._add(Mailbox.objects.get(pk=mailbox.id), "desk", lambda _here: b"Call this number")


@pytest.mark.parametrize("meddle", [left_out, forged])
def test_what_was_changed_in_a_conversation_is_not_blessed_by_a_new_receipt(
    meddle: Callable[[NewMailbox], None],
) -> None:
    sara, mo = make.team(2)
    mailbox = asked(desk(sara, mo))
    actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=ANSWERED)
    halves = came_back(mailbox.receipt)
    meddle(mailbox)
    opened: dict[str, Any] = {"session": halves.session, "half": halves.half, "at": LATER}

    with pytest.raises(Altered):
        actions.change_receipt(**opened)
    with pytest.raises(Altered):
        actions.write_by_receipt(**opened, words=Words(b"x"))
    with pytest.raises(Altered):
        seen(came_back(mailbox.receipt))

    lines = Entry.objects.filter(object_id=mailbox.id, event_type__endswith="found altered")
    assert [line.event_type for line in lines.order_by("seq")] == [
        "writing found altered",
        "writing found altered",
        "reading found altered",
    ]


def unsigned(_here: Context, _eve: Colleague, _sara: Colleague) -> bytes:
    return b"Call this number"


def of_another_form(here: Context, eve: Colleague, _sara: Colleague) -> bytes:
    return b"\2" + mailboxes._signed(eve.keyring, FORGED, here)[1:]


def signed_elsewhere(here: Context, eve: Colleague, _sara: Colleague) -> bytes:
    return mailboxes._signed(eve.keyring, FORGED, replace(here, version=here.version + 1))


def in_her_name(here: Context, eve: Colleague, sara: Colleague) -> bytes:
    """Signed by Eve, with the author's place filled in afterwards."""
    made = mailboxes._signed(eve.keyring, FORGED, here)
    return made[:65] + sara.keyring.row.bytes + made[81:]


def by_nobody(here: Context, eve: Colleague, _sara: Colleague) -> bytes:
    made = mailboxes._signed(eve.keyring, FORGED, here)
    return made[:65] + bytes(16) + made[81:]


@pytest.mark.parametrize(
    "forge", [unsigned, of_another_form, signed_elsewhere, in_her_name, by_nobody]
)
def test_an_answer_that_its_author_did_not_sign_is_named(forge: Callable[..., bytes]) -> None:
    """Even when the logbook was told of it: by code that somebody changed."""
    sara, mo, eve = make.team(3)
    mailbox = asked(desk(sara, mo))
    row = Mailbox.objects.get(pk=mailbox.id)
    mailboxes._add(row, "desk", lambda here: forge(here, eve, sara))
    mailboxes._note("letter written", row, by=eve.actor, at=AT)

    with pytest.raises(Altered):
        actions.read_at_desk(**sara.opens(), mailbox_id=mailbox.id)
    with pytest.raises(Altered):
        seen(came_back(mailbox.receipt))

    named = Entry.objects.filter(object_id=mailbox.id, event_type="reading found altered")
    assert {line.event_outcome for line in named} == {8}
    assert named.count() == 2


def test_of_an_answer_both_sides_know_who_wrote_it_also_when_she_left() -> None:
    sara, mo = make.team(2)
    mailbox = asked(desk(sara, mo))
    actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=ANSWERED)
    actions.leave(member=mo.id, by=job("people"), at=AT)
    halves = came_back(mailbox.receipt)

    at_desk = actions.read_at_desk(**sara.opens(), mailbox_id=mailbox.id)
    by_receipt = actions.read_by_receipt(session=halves.session, half=halves.half, at=LATER)
    for letters in (at_desk, by_receipt):
        assert [letter.author for letter in letters] == [None, mo.id]
        assert [letter.words for letter in letters] == [ASKED, ANSWERED]


def test_only_a_holder_puts_another_key_in_the_place_of_that_of_a_desk() -> None:
    sara, mo, eve, ada = make.team(4)
    owner = desk(sara, mo)
    before = Intake.objects.get(owner=owner, retired_at=None)

    with pytest.raises(NotYours):
        actions.make_intake(**eve.opens(), owner=owner, holders=[ada.id])
    assert Intake.objects.get(owner=owner, retired_at=None) == before

    actions.make_intake(**mo.opens(), owner=owner, holders=[ada.id])
    assert Intake.objects.get(owner=owner, retired_at=None) != before


def test_a_desk_whose_key_nobody_can_open_any_more_gets_another() -> None:
    sara, mo, eve, ada = make.team(4)
    owner = desk(sara, mo)
    MemberKeys.objects.filter(member__in=[sara.id, mo.id]).update(retired_at=AT)

    actions.make_intake(**eve.opens(), owner=owner, holders=[ada.id])

    [letter] = actions.read_at_desk(**ada.opens(), mailbox_id=asked(owner).id)
    assert letter.words == ASKED


def test_an_erasure_that_was_cut_short_is_finished() -> None:
    sara, mo = make.team(2)
    owner = desk(sara, mo)
    gone, stays = asked(owner), asked(owner)
    said: dict[str, Any] = {"receiver": owner, "words": b"r", "consent": bytes(32)}
    packet = actions.seal_packet(**mo.opens(), **said, ends_at=LATER)
    ground.store().erase([gone.id, packet])

    assert actions.finish_erasures(by=job("retention"), at=AT) == 2

    assert list(Mailbox.objects.values_list("id", flat=True)) == [stays.id]
    assert not Packet.objects.exists()
    assert actions.finish_erasures(by=job("retention"), at=AT) == 0


def test_of_a_salt_that_somebody_took_out_one_record_is_dark_and_named() -> None:
    sara = make.colleague()
    lost, stays = make.record(sara), make.record(sara)
    path = ground.store().path
    written = path.read_bytes()
    path.write_bytes(written.replace(lost.bytes, uuid4().bytes))
    ground._opened.cache_clear()

    opened = actions.open_many(**sara.opens(), record_ids=[lost, stays], name="page")

    assert opened.altered == {lost}
    assert set(opened.words) == {stays}
    with pytest.raises(Altered):
        make.read(sara, lost)


def test_another_key_in_the_place_of_that_of_a_desk_is_named_by_who_writes_to_it() -> None:
    sara, mo = make.team(2)
    owner = desk(sara, mo)
    other = Intake.objects.get(owner=desk(mo, sara))
    Intake.objects.filter(owner=owner).update(public=bytes(other.public))
    said: dict[str, Any] = {"receiver": owner, "words": b"r", "consent": bytes(32)}

    with pytest.raises(Altered):
        asked(owner)
    with pytest.raises(Altered):
        actions.seal_packet(**mo.opens(), **said, ends_at=LATER)

    lines = Entry.objects.filter(event_type="writing found altered").order_by("seq")
    assert [line.user_id for line in lines][1:] == [mo.id]
    assert len(lines) == 2
    assert not Mailbox.objects.exists()


def test_a_desk_whose_row_was_changed_gets_no_other_key_and_is_named() -> None:
    """Who holds the key stands in that row: with another record in it, others would replace it."""
    sara, mo, eve, ada = make.team(4)
    owner = desk(sara, mo)
    theirs = make.record(eve, ada)
    hers = Intake.objects.get().record_id
    Intake.objects.update(record=theirs)

    with pytest.raises(Altered):
        actions.make_intake(**eve.opens(), owner=owner, holders=[ada.id])
    with pytest.raises(Altered):
        actions.renew_intake(**eve.opens(), owner=owner)

    lines = Entry.objects.filter(event_type="making an intake key found altered")
    assert [(line.user_id, line.event_outcome) for line in lines] == [(eve.id, 8)] * 2
    named = EntryObject.objects.filter(object_id=owner)
    assert named.filter(entry_seq__in=[line.seq for line in lines]).count() == 2
    Intake.objects.update(record=hers)
    assert actions.read_at_desk(**mo.opens(), mailbox_id=asked(owner).id)


def test_after_somebody_left_a_changed_desk_does_not_stop_the_new_keys_of_others() -> None:
    sara, mo, ada = make.team(3)
    owner = desk(sara, mo, ada)
    other, record = Intake.objects.get(owner=desk(mo, sara)), make.record(sara, mo, ada)
    intake = Intake.objects.get(owner=owner)
    ids = [intake.record_id, record]
    actions.end_access(**sara.opens(), record_ids=ids, member=ada.id)
    Intake.objects.filter(pk=intake.pk).update(public=bytes(other.public))

    progress = actions.reencrypt(**sara.opens(), limit=5)

    assert (progress.done, progress.left) == (2, 0)
    assert progress.altered == {intake.record_id}
    assert Intake.objects.get(owner=owner, retired_at=None).pk == intake.pk
    assert not make.can_read(ada, record)
