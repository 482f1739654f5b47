"""Read a delivery report that came back to the sender's mailbox."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from samen.foundation import clock
from samen.foundation.actor import job
from samen.post import actions
from samen.post.engine.reports import LARGEST


class Command(BaseCommand):
    help = "Note the bounces in a delivery report (RFC 3464), from a file or, with -, from stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE|-")

    def handle(self, *, file: str, **_options: Any) -> None:
        try:
            noted = actions.take_report(report=_read(file), by=job("take_bounces"), at=clock.now())
        except actions.NotAReport as error:
            message = "This is not a delivery report that can be read."
            raise CommandError(message) from error
        except OSError as error:
            message = f"Cannot read {file}: {error.strerror}"
            raise CommandError(message) from error
        self.stdout.write(f"{noted} bounced")


def _read(file: str) -> bytes:
    """One byte more than is allowed, so that what is too large is seen as such."""
    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(file).open("rb") as report:
        return report.read(LARGEST + 1)
