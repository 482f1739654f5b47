"""What a letter may say, to whom, and when it is tried again. Plain Python only."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from samen.foundation import languages

# Refusals. None of them repeats what was handed in: it may be an address or a secret link.


class CannotBeSent(ValueError):
    """This letter will not be queued, for a reason that only its sender can mend."""


class UnknownTemplate(CannotBeSent):
    """There is no wording of this name."""


class UnknownLanguage(CannotBeSent):
    """A language outside samen.foundation.languages."""


class BadAddress(CannotBeSent):
    """Not exactly one plain mail address."""


class BadKey(CannotBeSent):
    """A key names one letter by codes and ids, without spaces, capitals or addresses."""


class WrongValues(CannotBeSent):
    """A value is missing, not allowed in this template, or not of its kind."""


# Wording


class Kind(StrEnum):
    LINK = "link"  # leads to a host of ours
    NAME = "name"  # one line, of an organisation
    DATE = "date"  # a day, as 2026-12-01
    TEXT = "text"  # lines of ids and numbers, never about a person


# Which values each wording takes. Whatever is not named here cannot stand in a letter.
TEMPLATES: Mapping[str, Mapping[str, Kind]] = {
    "invitation": {"link": Kind.LINK},
    "confirm_listing": {"organization": Kind.NAME, "link": Kind.LINK, "date": Kind.DATE},
    "reminder_listing": {"organization": Kind.NAME, "link": Kind.LINK, "date": Kind.DATE},
    "listing_changed": {"organization": Kind.NAME, "link": Kind.LINK, "date": Kind.DATE},
    "entries_wait": {"link": Kind.LINK},
    "look_at_the_desk": {"link": Kind.LINK},
    "logbook_head": {"text": Kind.TEXT},
}

# The languages letters are written in. Any other is answered in the closest of these, whole:
# a letter half in one language and half in another looks like a trick.
WRITTEN_IN = ("en", "nl")

_LONGEST = {Kind.LINK: 500, Kind.NAME: 200, Kind.DATE: 10, Kind.TEXT: 20_000}
_LINK = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9._~/?=&%#+:,;!$*-]*)?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Marks that turn the direction of what follows: with one of them a text can look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINING = frozenset("\u200c\u200d\u200e\u200f")  # Persian and Arabic names need these
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # Unicode's general categories


@dataclass(frozen=True, slots=True)
class OurHosts:
    """Where a link in a letter may lead."""

    names: Collection[str]  # as in Django's ALLOWED_HOSTS
    https: bool


def check_template(template: str, language: str) -> None:
    """Raises UnknownTemplate or UnknownLanguage."""
    if template not in TEMPLATES:
        raise UnknownTemplate
    if language not in languages.LANGUAGES:
        raise UnknownLanguage


def check_values(
    template: str, values: Mapping[str, str | date], *, ours: OurHosts
) -> dict[str, str]:
    """The values as they are kept. Raises WrongValues with the name of the first wrong one."""
    kinds = TEMPLATES[template]
    for name in sorted(kinds.keys() ^ values.keys(), key=str):
        what = "is missing" if name in kinds else "is not in this template"
        message = f"{name} {what}" if name in kinds else what
        raise WrongValues(message)
    said = {name: str(value) for name, value in values.items()}
    for name, kind in kinds.items():
        if not _is_of(kind, said[name], ours):
            message = f"{name} is not a {kind}"
            raise WrongValues(message)
    return said


def _is_of(kind: Kind, text: str, ours: OurHosts) -> bool:
    tests: dict[Kind, Callable[[], bool]] = {
        Kind.LINK: lambda: _is_our_link(text, ours),
        Kind.NAME: lambda: text == text.strip() and _is_shown(text),
        Kind.DATE: lambda: _is_day(text),
        Kind.TEXT: lambda: _is_shown(text.replace("\n", "")) and bool(text.strip()),
    }
    return 0 < len(text) <= _LONGEST[kind] and tests[kind]()


def _is_our_link(text: str, ours: OurHosts) -> bool:
    found = _LINK.fullmatch(text)
    if not found or (ours.https and found["scheme"] != "https"):
        return False
    host = found["host"].lower()
    return any(
        host == name.lower().lstrip(".") or (name.startswith(".") and host.endswith(name.lower()))
        for name in ours.names
    )


def _is_shown(text: str) -> bool:
    return all(
        letter in _JOINING or unicodedata.category(letter) not in _NOT_SHOWN for letter in text
    )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def language_of_letter(language: str) -> str:
    return next(tag for tag in languages.fallbacks(language) if tag in WRITTEN_IN)


def isolated(text: str, *, direction: str) -> str:
    """A name between the marks that keep it whole in a line of the other direction."""
    against = {"L", "EN"} if direction == "rtl" else {"R", "AL", "AN"}
    mixed = any(unicodedata.bidirectional(letter) in against for letter in text)
    return f"\u2068{text}\u2069" if mixed else text


# Addresses

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<box>{_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*")
_LONGEST_BOX, _LONGEST_ADDRESS = 64, 254  # RFC 5321
_KEY = re.compile(r"[a-z0-9][a-z0-9_.:/-]{0,119}")


def is_address(text: str) -> bool:
    """One plain address in ASCII: no name, no comment, no quotes, nothing that ends a header."""
    found = _ADDRESS.fullmatch(text)
    return (
        found is not None
        and len(found["box"]) <= _LONGEST_BOX
        and len(text) <= _LONGEST_ADDRESS
        and not text.startswith("-")  # some mail programs read that as an option
    )


def check_address(text: str) -> None:
    """Raises BadAddress."""
    if not is_address(text):
        raise BadAddress


def check_key(key: str) -> None:
    """Raises BadKey."""
    if not _KEY.fullmatch(key):
        raise BadKey


def message_id(letter_id: UUID, *, sender: str) -> str:
    """The same for every attempt, so that a mailbox can see that two copies are one letter."""
    return f"<{letter_id.hex}@{sender.rpartition('@')[2]}>"


# Status of a letter that came back (RFC 3463): 5.1.1 for a mailbox that does not exist.
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


def is_status(text: str) -> bool:
    return _STATUS.fullmatch(text) is not None


# Time

# Between one attempt and the next; the last one repeats.
PATIENCE = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(days=1),
)
GIVEN_UP_AFTER = timedelta(days=3)
# Three days hold nine attempts. More happen only when a letter kills its sender every time.
MOST_ATTEMPTS = 12

# A round stops claiming after this, so that a claim is never older than a round plus one letter.
ROUND_LASTS = timedelta(minutes=5)
CLAIM_LASTS = timedelta(minutes=15)

ADDRESS_KEPT = timedelta(days=14)
BOUNCES_COME_WITHIN = timedelta(days=30)


def next_try(*, attempts: int, first: datetime, at: datetime) -> datetime | None:
    """When to try again after failing for the `attempts`-th time; None to give up.

    The last attempt is made when the three days are over, not before.
    """
    end = first + GIVEN_UP_AFTER
    if at >= end or is_hopeless(attempts):
        return None
    return min(at + PATIENCE[min(attempts, len(PATIENCE)) - 1], end)


def is_hopeless(attempts: int) -> bool:
    return attempts > MOST_ATTEMPTS
