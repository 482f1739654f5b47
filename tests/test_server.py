"""The house behind a real server: granian as it ships, gunicorn too, and a restart under load."""

import http.client
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from samen.config.management.commands.serve import FINISH
from tests.serving import Installation, Server, installed

pytestmark = pytest.mark.slow

PAGE = "/en/safety/"
GRANIAN = [sys.executable, "manage.py", "serve", "--only", "visitors", "--workers", "2"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--workers", "2", "samen.config.wsgi:application"]
_pause = threading.Event()  # never set: its wait is the pause between two knocks


class Site(Server):
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


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A new house: the tables are there, and nothing in them."""
    return installed(tmp_path_factory.mktemp("house"), SAMEN_DOOR="visitors")


@contextmanager
def served(command: list[str], here: Installation) -> Iterator[Site]:
    with here.running(by=command) as server:
        yield Site(server.port, server.process)


@pytest.mark.parametrize("command", [GRANIAN, GUNICORN], ids=["granian", "gunicorn"])
def test_both_servers_serve_the_same_page(command: list[str], here: Installation) -> None:
    with served(command, here) as site:
        status, page = site.get(PAGE)
        kept = [site.get(PAGE) for _ in range(5)]

        assert status == 200
        assert b"</html>" in page
        assert kept == [(200, page)] * 5
        assert site.get("/healthz") == (200, b'{"status": "ok"}')
        assert site.get("/en/nowhere/")[0] == 404
        assert site.get("/desk/")[0] == 404


def test_a_restart_answers_everybody(here: Installation) -> None:
    """SIGHUP puts new processes in the place of the old ones while people are reading."""
    with served(GRANIAN, here) as site:
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


def test_a_server_that_is_told_to_stop_while_it_begins_stops_at_once(here: Installation) -> None:
    """Its processes have been forked and answer nobody yet: none of them may miss the word."""
    with here.started(by=GRANIAN) as server:
        while len(server.workers()) < 2:
            _pause.wait(0.001)
        server.process.terminate()

        server.process.wait(timeout=FINISH - 1)  # later it would end them by force
