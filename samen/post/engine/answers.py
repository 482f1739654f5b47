"""What went wrong when a letter was handed over, as a code that names nobody.

A server's own words often repeat the address, so of them only numbers are kept.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass

_ENHANCED = re.compile(rb"\A\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")  # RFC 3463
_PERMANENT = range(500, 600)
# The server wants us to sign in, or to sign in otherwise: our settings are wrong, not the letter.
_SIGN_IN = {530, 534, 535, 538}
_CLOSING = 421  # RFC 5321: the server closes the connection


@dataclass(frozen=True, slots=True)
class Trouble:
    code: str
    final: bool = False  # this letter will never be taken
    everybody: bool = False  # no other letter would get through now either


def trouble(error: Exception) -> Trouble:
    """What `error`, raised while handing over a letter, means for this letter and the next."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            # A letter has one recipient, so there is one answer.
            [(number, words)] = error.recipients.values()
            return _of_this_letter(number, words)
        case smtplib.SMTPDataError():
            return _of_this_letter(error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():
            return Trouble(_numbers(error.smtp_code, error.smtp_error), everybody=True)
        case OSError():
            return Trouble(_of_the_line(error), everybody=True)
        case _:
            return Trouble("fault")


def _of_this_letter(number: int, words: bytes | str) -> Trouble:
    about_us = number in _SIGN_IN or number == _CLOSING
    return Trouble(
        _numbers(number, words),
        final=number in _PERMANENT and not about_us,
        everybody=about_us,
    )


def _numbers(number: int, words: bytes | str) -> str:
    enhanced = _ENHANCED.match(words if isinstance(words, bytes) else words.encode())
    return f"smtp {number} {enhanced[1].decode()}" if enhanced else f"smtp {number}"


def _of_the_line(error: OSError) -> str:
    match error:
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return "no safe line"
        case smtplib.SMTPServerDisconnected():
            return "disconnected"
        case TimeoutError():
            return "timeout"
        case _:
            return "unreachable"
