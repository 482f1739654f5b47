"""An installation of its own in a folder, and servers that stand before it with real processes.

    here = installed_with_the_map(folder, SAMEN_LEAVE_FOR="...")
    with here.running("serve", "--only", "visitors") as server:
        server.address, server.port, server.process

For tests, and for what takes pictures and measures.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

HOUSE = Path(__file__).resolve().parents[1]
MANAGE = (sys.executable, "manage.py")
_PATIENCE = 300  # seconds; with a large map the first index takes a while
_never = threading.Event()  # its wait is the pause between two knocks


@dataclass(frozen=True)
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def workers(self) -> set[int]:
        """The processes below the one that was started, on Linux."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(pid) for pid in children.read_text().split()}


@dataclass(frozen=True)
class Installation:
    environment: dict[str, str]  # of its commands, and of what else runs beside it

    def samen(self, *words: str) -> str:
        """A command of this installation, and what it said."""
        done = subprocess.run(
            [*MANAGE, *words],
            cwd=HOUSE,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def run(self, lines: str) -> str:
        """Lines of Python inside this installation, and what they printed."""
        return self.samen("shell", "--no-imports", "--command", lines).strip()

    @contextmanager
    def running(self, *words: str, by: Sequence[str] = MANAGE) -> Iterator[Server]:
        """A server on a free port, from its first answer until it has ended."""
        with self.started(*words, by=by) as server:
            wait_until_open(server.port, server.process)
            yield server

    @contextmanager
    def started(self, *words: str, by: Sequence[str] = MANAGE) -> Iterator[Server]:
        """The same from its very beginning, when it answers nobody yet."""
        port = free_port()
        process = subprocess.Popen(
            [*by, *words],
            cwd=HOUSE,
            env=self.environment | {"PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait(timeout=60)


def installed(data: Path, **said: str) -> Installation:
    """With its tables and its static files, and nothing in the tables. Nothing is inherited."""
    shutil.copytree(_made("empty"), data, dirs_exist_ok=True)
    return _at(data, said)


def installed_with_the_map(data: Path, **said: str) -> Installation:
    """The same with the map of help as it ships."""
    shutil.copytree(_made("map"), data, dirs_exist_ok=True)
    return _at(data, said)


def _at(data: Path, said: dict[str, str]) -> Installation:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("SAMEN_")
    }
    return Installation(
        kept
        | {
            "SAMEN_SECRET_KEY": "only-for-trying-0123456789-0123456789-0123456789",
            "SAMEN_DATA": str(data),
            "SAMEN_HTTPS": "no",
            "DJANGO_SETTINGS_MODULE": "samen.config.settings",
        }
        | said
    )


@cache
def _made(what: str) -> Path:
    """Made once for this process, then copied: that takes longer than many a test."""
    data = Path(tempfile.mkdtemp(prefix="samen-made-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    if what == "map":
        here = installed(data)
        here.samen("import_map", "--quiet")
    else:
        here = _at(data, {})
        here.samen("migrate", "--no-input", "--verbosity", "0")
        here.samen("collectstatic", "--no-input", "--verbosity", "0")
    return data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_open(
    port: int, process: "subprocess.Popen[bytes]", *, path: str = "healthz"
) -> None:
    """Knock until it answers well; a server that has ended, or is long in trouble, never will."""
    last = monotonic() + _PATIENCE
    while process.poll() is None and monotonic() < last:
        try:
            with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10):
                return
        except OSError:  # refused, or too busy to say anything yet
            _never.wait(0.1)
    message = "the server did not start"
    raise RuntimeError(message)
