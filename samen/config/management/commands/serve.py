"""Start SAMEN: one process a core for visitors; the desk and the worker beside."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from samen.config import ready
from samen.config.server import DESK, VISITORS


class Command(BaseCommand):
    help = "Serve the visitors' pages on $PORT (8000), the desk on the next port, and the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("SAMEN_ADDRESS", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--desk-port", type=int, default=int(os.environ.get("DESK_PORT", "0")))
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--only", choices=[VISITORS, DESK], help="one door, without a worker")

    def handle(self, *, only: str | None, **options: Any) -> None:
        try:
            ready.check()
        except ImproperlyConfigured as reason:
            raise CommandError(str(reason)) from reason
        host, port, workers = options["host"], options["port"], options["workers"]
        if only:
            # In the place of this process, which has read all of SAMEN already.
            said = [only, host, str(port), str(workers)]
            os.chdir(settings.BASE)
            os.execv(sys.executable, [sys.executable, "-m", "samen.config.server", *said])  # noqa: S606 our own
        desk_port = options["desk_port"] or port + 1
        self.stdout.write(f"SAMEN is open at http://{host}:{port}/")
        self.stdout.write(f"The desk is at {settings.DESK_SITE}/desk/")
        self.stdout.flush()
        BesideEachOther(
            (
                "serve",
                "--only",
                VISITORS,
                f"--host={host}",
                f"--port={port}",
                f"--workers={workers}",
            ),
            ("serve", "--only", DESK, f"--host={host}", f"--port={desk_port}", "--workers=1"),
            ("worker",),
        ).run()


class BesideEachOther:
    """Commands that run until the first of them ends or this is told to stop: then all end."""

    def __init__(self, *commands: tuple[str, ...]) -> None:
        self._commands = commands
        self._running: dict[int, tuple[tuple[str, ...], subprocess.Popen[bytes]]] = {}

    def run(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGHUP, lambda *_: self._begin_anew())
        try:
            for words in self._commands:
                self._begin(words)
            while os.wait()[0] not in self._running:
                pass  # a worker that another one has taken over from
        except KeyboardInterrupt:
            pass
        finally:
            for _words, process in self._running.values():
                process.terminate()
            for _words, process in self._running.values():
                process.wait(timeout=30)

    def _begin(self, words: tuple[str, ...]) -> None:
        command = [sys.executable, str(settings.BASE / "manage.py"), *words]
        process = subprocess.Popen(command)  # noqa: S603 our own
        self._running[process.pid] = words, process

    def _begin_anew(self) -> None:
        """Servers do it by themselves, door by door; another worker takes over from this one."""
        for words, process in list(self._running.values()):
            if words[0] == "serve":
                process.send_signal(signal.SIGHUP)
            else:
                del self._running[process.pid]
                self._begin(words)
                process.terminate()
