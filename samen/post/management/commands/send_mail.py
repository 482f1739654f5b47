"""Send the letters that are due: one round."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from samen.foundation import clock
from samen.foundation.actor import job
from samen.post import actions

_AT_ONCE = 500


class Command(BaseCommand):
    help = "Send the letters that are due, and forget the addresses of old ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=_AT_ONCE, metavar="LETTERS")

    def handle(self, *, limit: int, **_options: Any) -> None:
        by, at = job("send_mail"), clock.now()
        done = actions.send_due(by=by, at=at, limit=limit)
        forgotten = actions.forget_addresses(by=by, at=at)
        self.stdout.write(
            f"{done.sent} sent, {done.put_off} put off, {done.bounced} bounced, "
            f"{done.given_up} given up; {forgotten} old addresses forgotten"
        )
        if settings.EMAIL_FILE_PATH and settings.ENVIRONMENT == "production":
            self.stderr.write(
                "Letters are put into a folder and reach nobody. Name your mail server in "
                "SAMEN_MAIL_URL."
            )
