"""What the vault refuses and why, how long it stays open, how much at once. Plain Python only."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

IDLE_LASTS = timedelta(minutes=15)  # security.md 4: a laptop left open
DAY_LASTS = timedelta(hours=8)
RECEIPT_LASTS = timedelta(minutes=15)
PACKET_LASTS = timedelta(days=14)

# In one call, so that a page answers and a killed process has little to do again.
MOST_AT_ONCE = 500
SMALLEST_CIRCLE = 2

# What one of a circle asks, a second one agrees to within a day, or it is over.
ASK_LASTS = timedelta(hours=24)
LONGEST_EMERGENCY = 24  # hours; nobody can make it longer, only ask again
LONGEST_REASON = 1000  # letters
# security.md 2.7: everybody hears it three days before a spare key is handed over, and can stop it.
SPARE_WAITS = timedelta(hours=72)
SPARE_LASTS = 2 * SPARE_WAITS


class Purpose(StrEnum):
    """What two of a circle can do together, and one of them alone cannot."""

    EMERGENCY = "emergency"  # one of them reads a record, until an hour that is told
    GIVE_BACK = "give back"  # what nobody can read any more, to a colleague, for good
    ADD = "add"  # one more colleague to the circle
    KEEP_SPARES = "keep spare keys"  # from now on, of colleagues who want it
    SPARE_KEY = "spare key"  # to the colleague whose it is, who has lost everything


class VaultRefuses(Exception):
    """Nothing was shown and nothing was changed."""


class Locked(VaultRefuses):
    """The vault of this session is not open: she signs in again."""


class NoGrant(VaultRefuses):
    """Nobody gave her this record, or there is none: the same answer for both."""


class NotYours(VaultRefuses):
    """Somebody else's keys, or an act that takes another person."""


class Altered(VaultRefuses):
    """The sealed text is not the one that was written last. It is in the logbook."""


class Gone(VaultRefuses):
    """It was erased for good, or is over."""


class LastHolder(VaultRefuses):
    """Without her nobody could read it any more."""


class NotByTwo(VaultRefuses):
    """Who asks cannot agree, and nobody opens what a second person did not agree to."""


class AlreadyOne(VaultRefuses):
    """This team has a circle that waits for its second member: it goes only when that is said."""


class TooEarly(VaultRefuses):
    """Everybody heard of it and has three days to say no."""


class Over(VaultRefuses):
    """It was agreed to already, was done, or its time is over."""


class NoReason(VaultRefuses):
    """Nobody is let in without a reason, or for longer than the rule says."""


class TooMuch(VaultRefuses):
    """More than one call may do."""


class NotConfirmed(VaultRefuses):
    """The six words of these colleagues have not been compared, or no longer fit."""

    def __init__(self, members: Iterable[UUID]) -> None:
        self.members = frozenset(members)
        super().__init__("The six words of a colleague have not been confirmed.")


def check_amount(count: int) -> None:
    """Raises TooMuch."""
    if count > MOST_AT_ONCE:
        raise TooMuch


def check_emergency(reason: str, hours: int) -> None:
    """Raises NoReason."""
    check_reason(reason)
    if not 1 <= hours <= LONGEST_EMERGENCY:
        raise NoReason


def check_reason(reason: str) -> None:
    """Raises NoReason."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise NoReason


class BadFile(VaultRefuses):
    """Too large, or not one of the kinds that are taken in."""


# By their content, whatever they are called (security.md 4).
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_PICTURE = 40_000_000  # pixels
_BEGINNINGS = (
    ("application/pdf", b"%PDF-"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
)
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def kind_of(content: bytes) -> str:
    """The kind of a file, by what it is and not by its name. Raises BadFile."""
    for kind, beginning in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content and _is_text(content):
        return "text/plain"
    raise BadFile


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(
        letter.isprintable() or letter in "\r\n\t\u200c\u200d\u200e\u200f" for letter in text
    )
