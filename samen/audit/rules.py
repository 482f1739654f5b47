"""What a line may say, in the codes of NEN 7513, and how much of a moment it may keep."""

import re
from datetime import datetime
from enum import IntEnum, StrEnum

from samen.foundation.actor import ActorKind
from samen.foundation.clock import AMSTERDAM

LONGEST_CODE = 60
_HASH = 32  # bytes
_CODE = re.compile(r"[a-z][a-z0-9 -]*")

# Who may be watched at home: a line about her keeps the day and not the hour.
_DAY_ONLY = {ActorKind.VISITOR, ActorKind.RECEIPT}


class Action(StrEnum):
    """EventActionCode."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"  # sign in, grant, print, search: nothing of a record changes


class Outcome(IntEnum):
    """EventOutcomeIndicator."""

    SUCCESS = 0
    MINOR_FAILURE = 4  # refused: no right, wrong code
    SERIOUS_FAILURE = 8
    MAJOR_FAILURE = 12  # cannot go on


class LifeCycle(IntEnum):
    """ParticipantObjectDataLifeCycle: what became of the record."""

    CREATION = 1
    IMPORT = 2
    AMENDMENT = 3
    VERIFICATION = 4
    TRANSLATION = 5
    ACCESS = 6
    DE_IDENTIFICATION = 7
    AGGREGATION = 8
    REPORT = 9
    EXPORT = 10
    DISCLOSURE = 11
    RECEIPT = 12
    ARCHIVING = 13
    LOGICAL_DELETION = 14
    ERASURE = 15


class NotACode(ValueError):
    """A word that might say something about a person was about to enter the logbook."""

    def __init__(self, column: str) -> None:
        # Without the word itself: this message ends up in other logs.
        super().__init__(f"{column} takes a code or a hash, not words about people.")


def check_code(column: str, code: str, *, needed: bool = False) -> str:
    """Let a code pass: lower-case letters, digits, spaces and dashes, sixty at most."""
    fits = len(code) <= LONGEST_CODE and _CODE.fullmatch(code)
    if not fits and (code or needed):
        raise NotACode(column)
    return code


def check_hash(details: bytes | None) -> bytes | None:
    """Let a SHA-256 pass, or nothing."""
    if details is not None and len(details) != _HASH:
        message = "details"
        raise NotACode(message)
    return details


def moment_kept(actor: ActorKind, at: datetime) -> datetime:
    """The moment that a line keeps: of visitors the day, as it began in Amsterdam."""
    if actor not in _DAY_ONLY:
        return at
    return at.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)
