import smtplib
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail.backends import smtp


class EmailBackend(smtp.EmailBackend):
    """Django's own, but it greets the server with the domain of the sender.

    Otherwise the name of this machine would stand in the Received lines of every letter.
    """

    @property
    def connection_class(self) -> Any:
        return partial(_connect, super().connection_class)


def _connect(connect: Callable[..., smtplib.SMTP], *where: Any, **how: Any) -> smtplib.SMTP:
    how["local_hostname"] = settings.MAIL_ADDRESS.rpartition("@")[2]
    return connect(*where, **how)
