"""Measure, and write what was measured to bench/results and docs/benchmarks.md."""

import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Measure search and pages beside others, in data of its own; write docs/benchmarks.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="small sizes, into var/bench")
        parser.add_argument("--only", nargs="+", default=[], metavar="CHAPTER")
        parser.add_argument("--sizes", nargs="+", default=[], metavar="SERVICES")

    def handle(self, *_args: Any, **options: Any) -> None:
        # A process of its own: it has its own settings and never sees this installation's data.
        command = [sys.executable, "-m", "bench", *["--quick"] * options["quick"]]
        for name in ("only", "sizes"):
            command += [f"--{name}", *options[name]] if options[name] else []
        done = subprocess.run(command, cwd=settings.BASE, check=False)  # noqa: S603 our own module
        if done.returncode:
            message = "Something could not be measured; what it was stands above."
            raise CommandError(message)
