"""`samen serve` with real processes: two doors, each in a process that knows no other."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow
_never = threading.Event()  # its wait is the pause between two knocks


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
            return int(page.status)
    except HTTPError as refused:
        return refused.code


def is_open(port: int) -> bool:
    try:
        return answer(port, "/healthz") == 200
    except (URLError, ConnectionError):
        return False


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    while not is_open(port):
        assert server.poll() is None, "the server ended"
        _never.wait(0.1)


def test_each_door_is_in_its_own_process_and_all_end_together(tmp_path: Path) -> None:
    visitors, desk = free_port(), free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SAMEN_")} | {
        "SAMEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
        "SAMEN_DATA": str(tmp_path),
        "SAMEN_HTTPS": "no",
        "PORT": str(visitors),
        "DESK_PORT": str(desk),
        "DJANGO_SETTINGS_MODULE": "samen.config.settings",
    }
    environment.pop("DATABASE_URL", None)
    manage = [sys.executable, "manage.py"]
    for words in (("migrate", "--verbosity", "0"), ("collectstatic", "--no-input", "-v", "0")):
        subprocess.run([*manage, *words], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen([*manage, "serve", "--workers", "1"], cwd=ROOT, env=environment)
    try:
        wait_for(visitors, server)
        wait_for(desk, server)

        assert answer(visitors, "/nl/safety/") == 200
        assert answer(visitors, "/desk/sign-in/") == 404
        assert answer(desk, "/desk/sign-in/") == 200
        assert answer(desk, "/nl/safety/") == 404
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    assert not is_open(visitors)
    assert not is_open(desk)
