"""A site of our own with a certificate of our own, and a canary that hears every knock."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_TO = datetime(2120, 1, 1, tzinfo=UTC)


def certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate that is its own authority, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName(
        [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Site:
    """Answers every request with the same bytes; counts who came, and remembers the SNI."""

    def __init__(self, answer: bytes, keys: Path | None) -> None:
        self.answer = answer
        self.knocks = 0
        self.names: list[str | None] = []
        self.requests: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._context = self._speaking(keys) if keys else None
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _speaking(self, keys: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        return context

    def _serve(self) -> None:
        while True:
            try:
                guest, _address = self._server.accept()
            except OSError:
                return
            self.knocks += 1
            with guest:
                self._answer(guest)

    def _answer(self, guest: socket.socket) -> None:
        if self._context is None:
            return
        try:
            guest.settimeout(5)
            # Otherwise each answer waits forty milliseconds for an acknowledgement.
            guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(guest, server_side=True) as secure:
                self.requests.append(secure.recv(65_536))
                secure.sendall(self.answer)
                secure.unwrap()
        except OSError:
            return

    def close(self) -> None:
        # A blocked accept does not notice a close; a shutdown it does.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(timeout=10)


@contextmanager
def site(answer: bytes = b"", *, keys: Path | None = None) -> Iterator[Site]:
    """Without keys it only counts knocks: the canary."""
    standing = Site(answer, keys)
    try:
        yield standing
    finally:
        standing.close()


def page(body: bytes = b"<h1>hello</h1>", *, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
