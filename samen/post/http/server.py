"""How letters leave, read from one setting: SAMEN_MAIL_URL. Read before Django is there."""

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from samen.post.rules import is_address

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_SMTP_PORT, _SUBMISSION_PORT, _TLS_PORT = 25, 587, 465


class BadMailSetting(ValueError):
    """Says what is wrong without repeating the setting, which may hold a password."""


@dataclass(frozen=True, slots=True)
class WayOut:
    backend: str
    folder: Path | None = None
    host: str = ""
    port: int = _SMTP_PORT
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False  # from the first byte


def way_out(url: str) -> WayOut:
    """`smtp://`, `smtps://` or `file:///`. Raises BadMailSetting."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        message = "SAMEN_MAIL_URL is not an address."
        raise BadMailSetting(message) from None
    match parts.scheme:
        case "file":
            return _folder(parts)
        case "smtp" | "smtps":
            return _server(parts, port)
    message = "SAMEN_MAIL_URL begins with smtp://, smtps:// or file:///."
    raise BadMailSetting(message)


def _folder(parts: SplitResult) -> WayOut:
    if parts.netloc or not parts.path.strip("/"):
        message = "SAMEN_MAIL_URL names a folder as file:///folder."
        raise BadMailSetting(message)
    return WayOut("samen.post.http.folder.EmailBackend", folder=Path(unquote(parts.path)))


def _server(parts: SplitResult, port: int | None) -> WayOut:
    host = parts.hostname or ""
    here = host in _THIS_MACHINE
    asked = dict(parse_qsl(parts.query))
    if not host or parts.path.strip("/") or not asked.keys() <= {"tls"}:
        message = "SAMEN_MAIL_URL is smtp://user:password@host:port/?tls=1"
        raise BadMailSetting(message)
    tls = parts.scheme == "smtps"
    # What is not said is safe: only on this machine a letter goes without TLS.
    starttls = not tls and asked.get("tls", "0" if here else "1") != "0"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        message = "SAMEN_MAIL_URL has a user without a password, or a password without a user."
        raise BadMailSetting(message)
    if user and not (tls or starttls or here):
        message = "SAMEN_MAIL_URL would send a password that everybody on the way can read."
        raise BadMailSetting(message)
    usual = _TLS_PORT if tls else _SUBMISSION_PORT if starttls else _SMTP_PORT
    return WayOut(
        "samen.post.http.smtp.EmailBackend",
        host=host,
        port=port or usual,
        user=user,
        password=password,
        starttls=starttls,
        tls=tls,
    )


def sender(text: str) -> tuple[str, str]:
    """The sender as it stands in a letter, and its bare address. Raises BadMailSetting."""
    name, address = parseaddr(text)
    if not is_address(address) or not name.isprintable() or "\n" in text or "\r" in text:
        message = "SAMEN_MAIL_FROM is not a sender such as: Name <post@example.org>"
        raise BadMailSetting(message)
    return formataddr((name, address)), address
