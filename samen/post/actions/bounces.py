from datetime import datetime

from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.post import rules
from samen.post.engine.reports import read_report
from samen.post.models import Letter, State, mark_of


@transaction.atomic
def note_bounce(
    *, message_id: str = "", recipient: str = "", status: str = "", by: Actor, at: datetime
) -> Letter | None:
    """Note that a letter came back: the one of this Message-ID, else the last to this recipient.

    `recipient` is models.mark_of an address; of `status` only numbers are kept. Returns the
    letter, or None when none of ours is meant. Told twice, it is noted once.
    """
    letter = _meant(message_id=message_id, recipient=recipient, at=at)
    if letter is None or letter.state == State.BOUNCED:
        return letter
    letter.state = State.BOUNCED
    letter.closed_at = at
    letter.claim = letter.claimed_until = None
    letter.values = {}
    letter.last_error = f"report {status}" if rules.is_status(status) else "report"
    letter.save(
        update_fields=["state", "closed_at", "claim", "claimed_until", "values", "last_error"]
    )
    audit.record(verb="letter bounced", kind="letter", record_id=letter.id, by=by, at=at)
    return letter


def _meant(*, message_id: str, recipient: str, at: datetime) -> Letter | None:
    # What was never handed to a server cannot come back from one.
    tried = Letter.objects.select_for_update().exclude(state=State.QUEUED)
    if message_id and (letter := tried.filter(message_id=message_id).first()):
        return letter
    if not recipient:
        return None
    # Some servers give a letter another Message-ID on its way.
    lately = tried.filter(recipient=recipient, sent_at__gt=at - rules.BOUNCES_COME_WITHIN)
    return lately.order_by("-sent_at", "id").first()


def take_report(*, report: bytes, by: Actor, at: datetime) -> int:
    """Note every bounce in a delivery report (RFC 3464); how many were letters of ours.

    Each bounce is kept by itself, and a report may be taken twice. Raises NotAReport.
    """
    noted = [
        note_bounce(
            message_id=each.message_id,
            recipient=mark_of(each.recipient) if each.recipient else "",
            status=each.status,
            by=by,
            at=at,
        )
        for each in read_report(report)
    ]
    return len({letter.id for letter in noted if letter})
