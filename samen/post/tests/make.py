"""One of each, ready to use. Say only what the test is about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from samen.audit.models import Entry
from samen.foundation.actor import Actor, job
from samen.post import actions
from samen.post.models import Letter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINK = "https://localhost/k/9f3a2c"
ADDRESS = "office@example.org"

# What every wording takes, for tests that go through all of them.
VALUES: Mapping[str, Mapping[str, str | date]] = {
    "invitation": {"link": LINK},
    "confirm_listing": {
        "organization": "Bloem & Zee",
        "link": LINK,
        "date": date(2026, 12, 1),
    },
    "reminder_listing": {
        "organization": "Bloem & Zee",
        "link": LINK,
        "date": date(2026, 12, 1),
    },
    "listing_changed": {
        "organization": "Bloem & Zee",
        "link": LINK,
        "date": date(2026, 12, 1),
    },
    "entries_wait": {"link": LINK},
    "look_at_the_desk": {"link": LINK},
    "logbook_head": {"text": "1207 5d41402a\n1208 7d793037"},
}


def actor() -> Actor:
    return job("test")


def letter(  # noqa: PLR0913 each of them matters to some test
    *,
    to: str = ADDRESS,
    template: str = "invitation",
    language: str = "en",
    values: Mapping[str, str | date] | None = None,
    key: str = "",
    about: UUID | None = None,
    at: datetime = NOON,
) -> Letter:
    return actions.queue_letter(
        to=to,
        template=template,
        language=language,
        values=VALUES.get(template, {}) if values is None else values,
        key=key or f"test:{uuid4()}",
        about=("listing", about or uuid4()),
        by=actor(),
        at=at,
    )


def sending(*, at: datetime = NOON, limit: int = 100) -> actions.Round:
    return actions.send_due(by=actor(), at=at, limit=limit)


def lines(letter: Letter | None = None) -> list[str]:
    """What the logbook says was done, to this letter or to any, in order."""
    entries = Entry.objects.filter(object_type="letter").order_by("seq")
    if letter:
        entries = entries.filter(object_id=letter.id)
    return list(entries.values_list("event_type", flat=True))
