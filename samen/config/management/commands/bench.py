"""Measure, and write what was measured to bench/results and docs/benchmarks.md."""

import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Measure pages in a database of its own and write docs/benchmarks.md."

    def handle(self, *_args: Any, **_options: Any) -> None:
        # A process of its own: it has its own settings and never sees this installation's data.
        command = [sys.executable, "-m", "bench"]
        done = subprocess.run(command, cwd=settings.BASE, check=False)  # noqa: S603 our own module
        if done.returncode:
            message = "Something could not be measured; what it was stands above."
            raise CommandError(message)
