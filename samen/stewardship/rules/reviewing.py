"""When an organisation is asked, reminded, and given up on. Read aloud: three letters, a fortnight
apart; then the steward is told; then the entry stands lower; and two months after she was told, if
still nobody has said anything, it is hidden. Every step waits for the one before it, so that a
worker that stood still for a year asks first and hides last. What is for emergencies is never
hidden: the steward is told again every fortnight.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LETTERS = 3
FORTNIGHT = timedelta(days=14)
STEWARD_HAS = timedelta(days=60)
LINK_LASTS = timedelta(days=90)  # after the last letter
# After somebody said what has changed, her answer may wait so long for a steward.
ANSWER_HAS = timedelta(days=60)


class Step(StrEnum):
    ASK = "ask"
    ESCALATE = "escalate"
    LOWER = "lower"
    HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one round of asking stands."""

    opened_on: date
    asked: int  # letters
    asked_on: date | None
    escalated_on: date | None
    lowered: bool
    hidden: bool
    reachable: bool  # there is an address, and no letter to it came back
    emergency: bool
    overdue_on: date
    hidden_on: date


def coming(now: Standing) -> tuple[Step, date] | None:
    """The next step, and the first day on which it may be taken. None when nothing more comes."""
    if now.hidden:
        return None
    # Whoever gets an address after the steward was told is asked once.
    if now.reachable and now.asked < (1 if now.escalated_on else LETTERS):
        return Step.ASK, _silent(now)
    if now.escalated_on is None:
        return Step.ESCALATE, _silent(now) if now.reachable else now.opened_on
    return _after_the_steward_was_told(now, now.escalated_on)


def _after_the_steward_was_told(now: Standing, told: date) -> tuple[Step, date]:
    if not now.lowered:
        return Step.LOWER, max(now.overdue_on, told, _silent(now))
    if now.emergency:
        return Step.ESCALATE, told + FORTNIGHT
    return Step.HIDE, max(now.hidden_on, told + STEWARD_HAS, _silent(now))


def _silent(now: Standing) -> date:
    """The day on which the last letter has had its fortnight."""
    return now.asked_on + FORTNIGHT if now.asked and now.asked_on else now.opened_on


def is_too_old(asked_on: date | None, today: date) -> bool:
    """Whether a link from a letter of that day works no more: a mailbox changes hands."""
    return asked_on is None or today > asked_on + LINK_LASTS
