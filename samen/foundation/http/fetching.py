"""Fetch a page of somebody else without becoming somebody's way into this house.

An address in the map was typed by a person, and may lead to the machine beside this one. So: only
https, the name is resolved once, every address it has must be public, the connection goes to the
address that was checked, and the certificate must be of the name that was asked for. A redirect
goes through the same gate and stays on its host. Three seconds and one megabyte, all in all.

The only opening is the operator's: a host and port of his own with a certificate authority of its
own (docs/map-quality.md). Call this from jobs, never while a visitor waits.
"""

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPException, HTTPResponse
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urljoin, urlsplit

from samen.foundation.http.addresses import is_public

SECONDS = 3.0
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 3
_HTTPS = 443
_LONGEST_ADDRESS = 2_000
_LONGEST_MARK = 200
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9][a-z0-9-]{0,61}")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Trouble(StrEnum):
    """Why there is no page. A code, so that it can be kept and said in words elsewhere."""

    NOT_HTTPS = "not-https"
    BAD_ADDRESS = "bad-address"
    NOT_PUBLIC = "not-public"
    NO_SUCH_HOST = "no-such-host"
    UNREACHABLE = "unreachable"
    BAD_CERTIFICATE = "bad-certificate"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    BAD_ANSWER = "bad-answer"
    ELSEWHERE = "elsewhere"  # sent on to another host
    IN_CIRCLES = "in-circles"


