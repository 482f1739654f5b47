import io
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given
from hypothesis import strategies as st

from samen.post import actions, models, queries, rules
from samen.post.engine.reports import LARGEST, NotAReport, Undelivered, read_report
from samen.post.models import Letter, State
from samen.post.tests import make
from samen.post.tests.make import ADDRESS, LINK, NOON
from samen.post.tests.server import MailServer

LATER = NOON + timedelta(hours=3)
NOBODY = "<00000000000000000000000000000001@example.org>"

STATUS = """\
Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue, 24 Nov 2026 12:00:00 +0000

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822;somewhere-else@example.com
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: no such mailbox
"""


def report(
    *,
    message_id: str = NOBODY,
    to: str = ADDRESS,
    action: str = "failed",
    quoted_as: str = "message/rfc822",
    status: str = STATUS,
) -> bytes:
    """As Postfix writes it."""
    return f"""\
From: MAILER-DAEMON@example.com
To: post@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/delivery-status

{status.format(to=to, action=action)}
--cut
Content-Type: {quoted_as}

From: Samen <post@example.org>
To: {to}
Subject: An invitation for you
Message-ID: {message_id}

Hello,
--cut--
""".encode()


def test_a_report_says_which_letter_to_whom_and_why() -> None:
    assert read_report(report()) == [Undelivered(NOBODY, ADDRESS, "5.1.1")]


def test_a_report_may_quote_the_headers_only() -> None:
    assert read_report(report(quoted_as="text/rfc822-headers"))[0].message_id == NOBODY


def test_a_report_may_name_the_letter_as_what_it_answers() -> None:
    raw = report(message_id="<another@example.com>").replace(
        b"Auto-Submitted", f"In-Reply-To: {NOBODY}\nAuto-Submitted".encode()
    )

    assert read_report(raw)[0].message_id == NOBODY


def test_a_report_may_leave_out_the_part_about_itself() -> None:
    _itself, _, recipient = STATUS.partition("\n\n")

    assert read_report(report(status=recipient))[0].recipient == ADDRESS


def test_a_report_may_be_about_several() -> None:
    again = STATUS + "\nFinal-Recipient: RFC822; <info@example.org>\nAction: Failed (expired)\n"

    assert read_report(report(status=again))[1] == Undelivered(NOBODY, "info@example.org", "5.0.0")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "?"])
def test_a_delay_is_no_bounce(action: str) -> None:
    assert read_report(report(action=action)) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff",
        b"Subject: I am away\n\nUntil Monday.",
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Type: message/delivery-status; boundary=\n\nAction",
        report(status="nothing of the kind"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report()[: len(report()) // 2].replace(b"Action", b"Act"),
        b"Content-Type: multipart/report; boundary=a\n\n" + b"--a\n" * 50_000,
        b"a" * (LARGEST + 1),
    ],
)
def test_what_is_not_a_report_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAReport):
        read_report(raw)


def test_a_report_wrapped_a_thousand_times_is_refused() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )

    with pytest.raises(NotAReport):
        read_report(raw + report())


@given(st.binary())
@example(report())
@example(report().replace(b"rfc822;", b"rfc822;\xff\xfe"))
@example(report().replace(b"us-ascii", b"\xff"))
def test_whatever_comes_in_it_is_read_or_refused(raw: bytes) -> None:
    with suppress(NotAReport):
        read_report(raw)


@given(st.integers(0, len(report())), st.binary(max_size=20))
def test_a_damaged_report_is_read_or_refused(place: int, damage: bytes) -> None:
    whole = report()
    with suppress(NotAReport):
        for each in read_report(whole[:place] + damage + whole[place + len(damage) :]):
            assert each.recipient == "" or rules.is_address(each.recipient)


# Noted


@pytest.fixture
def sent(
    db: None,  # noqa: ARG001 the tables are there first
    server: MailServer,
) -> Letter:
    make.letter()
    make.sending()
    assert server.got
    return Letter.objects.get()


def note(raw: bytes) -> int:
    return actions.take_report(report=raw, by=make.actor(), at=LATER)


