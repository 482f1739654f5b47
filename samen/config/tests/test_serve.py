"""`samen serve` with real processes: two doors, each in a process that knows no other."""

import signal
import threading
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.serving import free_port, installed, wait_until_open

pytestmark = pytest.mark.slow

BOTH_DOORS = ("visitors", "desk")
_pause = threading.Event()  # never set: its wait is the pause between two looks


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


def test_each_door_is_in_its_own_process_and_all_end_together(tmp_path: Path) -> None:
    desk = free_port()
    here = installed(tmp_path, DESK_PORT=str(desk))
    with here.running("serve", "--workers", "1") as server:
        server.process.send_signal(signal.SIGHUP)  # the other door is only beginning
        wait_until_open(desk, server.process)

        assert answer(server.port, "/nl/safety/") == 200
        assert answer(server.port, "/desk/sign-in/") == 404
        assert answer(desk, "/desk/sign-in/") == 200
        assert answer(desk, "/nl/safety/") == 404
        before = server.workers()
        server.process.send_signal(signal.SIGHUP)
        while len(before & server.workers()) > len(BOTH_DOORS):
            _pause.wait(0.1)
        assert answer(server.port, "/nl/safety/") == 200
        assert answer(desk, "/desk/sign-in/") == 200
        assert len(server.workers()) == len(before), "a new worker, and the same two doors"
    assert not is_open(server.port)
    assert not is_open(desk)