class NotFetched(Exception):
    def __init__(self, trouble: Trouble, *, host: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.host = host  # where it was sent on to


@dataclass(frozen=True, slots=True)
class Fetched:
    address: str  # after redirects
    status: int
    content_type: str
    body: bytes
    # By which the same page is known again; what cannot stand in a header of ours is left out.
    tag: str = ""
    modified: str = ""


Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


def resolved(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(address: tuple[str, int], seconds: float) -> socket.socket:
    return socket.create_connection(address, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Gate:
    """What may be reached, and how. The operator's openings: "host:port" to a file of his CA.

    A page of a link is small and quick; whoever fetches a list of records says how much more.
    """

    openings: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    most_bytes: int = 0
    resolve: Resolve = resolved
    connect: Connect = connected


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    path: str
    authority: str | None  # the operator's, of an opening


def fetch(address: str, *, gate: Gate, headers: Mapping[str, str] | None = None) -> Fetched:
    """Raises NotFetched. `headers` are ours, never what somebody typed."""
    until = time.monotonic() + (gate.seconds or SECONDS)
    for _hop in range(MOST_REDIRECTS + 1):
        target = _checked_address(address, gate)
        response, body = _exchange(target, gate, headers or {}, until)
        onward = response.headers.get("Location", "")
        if response.status not in _REDIRECTS or not onward:
            return _fetched(address, response, body)
        address = _onward(address, onward, target)
    raise NotFetched(Trouble.IN_CIRCLES)


def _fetched(address: str, response: HTTPResponse, body: bytes) -> Fetched:
    def said(name: str) -> str:
        value = response.headers.get(name, "")
        return (
            value if len(value) <= _LONGEST_MARK and value.isascii() and value.isprintable() else ""
        )

    kind = response.headers.get("Content-Type", "")
    return Fetched(address, response.status, kind, body, said("ETag"), said("Last-Modified"))


def _onward(address: str, onward: str, target: _Target) -> str:
    try:
        there = urljoin(address, onward)
        host = (urlsplit(there).hostname or "").rstrip(".")
    except ValueError:
        raise NotFetched(Trouble.BAD_ADDRESS) from None
    if host != target.host:
        raise NotFetched(Trouble.ELSEWHERE, host=host)
    return there


def _checked_address(address: str, gate: Gate) -> _Target:
    parts, port = _parts(address)
    try:
        host = (parts.hostname or "").rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        raise NotFetched(Trouble.BAD_ADDRESS) from None
    authority = gate.openings.get(f"{host}:{port}")
    if authority is None and (port != _HTTPS or is_address(host)):
        # A site of an organisation has a name. An address of numbers is a way around it.
        raise NotFetched(Trouble.NOT_PUBLIC)
    if not is_address(host) and not _HOST.fullmatch(host):
        raise NotFetched(Trouble.BAD_ADDRESS)
    path = parts.path or "/"
    return _Target(host, port, f"{path}?{parts.query}" if parts.query else path, authority)


def _parts(address: str) -> tuple[SplitResult, int]:
    if len(address) > _LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise NotFetched(Trouble.BAD_ADDRESS)
    try:
        parts = urlsplit(address)
        port = parts.port or _HTTPS
    except ValueError:
        raise NotFetched(Trouble.BAD_ADDRESS) from None
    if parts.scheme != "https":
        raise NotFetched(Trouble.NOT_HTTPS)
    if "@" in parts.netloc or "\\" in address or not parts.hostname:
        raise NotFetched(Trouble.BAD_ADDRESS)
    return parts, port


def is_address(host: str) -> bool:
    """Anything a resolver may read as numbers: 127.1, 2130706433, 0x7f000001, 0177.0.0.1, ::1."""
    last = host.rpartition(".")[2]
    return ":" in host or last.isdigit() or last.startswith("0x")


def _exchange(
    target: _Target, gate: Gate, headers: Mapping[str, str], until: float
) -> tuple[HTTPResponse, bytes]:
    addresses = _checked_addresses(target, gate, until)
    context = ssl.create_default_context(cafile=target.authority)
    plain = _first_answering(addresses, target.port, gate, until)
    try:
        plain.settimeout(_left(until))
        with plain, context.wrap_socket(plain, server_hostname=target.host) as secure:
            secure.settimeout(_left(until))
            secure.sendall(_request(target, headers))
            return _read(_received(secure, until, gate.most_bytes or MOST_BYTES))
    except ssl.SSLCertVerificationError:
        raise NotFetched(Trouble.BAD_CERTIFICATE) from None
    except TimeoutError:
        raise NotFetched(Trouble.TOO_SLOW) from None
    except OSError:
        raise NotFetched(Trouble.UNREACHABLE) from None


def _checked_addresses(target: _Target, gate: Gate, until: float) -> Sequence[str]:
    """Resolved once. One address of the house among public ones refuses them all."""
    addresses = _in_time(lambda: gate.resolve(target.host, target.port), until)
    if not addresses:
        raise NotFetched(Trouble.NO_SUCH_HOST)
    if target.authority is None and not all(map(is_public, addresses)):
        raise NotFetched(Trouble.NOT_PUBLIC)
    return addresses


def _in_time(ask: Callable[[], Sequence[str]], until: float) -> Sequence[str]:
    """The system's resolver knows no time limit: whoever is slower than ours is left behind."""
    said: SimpleQueue[Sequence[str]] = SimpleQueue()

    def look_up() -> None:
        try:
            said.put(ask())
        except (OSError, UnicodeError):
            said.put([])

    Thread(target=look_up, daemon=True).start()
    try:
        return said.get(timeout=_left(until))
    except Empty:
        raise NotFetched(Trouble.TOO_SLOW) from None


def _first_answering(
    addresses: Sequence[str], port: int, gate: Gate, until: float
) -> socket.socket:
    trouble = Trouble.UNREACHABLE
    for address in addresses[:4]:
        try:
            return gate.connect((address, port), _left(until))
        except TimeoutError:
            trouble = Trouble.TOO_SLOW
        except OSError:
            continue
    raise NotFetched(trouble)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise NotFetched(Trouble.TOO_SLOW)
    return left


def _request(target: _Target, headers: Mapping[str, str]) -> bytes:
    host = target.host if target.port == _HTTPS else f"{target.host}:{target.port}"
    path = "".join(sign if sign.isascii() else _quoted(sign) for sign in target.path)
    said = {
        "Host": host,
        "User-Agent": "Samen (checks whether links still work)",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _quoted(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())


def _received(secure: ssl.SSLSocket, until: float, most: int) -> bytes:
    """Everything until they hang up, or as much as we take."""
    taken = bytearray()
    while True:
        secure.settimeout(_left(until))
        try:
            piece = secure.recv(65_536)
        except ssl.SSLEOFError:
            return bytes(taken)
        if not piece:
            return bytes(taken)
        taken += piece
        if len(taken) > most:
            raise NotFetched(Trouble.TOO_LARGE)


class _Said:
    """What was received, as http.client wants to be given it."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


def _read(received: bytes) -> tuple[HTTPResponse, bytes]:
    # http.client asks a socket for nothing but this file.
    response = HTTPResponse(_Said(received))  # type: ignore[arg-type]
    try:
        response.begin()
        return response, response.read()
    except (HTTPException, ValueError):
        raise NotFetched(Trouble.BAD_ANSWER) from None
    finally:
        response.close()
