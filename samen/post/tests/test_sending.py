"""Letters through a real mail server: taken, refused, put off, not reached."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from samen.audit import actions as audit
from samen.audit.models import Entry
from samen.foundation import clock
from samen.foundation.logs import SafeFormatter
from samen.post import actions, models, queries, rules
from samen.post.actions import Round
from samen.post.models import Letter, State
from samen.post.tests import make
from samen.post.tests.make import ADDRESS, LINK, NOON
from samen.post.tests.server import MailServer

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


# Taken


def test_a_letter_is_delivered_once_with_the_right_headers(server: MailServer) -> None:
    letter = make.letter()

    assert make.sending(at=NOON + MINUTE) == Round(sent=1)
    assert make.sending(at=NOON + 2 * MINUTE) == Round()

    [delivery] = server.got
    message = delivery.message
    assert (delivery.sender, delivery.to) == ("post@example.org", [ADDRESS])
    assert message["To"] == ADDRESS
    assert message["From"] == "Samen <post@example.org>"
    assert message["Subject"] == "An invitation for you"
    assert message["Message-ID"] == letter.message_id == f"<{letter.id.hex}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert LINK in message.get_content()


def test_a_letter_has_no_header_that_we_did_not_choose(server: MailServer) -> None:
    make.letter()
    make.sending()

    assert {name.lower() for name in server.got[0].message} == {
        *("from", "to", "subject", "date", "message-id", "auto-submitted"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }


def test_the_server_does_not_learn_the_name_of_this_machine(server: MailServer) -> None:
    """It would put that in a Received line."""
    make.letter()
    make.sending()

    assert server.got[0].greeted_as == "example.org"


def test_the_date_is_when_it_was_written_however_late_it_leaves(server: MailServer) -> None:
    make.letter(at=NOON)
    make.sending(at=NOON + timedelta(hours=5))

    assert parsedate_to_datetime(server.got[0].message["Date"]) == NOON
    assert Letter.objects.get().sent_at == NOON + timedelta(hours=5)


@pytest.mark.parametrize(
    "name", ["دار السلام 24", "خانهٔ امن‌ترین", "ቤት ሰላም", "Дім № 5", "Ñandú & çay"]
)
def test_every_script_arrives_as_it_was_sent(server: MailServer, name: str) -> None:
    make.letter(
        template="confirm_listing",
        language="nl",
        values={"organization": name, "link": LINK, "date": "2026-12-01"},
    )
    make.sending()

    message = server.got[0].message
    assert name in message.get_content()
    assert message.get_content_charset() == "utf-8"


def test_a_long_line_arrives_whole(server: MailServer) -> None:
    text = "é" * 5000
    make.letter(template="logbook_head", values={"text": text})
    make.sending()

    assert text in server.got[0].message.get_content()
    assert max(map(len, server.got[0].raw.splitlines())) <= 998


def test_letters_leave_over_one_connection_the_longest_waiting_first(server: MailServer) -> None:
    for minutes in (3, 1, 2):
        make.letter(to=f"office{minutes}@example.org", at=NOON + minutes * MINUTE)

    assert make.sending(at=NOON + timedelta(hours=1)).sent == 3
    assert [delivery.to[0][6] for delivery in server.got] == ["1", "2", "3"]
    assert server.connections == 1


def test_a_round_has_an_end(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make.letter()

    assert make.sending(limit=2).sent == 2
    monkeypatch.setattr(rules, "ROUND_LASTS", timedelta(0))
    assert make.sending() == Round()
    assert len(server.got) == 2


def test_without_letters_nobody_calls_the_server(server: MailServer) -> None:
    make.letter(at=NOON + MINUTE)

    assert make.sending(at=NOON) == Round()
    assert server.connections == 0


def test_of_a_letter_that_is_sent_its_values_are_gone(server: MailServer) -> None:
    make.letter()
    make.sending()

    letter = Letter.objects.get()
    assert server.got
    assert (letter.state, letter.values, letter.claim) == (State.SENT, {}, None)


# Refused


@pytest.mark.parametrize("answers", ["answers_to_recipient", "answers_to_letter"])
def test_what_is_refused_for_good_is_not_tried_again(server: MailServer, answers: str) -> None:
    getattr(server, answers).append("550 5.1.1 <office@example.org> does not exist here")
    make.letter()
    make.letter()

    assert make.sending() == Round(sent=1, bounced=1)
    assert make.sending(at=NOON + timedelta(days=9)) == Round()

    [trouble] = queries.letters_in_trouble()
    assert (trouble.state, trouble.last_error) == (State.BOUNCED, "smtp 550 5.1.1")
    assert (trouble.template, trouble.about_kind) == ("invitation", "listing")


@pytest.mark.parametrize("answers", ["answers_to_recipient", "answers_to_letter"])
def test_what_is_refused_for_now_is_tried_again(server: MailServer, answers: str) -> None:
    getattr(server, answers).append("451 4.7.1 Greylisted, come back later")
    make.letter()
    make.letter()

    assert make.sending() == Round(sent=1, put_off=1)
    assert make.sending(at=NOON + MINUTE / 2) == Round()
    assert Letter.objects.get(state=State.FAILED).last_error == "smtp 451 4.7.1"
    assert make.sending(at=NOON + MINUTE) == Round(sent=1)
    assert [delivery.to for delivery in server.got] == [[ADDRESS], [ADDRESS]]


@pytest.mark.parametrize(
    ("answers", "answer"),
    [
        ("answers_to_sender", "550 5.7.1 Sender not allowed"),
        ("answers_to_recipient", "530 5.7.0 Sign in first"),
        ("answers_to_recipient", "421 4.3.2 Closing"),
        ("answers_to_letter", "421 4.3.2 Closing"),
    ],
)
def test_when_the_fault_is_ours_or_the_servers_no_letter_pays_for_it(
    server: MailServer, answers: str, answer: str
) -> None:
    getattr(server, answers).append(answer)
    make.letter()
    make.letter()

    assert make.sending() == Round(put_off=1)
    assert Letter.objects.filter(state=State.QUEUED).count() == 1
    assert make.sending(at=NOON + MINUTE) == Round(sent=2)


# Not reached


def test_a_server_that_is_down_delays_letters_and_loses_none(server: MailServer) -> None:
    letters = [make.letter(to=f"office{n}@example.org") for n in range(3)]
    server.go_down()

    # The first letter finds out. The others are not made to wait for longer.
    assert make.sending(at=NOON) == Round(put_off=1)
    assert make.sending(at=NOON + MINUTE / 2) == Round(put_off=1)
    assert Letter.objects.filter(state=State.QUEUED).count() == 1
    assert Letter.objects.filter(last_error="unreachable").count() == 2

    server.come_back()
    assert make.sending(at=NOON + 2 * MINUTE) == Round(sent=3)
    assert sorted(d.message["Message-ID"] for d in server.got) == sorted(
        letter.message_id for letter in letters
    )


def test_a_server_that_hangs_up_after_taking_a_letter_gets_it_again_under_the_same_id(
    server: MailServer,
) -> None:
    make.letter()

    def hang_up() -> None:
        server.before_answer = lambda: None
        assert server.smtpd is not None
        server.smtpd.transport.abort()

    server.before_answer = hang_up

    assert make.sending() == Round(put_off=1)
    assert Letter.objects.get().last_error == "disconnected"
    assert make.sending(at=NOON + MINUTE) == Round(sent=1)
    first, second = server.got
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.raw == second.raw


def test_after_three_days_a_letter_is_given_up_and_the_desk_can_see_it(
    server: MailServer,
) -> None:
    letter = make.letter()
    server.go_down()

    at, rounds = NOON, [make.sending(at=NOON)]
    while (letter := Letter.objects.get()).state == State.FAILED:
        assert letter.due_at > at
        at = letter.due_at
        rounds.append(make.sending(at=at))

    assert at == NOON + rules.GIVEN_UP_AFTER
    assert rounds == [Round(put_off=1)] * 8 + [Round(given_up=1)]
    [trouble] = queries.letters_in_trouble()
    assert (trouble.letter_id, trouble.state) == (letter.id, State.GIVEN_UP)


def test_a_password_is_never_sent_to_a_server_without_tls(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "samen", "secret"
    make.letter()

    assert make.sending() == Round(put_off=1)
    assert Letter.objects.get().last_error == "no safe line"
    assert server.got == []


def test_a_server_that_speaks_no_tls_gets_no_letter(server: MailServer, settings: Settings) -> None:
    settings.EMAIL_USE_SSL = True
    make.letter()

    assert make.sending() == Round(put_off=1)
    assert Letter.objects.get().last_error == "no safe line"
    assert server.got == []


# Faults of our own


def test_one_letter_that_cannot_be_written_does_not_hold_up_the_others(
    server: MailServer,
) -> None:
    broken = make.letter(at=NOON - MINUTE)
    Letter.objects.filter(pk=broken.pk).update(template="gone")
    make.letter()

    assert make.sending() == Round(sent=1, put_off=1)
    assert len(server.got) == 1
    assert Letter.objects.get(pk=broken.pk).last_error == "fault"


# What is told


def test_neither_logbook_nor_log_holds_an_address_or_a_value(
    server: MailServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("samen"), "propagate", True)
    about = make.letter(template="confirm_listing", at=NOON - MINUTE).about_id
    make.letter()
    make.letter()
    broken = make.letter()
    Letter.objects.filter(pk=broken.pk).update(template="gone")
    server.answers_to_letter.extend(
        ["550 5.1.1 office@example.org unknown", "451 4.1.1 office@example.org busy"]
    )

    make.sending()
    actions.note_bounce(recipient=models.mark_of(ADDRESS), by=make.actor(), at=NOON)
    actions.forget_addresses(by=make.actor(), at=NOON + timedelta(days=99))

    lines = [SafeFormatter().format(record) for record in caplog.records]
    lines += [str(row) for row in Entry.objects.values()]
    lines += [str(row) for row in queries.letters_in_trouble()]
    assert len(lines) > 8
    told = "\n".join(lines)
    assert str(about) in told
    assert not re.search(r"office|example\.org|Bloem|9f3a2c|unknown|busy", told), told


def test_every_step_has_its_line_in_the_logbook(server: MailServer) -> None:
    letter = make.letter()
    server.answers_to_letter.append("451 later")
    make.sending()
    make.sending(at=NOON + MINUTE)

    assert make.lines(letter) == [
        *("letter queued", "letter tried", "letter put off", "letter tried", "letter sent")
    ]


class DiskFull(Exception):
    pass


def full(at_verb: str) -> Callable[..., object]:
    record = audit.record

    def written_until(*, verb: str, **said: Any) -> object:
        if verb == at_verb:
            raise DiskFull
        return record(verb=verb, **said)

    return written_until


def test_while_the_logbook_cannot_be_written_nothing_is_sent(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.letter()

    monkeypatch.setattr(audit, "record", full("letter tried"))
    with pytest.raises(DiskFull):
        make.sending()

    assert server.got == []
    assert Letter.objects.get().state == State.QUEUED


def test_a_letter_without_its_line_in_the_logbook_is_not_noted_as_sent(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.letter()

    monkeypatch.setattr(audit, "record", full("letter sent"))
    with pytest.raises(DiskFull):
        make.sending()

    letter = Letter.objects.get()
    assert server.got
    assert (letter.state, letter.sent_at) == (State.SENDING, None)


# The address


def test_an_address_is_forgotten_two_weeks_later(server: MailServer) -> None:
    make.letter()
    make.sending()
    later = NOON + rules.ADDRESS_KEPT

    assert server.got
    assert actions.forget_addresses(by=make.actor(), at=later - MINUTE) == 0
    assert actions.forget_addresses(by=make.actor(), at=later) == 1
    assert actions.forget_addresses(by=make.actor(), at=later) == 0

    letter = Letter.objects.get()
    assert (letter.to, letter.recipient) == ("", models.mark_of(ADDRESS))
    assert make.lines()[-1] == "addresses forgotten"


def test_the_address_of_a_letter_that_still_waits_is_kept() -> None:
    make.letter()

    assert actions.forget_addresses(by=make.actor(), at=NOON + timedelta(days=99)) == 0


def test_the_values_of_a_letter_given_up_go_with_its_address(server: MailServer) -> None:
    make.letter()
    server.go_down()
    for days in (0, 3):
        make.sending(at=NOON + timedelta(days=days))

    assert Letter.objects.get().values == {"link": LINK}
    actions.forget_addresses(by=make.actor(), at=NOON + timedelta(days=3) + rules.ADDRESS_KEPT)
    assert Letter.objects.get().values == {}


# The command


def test_the_command_sends_one_round(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 13, tzinfo=UTC))
    make.letter()
    make.letter()

    call_command("send_mail", "--limit=1")

    assert len(server.got) == 1
    assert capsys.readouterr().out.startswith("1 sent, 0 put off, 0 bounced, 0 given up")
