"""The house behind a real server: granian as it ships, gunicorn too, and a restart under load."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).resolve().parents[1]
PAGE = "/en/safety/"
GRANIAN = [sys.executable, "manage.py", "serve", "--only", "visitors", "--workers", "2"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--workers", "2", "samen.config.wsgi:application"]
_pause = threading.Event()  # never set: its wait is the pause between two knocks


class Site:
    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.process = process

    def get(self, path: str) -> tuple[int, bytes]:
        """One connection for one request. As every browser and proxy does, a GET that got no
        answer at all is sent once more."""
        try:
            return self._get(path)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return self._get(path)

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def workers(self) -> set[int]:
        """The processes below the one that was started, on Linux."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(pid) for pid in children.read_text().split()}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A new house: the tables are there, and nothing in them."""
    said = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "SAMEN_ENVIRONMENT": "production",
        "SAMEN_SECRET_KEY": "only-for-servers-0123456789-0123456789-0123456789",
        "SAMEN_DATA": str(tmp_path_factory.mktemp("house")),
        "SAMEN_HTTPS": "no",
        "SAMEN_DOOR": "visitors",
        "DJANGO_SETTINGS_MODULE": "samen.config.settings",
    }
    for words in (["migrate", "--no-input", "--verbosity", "0"], ["collectstatic", "--no-input"]):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=HOUSE, env=said, check=True, capture_output=True)
    return said


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        command,
        cwd=HOUSE,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    site = Site(port, process)
    try:
        _wait_until_open(site)
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_open(site: Site) -> None:
    while site.process.poll() is None:
        try:
            site.get("/healthz")
        except OSError:
            _pause.wait(0.1)
        else:
            return
    pytest.fail("the server did not start")


@pytest.mark.parametrize("command", [GRANIAN, GUNICORN], ids=["granian", "gunicorn"])
def test_both_servers_serve_the_same_page(command: list[str], environment: dict[str, str]) -> None:
    with served(command, environment) as site:
        status, page = site.get(PAGE)
        kept = [site.get(PAGE) for _ in range(5)]

        assert status == 200
        assert b"</html>" in page
        assert kept == [(200, page)] * 5
        assert site.get("/healthz") == (200, b'{"status": "ok"}')
        assert site.get("/en/nowhere/")[0] == 404
        assert site.get("/desk/")[0] == 404


def test_a_restart_answers_everybody(environment: dict[str, str]) -> None:
    """SIGHUP puts new processes in the place of the old ones while people are reading."""
    with served(GRANIAN, environment) as site:
        whole = site.get(PAGE)[1]
        told, over = Counter[str](), threading.Event()

        def read() -> None:
            while not over.is_set():
                try:
                    status, page = site.get(PAGE)
                    told["well" if (status, page) == (200, whole) else f"{status}"] += 1
                except OSError as error:
                    told[type(error).__name__] += 1

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for _ in range(2):
            _restarted(site)
        over.set()
        for reader in readers:
            reader.join()

        assert set(told) == {"well"}
        assert told["well"] > 50


def _restarted(site: Site) -> None:
    before = site.workers()
    site.process.send_signal(signal.SIGHUP)
    for _ in range(600):
        now = site.workers()
        if len(now) == len(before) and not now & before:
            return
        _pause.wait(0.1)
    pytest.fail("the old processes are still there")
