"""Whose vault opens when, with what, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from samen.audit.models import Entry
from samen.foundation.actor import Actor, ActorKind
from samen.vault import actions, queries
from samen.vault.actions import Altered, Locked, NotACode, NotConfirmed, NotYours, contents
from samen.vault.models import Confirmation, Grant, MemberKeys, UnlockedSession
from samen.vault.tests import make
from samen.vault.tests.make import AT

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FRESH, OTHER = b"f" * 32, b"o" * 32


def half_open(member: UUID, half: bytes) -> actions.HalfOpen:
    return actions.unlock(password_half=half, by=Actor(ActorKind.COLLEAGUE, member), at=AT)


def again(one: make.Colleague, half: bytes | None = None) -> make.Colleague:
    return make.opened(half or one.half, half_open(one.id, half or one.half), one.actor)


def test_the_same_password_opens_the_same_keys() -> None:
    sara = make.colleague()

    assert again(sara).keyring.bundle.identity == sara.keyring.bundle.identity
    assert MemberKeys.objects.count() == 1
    assert Entry.objects.filter(event_type="vault unlocked", object_id=sara.id).count() == 2


def test_another_password_opens_nothing() -> None:
    sara = make.colleague()

    with pytest.raises(Locked):
        half_open(sara.id, b"w" * 32)


def test_before_the_second_factor_the_two_halves_open_nothing() -> None:
    member = uuid4()
    halfway = half_open(member, FRESH)
    by = Actor(ActorKind.COLLEAGUE, member)

    with pytest.raises(Locked):
        actions.open_session(session=halfway.session, half=halfway.half, by=by, at=AT)


def test_nobody_else_ends_the_wait_for_her_second_factor() -> None:
    sara, eve = make.colleague(), make.colleague()
    halfway = half_open(sara.id, sara.half)
    actions.begin_session(session=halfway.session, by=eve.actor, at=AT)

    assert not UnlockedSession.objects.get(pk=halfway.session).live


def test_neither_half_opens_alone_and_halves_of_two_do_not_fit() -> None:
    sara, eve = make.colleague(), make.colleague()

    for session, half, by in (
        (sara.session, eve.cookie, sara.actor),
        (eve.session, sara.cookie, eve.actor),
        (sara.session, sara.cookie, eve.actor),
        (sara.session, "", sara.actor),
        (sara.session, "no base64 é", sara.actor),
        (uuid4(), sara.cookie, sara.actor),
    ):
        with pytest.raises(Locked):
            actions.open_session(session=session, half=half, by=by, at=AT)


def test_it_closes_after_a_quarter_of_an_hour_and_at_the_end_of_the_day() -> None:
    sara = make.colleague()

    def opens(at: timedelta) -> bool:
        try:
            actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT + at)
        except Locked:
            return False
        return True

    assert opens(14 * MINUTE)
    assert opens(28 * MINUTE)
    assert not opens(44 * MINUTE)
    for minutes in range(28, 480, 14):
        assert opens(minutes * MINUTE)
    assert not opens(480 * MINUTE)
    assert actions.forget_sessions(at=AT + 480 * MINUTE) == 1
    assert actions.forget_sessions(at=AT + 480 * MINUTE) == 0


def test_after_sign_out_a_kept_cookie_opens_nothing() -> None:
    sara = make.colleague()
    elsewhere = again(sara)
    actions.end_session(session=sara.session)

    with pytest.raises(Locked):
        actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT)
    actions.end_sessions_of(member=sara.id)
    with pytest.raises(Locked):
        actions.open_session(session=elsewhere.session, half=elsewhere.cookie, by=sara.actor, at=AT)


def test_a_new_password_opens_the_same_keys_and_the_old_one_nothing() -> None:
    sara = make.colleague()
    record = make.record(sara)
    actions.change_password(**sara.opens(), password_half=FRESH)

    with pytest.raises(Locked):
        half_open(sara.id, sara.half)
    assert make.read(again(sara, FRESH), record) == make.WORDS


@pytest.mark.usefixtures("cheap")
def test_the_code_on_paper_opens_the_same_keys_once() -> None:
    sara = make.colleague()
    record = make.record(sara)
    assert not queries.has_recovery_code(sara.id)
    code = actions.make_recovery_code(**sara.opens())
    assert queries.has_recovery_code(sara.id)

    halfway = actions.recover(code=code.lower(), password_half=FRESH, by=sara.actor, at=AT)
    back = make.opened(FRESH, halfway, sara.actor)
    assert make.read(back, record) == make.WORDS
    assert not queries.has_recovery_code(sara.id)
    with pytest.raises(Locked):
        actions.recover(code=code, password_half=FRESH, by=sara.actor, at=AT)


@pytest.mark.usefixtures("cheap")
def test_only_the_newest_code_of_her_own_opens() -> None:
    sara, eve = make.colleague(), make.colleague()
    first = actions.make_recovery_code(**sara.opens())
    second = actions.make_recovery_code(**sara.opens())

    for code, by in ((first, sara.actor), (second, eve.actor)):
        with pytest.raises(Locked):
            actions.recover(code=code, password_half=FRESH, by=by, at=AT)
    with pytest.raises(NotACode):
        actions.recover(code="not this", password_half=FRESH, by=sara.actor, at=AT)
    with pytest.raises(Locked):
        actions.recover(
            code=second, password_half=FRESH, by=Actor(ActorKind.COLLEAGUE, uuid4()), at=AT
        )


def test_who_lost_everything_begins_again_and_reads_nothing() -> None:
    sara = make.colleague()
    record = make.record(sara)
    halfway = actions.begin_again(password_half=FRESH, by=sara.actor, at=AT)
    anew = make.opened(FRESH, halfway, sara.actor)

    assert not make.can_read(anew, record)
    assert queries.lost_by(sara.id) == [record]
    assert queries.records_of(sara.id, kind="case", at=AT) == []
    with pytest.raises(Locked):
        actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT)
    with pytest.raises(Locked):
        actions.begin_again(password_half=FRESH, by=Actor(ActorKind.COLLEAGUE, uuid4()), at=AT)


def test_an_open_vault_of_before_changes_nothing_after_a_new_beginning() -> None:
    sara = make.colleague()
    actions.begin_again(password_half=FRESH, by=sara.actor, at=AT)

    with pytest.raises(Locked):
        actions.change_password(**sara.opens(), password_half=FRESH)


def test_six_words_are_confirmed_in_her_own_bundle() -> None:
    sara, mo = make.colleague(), make.colleague()
    assert queries.confirmed_by(sara.keyring) == set()
    make.confirm(sara, mo)

    assert queries.confirmed_by(again(sara).keyring) == {mo.id}
    assert queries.confirmed_by(again(mo).keyring) == set()
    assert Confirmation.objects.get().by == sara.id


@pytest.mark.parametrize("words", ["", "one two three four five six"])
def test_wrong_words_confirm_nobody(words: str) -> None:
    sara, mo = make.colleague(), make.colleague()

    for member in (mo.id, uuid4()):
        with pytest.raises(NotConfirmed):
            actions.confirm_colleague(
                keyring=sara.keyring, member=member, words=words, by=sara.actor, at=AT
            )
    with pytest.raises(NotYours):
        make.confirm(sara, sara)


def begins_again(one: make.Colleague) -> make.Colleague:
    """She lost everything and has new keys."""
    halfway = actions.begin_again(password_half=FRESH, by=one.actor, at=AT)
    return make.opened(FRESH, halfway, one.actor)


def test_what_she_was_given_and_never_opened_outlives_the_keys_that_gave_it() -> None:
    """Sara is the only one left who can read it, and compares the new words before she looks."""
    sara, mo, ada = make.team(3)
    record, altered = make.record(ada, sara), make.record(ada, sara)
    Grant.objects.filter(record=altered, member=sara.id).update(sealed=b"nonsense")
    anew = begins_again(ada)
    with pytest.raises(NotConfirmed):
        actions.confirm_colleague(**sara.opens(), member=ada.id, words="one two three four")
    assert not Grant.objects.get(record=record, member=sara.id).in_ring
    make.confirm(sara, anew)
    make.confirm(mo, anew)
    make.confirm(anew, sara)

    assert make.can_read(sara, record)
    actions.give_access(**sara.opens(), record_ids=[record], member=anew.id)
    assert make.can_read(anew, record)
    assert altered_of(sara)[0] == "reading found altered"
    assert not make.can_read(sara, altered)


def test_what_keys_of_before_give_after_the_new_words_were_compared_is_refused() -> None:
    sara, _mo, ada = make.team(3)
    record = make.record(ada)
    begins_again(ada)
    make.confirm(sara, ada)
    # By who still has the keys of before, and writes in the database beside us.
    [known] = contents.held(ada.keyring, [record], at=AT)
    hers = MemberKeys.objects.get(id=sara.keyring.row)
    theirs = sara.keyring.bundle.identity
    contents.grant_to(ada.keyring, known, hers, theirs, AT).save(force_insert=True)

    with pytest.raises(NotConfirmed):
        make.read(sara, record)


def test_nobody_acts_with_the_open_vault_of_another() -> None:
    sara, eve = make.colleague(), make.colleague()
    record = make.record(sara)
    with_hers: dict[str, Any] = {"keyring": sara.keyring, "by": eve.actor, "at": AT}

    attempts: list[tuple[Any, dict[str, Any]]] = [
        (actions.change_password, {"password_half": FRESH}),
        (actions.make_recovery_code, {}),
        (actions.confirm_colleague, {"member": uuid4(), "words": ""}),
        (actions.create_record, {"kind": "case", "compartment": "social", "parts": {}}),
        (actions.open_record, {"record_id": record}),
        (actions.open_many, {"record_ids": [record], "name": "page"}),
        (actions.write_parts, {"record_id": record, "parts": {}}),
        (actions.give_access, {"record_ids": [record], "member": eve.id}),
        (actions.end_access, {"record_ids": [record], "member": sara.id}),
        (actions.reencrypt, {"limit": 1}),
    ]
    for act, said in attempts:
        with pytest.raises(NotYours):
            act(**with_hers, **said)
    with pytest.raises(NotYours):
        actions.open_record(
            keyring=sara.keyring, record_id=record, by=Actor(ActorKind.JOB, sara.id), at=AT
        )


@pytest.mark.parametrize(
    "column", ["identity", "sealed_bundle", "root_by_password", "version", "wraps", "generation"]
)
def test_a_changed_row_of_keys_opens_nothing(column: str) -> None:
    sara, eve = make.colleague(), make.colleague()
    theirs = MemberKeys.objects.get(member=eve.id)
    value = getattr(theirs, column)
    value = value + 1 if isinstance(value, int) else value
    MemberKeys.objects.filter(member=sara.id).update(**{column: value})

    with pytest.raises((Altered, Locked)):
        actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT)


def test_pins_of_yesterday_are_noticed() -> None:
    sara, mo = make.colleague(), make.colleague()
    yesterday = MemberKeys.objects.filter(member=sara.id).values().get()
    make.confirm(sara, mo)
    MemberKeys.objects.filter(member=sara.id).update(**yesterday)

    with pytest.raises(Altered):
        again(sara)


def test_nothing_in_her_rows_is_a_key() -> None:
    sara = make.colleague()
    secret = [
        sara.half,
        sara.keyring.root.reveal(),
        sara.keyring.bundle.ring.reveal(),
        sara.keyring.bundle.signer.reveal(),
        sara.keyring.bundle.pair.reveal()[:32],
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM vault_memberkeys")
        rows = cursor.fetchall()
        cursor.execute("SELECT * FROM vault_unlockedsession")
        rows += cursor.fetchall()
    kept = b"".join(bytes(v) for row in rows for v in row if isinstance(v, bytes | memoryview))

    assert not [one for one in secret if one in kept]
    assert "half" not in repr(sara.keyring)


@pytest.mark.usefixtures("cheap")
def test_a_code_that_was_used_up_is_not_put_back() -> None:
    sara = make.colleague()
    code = actions.make_recovery_code(**sara.opens())
    used = MemberKeys.objects.values("root_by_code", "code_salt").get(member=sara.id)
    actions.recover(code=code, password_half=FRESH, by=sara.actor, at=AT)
    MemberKeys.objects.filter(member=sara.id).update(**used)

    with pytest.raises(Altered):
        actions.recover(code=code, password_half=FRESH, by=sara.actor, at=AT)
    assert altered_of(sara) == ["recovery found altered"]


@pytest.mark.usefixtures("cheap")
def test_a_code_does_not_bless_the_pins_of_yesterday() -> None:
    sara, mo = make.colleague(), make.colleague()
    code = actions.make_recovery_code(**sara.opens())
    yesterday = MemberKeys.objects.values("sealed_bundle", "version").get(member=sara.id)
    make.confirm(sara, mo)
    MemberKeys.objects.filter(member=sara.id).update(**yesterday)

    with pytest.raises(Altered):
        actions.recover(code=code, password_half=FRESH, by=sara.actor, at=AT)


def put_a_password(one: make.Colleague, _other: make.Colleague) -> None:
    actions.change_password(**one.opens(), password_half=FRESH)


def make_a_code(one: make.Colleague, _other: make.Colleague) -> None:
    actions.make_recovery_code(**one.opens())


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("verb", [put_a_password, make_a_code, make.confirm])
@pytest.mark.parametrize("columns", [("root_by_password", "wraps"), ("sealed_bundle", "version")])
def test_what_is_put_back_while_her_vault_is_open_does_not_become_hers_by_a_change(
    verb: Callable[[make.Colleague, make.Colleague], None], columns: tuple[str, str]
) -> None:
    sara, mo, eve = (make.colleague() for _ in range(3))
    yesterday = MemberKeys.objects.values(*columns).get(member=sara.id)
    actions.change_password(**sara.opens(), password_half=OTHER)
    make.confirm(sara, mo)
    MemberKeys.objects.filter(member=sara.id).update(**yesterday)

    with pytest.raises(Altered):
        verb(sara, eve)
    with pytest.raises(Altered):
        actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT)
    assert altered_of(sara) == ["changing keys found altered", "reading found altered"]
    assert eve.id not in sara.keyring.bundle.pins


def test_altered_keys_are_named_in_the_logbook() -> None:
    sara = make.colleague()
    MemberKeys.objects.filter(member=sara.id).update(version=7)

    with pytest.raises(Altered):
        actions.open_session(session=sara.session, half=sara.cookie, by=sara.actor, at=AT)
    assert altered_of(sara) == ["reading found altered"]


def altered_of(one: make.Colleague) -> list[str]:
    lines = Entry.objects.filter(user_id=one.id, event_type__endswith="found altered")
    return list(lines.order_by("seq").values_list("event_type", flat=True))
