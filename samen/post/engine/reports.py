"""Reports of mail servers that a letter could not be delivered (RFC 3464).

They come from anywhere, so whatever cannot be read is refused, and nothing of their text is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from samen.post.rules import is_address

LARGEST = 1024 * 1024  # bytes; a report quotes a letter, and ours are short

_OURS = re.compile(r"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}>")
_STATUS = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")
_COMMENT = re.compile(r"\([^()]*\)")


class NotAReport(ValueError):
    """This is no delivery report, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    message_id: str  # of the letter, or nothing
    recipient: str  # the address, or nothing
    status: str  # as 5.1.1


def read_report(raw: bytes) -> list[Undelivered]:
    """Who did not get what. Empty for a report of a delay or of success. Raises NotAReport."""
    if len(raw) > LARGEST:
        raise NotAReport
    try:
        return list(_undelivered(message_from_bytes(raw)))
    except NotAReport:
        raise
    # Hostile mail makes Python's parser stumble in many ways; none of them is our fault.
    except Exception as error:
        raise NotAReport from error


def _undelivered(report: Message) -> Iterator[Undelivered]:
    parts = list(report.walk())
    status = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
    if status is None or not isinstance(status.get_payload(), list):
        raise NotAReport
    message_id = _message_id(report, parts)
    # The first block is about the message, every other one about a recipient; but there are
    # servers that leave the first one out.
    blocks = [block for block in status.walk() if block.get("Action") is not None]
    if not blocks:
        raise NotAReport
    for block in blocks:
        if _word(block, "Action").lower() == "failed":
            found = _STATUS.search(_word(block, "Status"))
            yield Undelivered(message_id, _recipient(block), found[0] if found else "5.0.0")


def _message_id(report: Message, parts: list[Message]) -> str:
    """From the letter that the report quotes, or its headers alone; else from what it answers."""
    quoted = [part for part in parts if part is not report]
    quoted += [
        message_from_bytes(headers)
        for part in parts
        if part.get_content_type() == "text/rfc822-headers"
        and isinstance(headers := part.get_payload(decode=True), bytes)
    ]
    said = [_word(part, "Message-ID") for part in quoted]
    said += [_word(report, name) for name in ("In-Reply-To", "References")]
    return next((found[0] for text in said if (found := _OURS.search(text))), "")


def _recipient(block: Message) -> str:
    """The address we wrote to, or the one it was forwarded to."""
    for name in ("Original-Recipient", "Final-Recipient"):
        kind, _, address = _word(block, name).partition(";")
        address = address.strip().strip("<>")
        if kind.strip().lower() == "rfc822" and is_address(address):
            return address
    return ""


def _word(block: Message, name: str) -> str:
    return _COMMENT.sub("", str(block.get(name, ""))).strip()
