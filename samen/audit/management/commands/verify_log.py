"""Check that no line of the logbook was changed, and say which one was."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from samen.audit import actions, queries
from samen.audit.engine import heads, key_files
from samen.audit.engine.checking import Broken, Whole
from samen.audit.models import Head

_SAY_AFTER = 100_000  # lines


class Command(BaseCommand):
    help = "Check the logbook line by line. The first broken line is named, and the exit code is 1."
    # Also when another part of the house does not start.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--first-key",
            type=Path,
            metavar="FILE",
            help="the first key, as the log manager kept it",
        )
        parser.add_argument(
            "--head",
            type=Path,
            metavar="FILE",
            action="append",
            default=[],
            help="a signed head as it was mailed; may be given more than once",
        )
        parser.add_argument(
            "--public-key",
            action="store_true",
            help="only print the public half of the key that signs heads",
        )

    def handle(
        self, *, first_key: Path | None, head: list[Path], public_key: bool, **_options: Any
    ) -> None:
        if public_key:
            self.stdout.write(actions.make_signing_key().hex())
            return
        try:
            whole = queries.check_logbook(
                first_key=self._first_key(first_key),
                kept_heads=[heads.read(path.read_text("utf-8"), source=str(path)) for path in head],
                on_line=self._say_where,
            )
        except (Broken, OSError, ValueError) as reason:
            raise CommandError(str(reason)) from reason
        self._say(whole)
        if missing := queries.missing_guards():
            message = (
                "The database no longer refuses to change the logbook. These triggers are missing: "
                f"{', '.join(missing)}."
            )
            raise CommandError(message)

    def _first_key(self, kept: Path | None) -> bytes | None:
        """The key from the log manager's file, or from the one that still lies here."""
        lying_here = settings.DATA / key_files.FIRST_KEY
        if lying_here.exists():
            self.stdout.write(
                f"The first key still lies on this machine: take it away. ({lying_here})"
            )
        if kept is None and not lying_here.exists():
            return None
        return key_files.read(kept or lying_here)

    def _say_where(self, line: int) -> None:
        if line % _SAY_AFTER == 0:
            self.stdout.write(f"{line:,} lines so far")

    def _say(self, whole: Whole) -> None:
        if not whole.lines:
            self.stdout.write("The logbook is empty: nothing was ever written in it.")
            return
        span = f"from {whole.first_at[:10]} to {whole.last_at[:10]}"
        self.stdout.write(f"{whole.lines:,} lines {span} are as they were written.")
        if not whole.with_first_key:
            self.stdout.write(
                "Without the first key: a rewriting by somebody who also changed every seal after "
                "it shows only against signed heads that were kept elsewhere."
            )
        newest = Head.objects.order_by("number").last()
        if newest is None:
            self.stdout.write("No head was signed yet.")
            return
        signed = queries.signed(newest)
        self.stdout.write(
            f"{whole.heads} signed heads fit. The newest is head {signed.number}, over "
            f"{signed.seq:,} lines: {signed.words}"
        )
