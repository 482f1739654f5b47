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

_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_STOPS = 60  # seconds: a door finishes what it is at, also in the middle of beginning anew


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
            path = [str(settings.BASE), os.environ.get("PYTHONPATH", "")]
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
            said = [only, host, str(port), str(workers)]
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
        # What is said is heard between two steps and never in the middle of one.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for words in self._commands:
            self._begin(words)
        while self._goes_on(signal.sigwait(_HEARD)):
            pass
        for _words, process in self._running.values():
            process.terminate()
        for _words, process in self._running.values():
            try:
                process.wait(timeout=_STOPS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _goes_on(self, heard: int) -> bool:
        if heard == signal.SIGHUP and not os.isatty(0):  # a terminal says so when it is closed
            self._begin_anew()
            return True
        return heard == signal.SIGCHLD and not self._one_has_ended()

    def _one_has_ended(self) -> bool:
        """And not only a worker that another one has taken over from."""
        while True:
            try:
                pid, _status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if not pid or pid in self._running:
                return bool(pid)

    def _begin(self, words: tuple[str, ...]) -> None:
        command = [sys.executable, str(settings.BASE / "manage.py"), *words]
        process = subprocess.Popen(command, preexec_fn=_young)  # noqa: PLW1509,S603 no threads; our own
        self._running[process.pid] = words, process

    def _begin_anew(self) -> None:
        """Servers do it by themselves, door by door; another worker takes over from this one."""
        for words, process in list(self._running.values()):
            if words[0] == "serve":
                process.send_signal(signal.SIGHUP)
            else:
                self._begin(words)
                process.terminate()
                del self._running[process.pid]


def _young() -> None:
    """In the new process. Who is only beginning reads everything anew as it is."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
