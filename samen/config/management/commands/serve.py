"""Start SAMEN: granian, WSGI, one process a core for visitors; the desk and the worker beside."""

import os
import resource
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from granian.constants import HTTPModes, Interfaces
from granian.server import mp
from granian.server.mp import MPServer

from samen.config import ready
from samen.config.beside import THREADS, Beside
from samen.finder.http.faults import most_bytes

_DESK_LIFE = 15 * 60  # seconds: as long as an open vault lasts without a page
VISITORS, DESK = "visitors", "desk"
_DESK_WORKERS = 2  # colleagues are few, and each sign-in takes 64 MiB for a moment
FINISH = 20  # seconds that a process gets for what it is at: a reader may be slow, never endless


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
            serve(only, host, port, workers)
            return
        desk_port = options["desk_port"] or port + 1
        self.stdout.write(f"SAMEN is open at http://{host}:{port}/")
        self.stdout.write(f"The desk is at {settings.DESK_SITE}/desk/")
        self.stdout.flush()
        run_beside_each_other(
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
        )


def serve(door: str, host: str, port: int, workers: int) -> None:
    """Until it is told to stop. Its processes know one door: the other one is not in them."""
    if (door, os.getpid()) != (settings.DOOR, settings.SERVER):
        # Which door there is, is a setting: this very process begins anew with it.
        os.environ |= {"SAMEN_DOOR": door, "SAMEN_SERVER": str(os.getpid())}
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 our own command
    # What was open in memory is written nowhere when a process breaks (docs/threat-model.md).
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _Server(
        "samen.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers if door == VISITORS else min(workers, _DESK_WORKERS),
        blocking_threads=THREADS,
        http=HTTPModes.http1,  # a proxy in front speaks nothing else, and no more is to be attacked
        log_access=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH,
        # Python wipes nothing: what colleagues read leaves the memory with its process, at the
        # latest then; as a rule when the last vault is closed (people/http/recycling.py).
        workers_lifetime=_DESK_LIFE if door == DESK else None,
    ).serve()


class _Server(MPServer):
    @staticmethod
    def _spawn_wsgi_worker(*said: Any) -> None:
        """In the new process. granian has no other place for what stands between it and WSGI;
        tests/test_server.py fails when it is not asked any more."""
        mp._wsgi_call_wrap = _beside  # type: ignore[attr-defined,assignment]  # noqa: SLF001
        MPServer._spawn_wsgi_worker(*said)  # noqa: SLF001 see above

    def _stop_workers(self) -> None:
        """One that has only just been forked has no ears yet, and would be waited for in vain:
        so it is said until all have heard. To hear it again changes nothing."""
        ends = time.monotonic() + FINISH
        while (here := [one for one in self.wrks if one.is_alive()]) and time.monotonic() < ends:
            for one in here:
                one.terminate()
            here[0].join(1)
        for one in here:
            one.kill()
        super()._stop_workers()  # type: ignore[no-untyped-call]  # granian names no types


def _beside(application: WSGIApplication, _scope: Any, _access_log: Any) -> Beside:
    return Beside(application, most=most_bytes)


def run_beside_each_other(*commands: tuple[str, ...]) -> None:
    """Until the first of them ends or this is told to stop: then all end, and none stays behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    manage = [sys.executable, str(settings.BASE / "manage.py")]
    started: list[subprocess.Popen[bytes]] = []
    try:
        started += [subprocess.Popen([*manage, *words]) for words in commands]  # noqa: S603 our own
        os.wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)
