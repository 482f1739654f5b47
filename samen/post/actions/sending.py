import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.post import queries, rules
from samen.post.engine.answers import Trouble, trouble
from samen.post.models import Letter, State

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the letters of one round."""

    sent: int = 0
    put_off: int = 0
    bounced: int = 0
    given_up: int = 0


def send_due(*, by: Actor, at: datetime, limit: int) -> Round:
    """Send what is due, at most `limit` letters. Any number of senders may do so at once.

    Every letter is claimed, handed over and noted by itself, and each of these steps is kept
    before the next begins. A sender killed in between leaves one letter `sending`; when its claim
    runs out it is sent again, under the same Message-ID.
    """
    states: Counter[State] = Counter()
    end = monotonic() + rules.ROUND_LASTS.total_seconds()
    with _line() as line:
        while states.total() < limit and monotonic() < end:
            letter = _claim(by=by, at=at)
            if letter is None:
                break
            wrong = _hand_over(letter, line)
            states[_note(letter.id, letter.claim, wrong, by=by, at=at)] += 1
            if wrong and wrong.everybody:
                break
    return Round(
        sent=states[State.SENT],
        put_off=states[State.FAILED],
        bounced=states[State.BOUNCED],
        given_up=states[State.GIVEN_UP],
    )


@contextmanager
def _line() -> Iterator[Any]:
    """One connection for a round, opened with the first letter. Saying goodbye may fail."""
    line = get_connection()
    try:
        yield line
    finally:
        with suppress(OSError):
            line.close()


def _claim(*, by: Actor, at: datetime) -> Letter | None:
    """The next letter, marked so that nobody else takes it.

    PostgreSQL skips what another sender is claiming, SQLite lets one writer in at a time. The
    line in the logbook comes before the letter leaves: while none can be written, nothing is sent.
    """
    with transaction.atomic(durable=True):
        letter = Letter.objects.due(at=at).select_for_update(skip_locked=True).first()
        if letter is None:
            return None
        letter.state = State.SENDING
        letter.attempts += 1
        letter.tried_since = letter.tried_since or at
        letter.claim = uuid4()
        letter.claimed_until = letter.due_at = at + rules.CLAIM_LASTS
        letter.save(
            update_fields=["state", "attempts", "tried_since", "claim", "claimed_until", "due_at"]
        )
        audit.record(verb="letter tried", kind="letter", record_id=letter.id, by=by, at=at)
    return letter


def _hand_over(letter: Letter, line: Any) -> Trouble | None:
    if rules.is_hopeless(letter.attempts):
        return Trouble("killed its sender")
    try:
        line.open()
        line.send_messages([_message(letter)])
    # One letter that cannot be written or sent does not hold up all others.
    except Exception as error:  # noqa: BLE001 see above
        wrong = trouble(error)
        if wrong.code == "fault":
            _log.exception("letter %s could not be handed over", letter.id)
        else:
            _log.info("letter %s was not taken: %s", letter.id, wrong.code)
        return wrong
    return None


def _message(letter: Letter) -> EmailMessage:
    wording = queries.wording(
        template=letter.template, language=letter.language, values=letter.values
    )
    return EmailMessage(
        subject=wording.subject,
        body=wording.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to],
        headers={
            "Message-ID": letter.message_id,
            # When it was written, as RFC 5322 has it; and the same at every attempt.
            "Date": format_datetime(letter.created_at),
            # RFC 3834: no answering machine replies to this.
            "Auto-Submitted": "auto-generated",
        },
    )


def _note(
    letter_id: UUID, claim: UUID | None, wrong: Trouble | None, *, by: Actor, at: datetime
) -> State:
    with transaction.atomic(durable=True):
        letter = Letter.objects.select_for_update().get(pk=letter_id)
        overtaken = letter.claim != claim
        if letter.state != State.SENDING or (overtaken and wrong):
            # A report came in first, or our claim ran out and another sender has it in hand.
            return State(letter.state)
        verb = _settle(letter, wrong, at)
        letter.claim = letter.claimed_until = None
        letter.last_error = wrong.code if wrong else ""
        letter.save(
            update_fields=[
                *("state", "due_at", "sent_at", "closed_at", "values"),
                *("claim", "claimed_until", "last_error"),
            ]
        )
        audit.record(verb=verb, kind="letter", record_id=letter.id, by=by, at=at)
    return State(letter.state)


def _settle(letter: Letter, wrong: Trouble | None, at: datetime) -> str:
    """Its new state, and the words for the logbook."""
    if wrong is None:
        letter.state, letter.sent_at, letter.closed_at, letter.values = State.SENT, at, at, {}
        return "letter sent"
    if wrong.final:
        letter.state, letter.closed_at, letter.values = State.BOUNCED, at, {}
        return "letter bounced"
    again = rules.next_try(attempts=letter.attempts, first=letter.tried_since or at, at=at)
    if again is None:
        letter.state, letter.closed_at = State.GIVEN_UP, at
        return "letter given up"
    letter.state, letter.due_at = State.FAILED, again
    return "letter put off"
