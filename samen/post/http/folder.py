import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Puts letters into a folder, one file each, for its owner only.

    The file is named after the Message-ID: a letter that is sent again replaces itself.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = settings.EMAIL_FILE_PATH or settings.DATA / "mail"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in email_messages:
            # Django's message writes its lines as it is told; its type does not say so.
            message: Any = each.message()
            name = re.sub(r"[^A-Za-z0-9.-]", "", message["Message-ID"].partition("@")[0])
            # Written beside and moved over: whoever looks finds whole letters only. The
            # temporary file is readable for its owner alone, and stays so.
            with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as fresh:
                fresh.write(message.as_bytes(linesep="\r\n"))
            Path(fresh.name).replace(folder / f"{name}.eml")
        return len(email_messages)