def test_a_bounce_is_noted_at_its_letter(sent: Letter) -> None:
    assert note(report(message_id=sent.message_id, to="other@example.com")) == 1

    sent.refresh_from_db()
    assert (sent.state, sent.sent_at, sent.closed_at) == (State.BOUNCED, NOON, LATER)
    [trouble] = queries.letters_in_trouble()
    assert (trouble.letter_id, trouble.last_error) == (sent.id, "report 5.1.1")


def test_told_twice_it_is_noted_once(sent: Letter) -> None:
    raw = report(message_id=sent.message_id)

    assert note(raw) == note(raw) == 1
    assert make.lines(sent).count("letter bounced") == 1


def test_without_our_message_id_the_last_letter_to_that_address_is_meant(sent: Letter) -> None:
    make.letter(at=LATER)
    make.sending(at=LATER)
    elsewhere = make.letter(to="info@example.org", at=LATER)
    make.sending(at=LATER)

    assert note(report(message_id="<another@example.com>", to=ADDRESS.upper())) == 1

    sent.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (sent.state, elsewhere.state) == (State.SENT, State.SENT)
    assert Letter.objects.filter(state=State.BOUNCED).count() == 1


def test_a_bounce_is_matched_after_the_address_was_forgotten(sent: Letter) -> None:
    actions.forget_addresses(by=make.actor(), at=NOON + rules.ADDRESS_KEPT)

    mark = models.mark_of(ADDRESS)
    bounced = actions.note_bounce(recipient=mark, by=make.actor(), at=NOON + timedelta(days=20))

    assert bounced == sent


def test_of_a_status_only_numbers_are_kept(sent: Letter) -> None:
    actions.note_bounce(
        message_id=sent.message_id, status=f"5.1.1 {ADDRESS}", by=make.actor(), at=LATER
    )

    assert Letter.objects.get().last_error == "report"


def test_a_bounce_of_long_ago_is_not_guessed_at(sent: Letter) -> None:
    bounced = actions.note_bounce(
        recipient=sent.recipient, by=make.actor(), at=NOON + rules.BOUNCES_COME_WITHIN
    )

    assert bounced is None


def test_a_bounce_of_somebody_elses_letter_changes_nothing(sent: Letter) -> None:
    assert note(report(to="stranger@example.com")) == 0

    sent.refresh_from_db()
    assert sent.state == State.SENT


@pytest.mark.django_db
def test_a_letter_that_never_left_cannot_come_back() -> None:
    letter = make.letter()

    assert note(report(message_id=letter.message_id)) == 0


@pytest.mark.django_db
def test_a_letter_that_waits_for_another_attempt_is_not_sent_after_its_bounce(
    server: MailServer,
) -> None:
    letter = make.letter()
    server.answers_to_letter.append("451 later, and yet it went on")
    make.sending()

    note(report(message_id=letter.message_id))

    assert make.sending(at=LATER) == actions.Round()
    letter.refresh_from_db()
    assert (letter.state, letter.values) == (State.BOUNCED, {})
    assert LINK not in str(Letter.objects.values())


# The command


def test_the_command_takes_a_file(
    sent: Letter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.eml"
    file.write_bytes(report(message_id=sent.message_id))

    call_command("take_bounces", str(file))

    assert capsys.readouterr().out == "1 bounced\n"


def test_the_command_takes_what_a_mail_server_pipes_in(
    sent: Letter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = report(message_id=sent.message_id).replace(b"\n", b"\r\n")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))

    call_command("take_bounces", "-")

    assert capsys.readouterr().out == "1 bounced\n"


@pytest.mark.django_db
def test_the_command_refuses_anything_else_without_repeating_it(tmp_path: Path) -> None:
    file = tmp_path / "letter.eml"
    file.write_text(f"From: {ADDRESS}\n\nI am away.")

    with pytest.raises(CommandError) as refused:
        call_command("take_bounces", str(file))
    assert ADDRESS not in str(refused.value)
    with pytest.raises(CommandError, match="No such file"):
        call_command("take_bounces", str(tmp_path / "nothing"))
