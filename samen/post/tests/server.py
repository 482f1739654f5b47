"""A real mail server on this machine, that does as it is told and remembers what it got."""

import asyncio
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from pytest_django import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

OK = "250 OK"


@dataclass(frozen=True)
class Delivery:
    greeted_as: str
    sender: str
    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


def nothing_more() -> None:
    """What happens between taking a letter and saying so: usually nothing."""


class MailServer(Controller):
    """Answers with what stands in `answers` first, and then with OK."""

    def __init__(self) -> None:
        # Port 0: the system chooses a free one.
        super().__init__(self, hostname="127.0.0.1", port=0)
        self.got: list[Delivery] = []
        self.connections = 0
        self.answers_to_sender: deque[str] = deque()
        self.answers_to_recipient: deque[str] = deque()
        self.answers_to_letter: deque[str] = deque()
        self.before_answer: Callable[[], None] = nothing_more

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # asyncio's servers have sockets
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's

    def use(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "samen.post.http.smtp.EmailBackend"
        settings.EMAIL_FILE_PATH = None
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = self.port
        settings.EMAIL_TIMEOUT = 10

    def go_down(self) -> None:
        if self._thread is not None:
            self.stop()

    def come_back(self) -> None:
        """On the same port, as a server does."""
        self.loop = asyncio.new_event_loop()
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/"

    # What aiosmtpd calls; the names are its own.

    async def handle_EHLO(  # noqa: N802 aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.answers_to_sender.popleft() if self.answers_to_sender else OK
        if answer == OK:
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.answers_to_recipient.popleft() if self.answers_to_recipient else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 aiosmtpd's name
        self, _server: Any, session: Any, envelope: Any
    ) -> str:
        answer = self.answers_to_letter.popleft() if self.answers_to_letter else OK
        if answer == OK:
            self.got.append(
                Delivery(session.host_name, envelope.mail_from, envelope.rcpt_tos, envelope.content)
            )
        self.before_answer()
        return answer
