from samen.post.actions.bounces import note_bounce, take_report
from samen.post.actions.forgetting import forget_addresses
from samen.post.actions.queueing import queue_letter
from samen.post.actions.sending import Round, send_due
from samen.post.engine.reports import NotAReport
from samen.post.rules import (
    BadAddress,
    BadKey,
    CannotBeSent,
    UnknownLanguage,
    UnknownTemplate,
    WrongValues,
)

__all__ = [
    "BadAddress",
    "BadKey",
    "CannotBeSent",
    "NotAReport",
    "Round",
    "UnknownLanguage",
    "UnknownTemplate",
    "WrongValues",
    "forget_addresses",
    "note_bounce",
    "queue_letter",
    "send_due",
    "take_report",
]
