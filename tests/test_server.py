"""The house behind a real server: granian as it ships, gunicorn too, and a restart under load."""

import http.client
import json
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from samen.config.beside import SENDERS
from samen.config.server import FINISH, THREADS
from tests.serving import Installation, Server, installed

pytestmark = pytest.mark.slow

PAGE = "/en/safety/"
HALF, REST = b"words=a+safe", b"+place"
GRANIAN = [sys.executable, "manage.py", "serve", "--only", "visitors", "--workers", "2"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--workers", "2", "samen.config.wsgi:application"]
_pause = threading.Event()  # never set: its wait is the pause between two knocks


class NeverRead(Exception):
    """The server refused the connection, or closed it with the question still unread in it."""


class Site(Server):
    def get(self, path: str) -> tuple[int, bytes]:
        """One connection for one request. Raises NeverRead; a question that was read and got no
        answer is another error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.connect()
            kept = connection.sock.dup()
        except ConnectionError as refused:
            raise NeverRead from refused
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
        except http.client.RemoteDisconnected as closed:
            # An orderly goodbye. Our question came after it if the system of the other side has
            # answered it with a reset; otherwise somebody has read it and said nothing.
            if kept.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise NeverRead from closed
            raise
        except (ConnectionResetError, BrokenPipeError) as closed:
            # No goodbye: so a system closes what has not been read.
            raise NeverRead from closed
        else:
            return answer.status, answer.read()
        finally:
            kept.close()
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


def test_who_stops_in_the_middle_of_a_form_holds_up_nobody(here: Installation) -> None:
    """As phones do in a tunnel. One process, and more of them than it has threads."""
    with served([*GRANIAN[:-1], "1"], here) as site, ExitStack() as lines:
        held = [lines.enter_context(half_a_form(site)) for _ in range(2 * THREADS)]
        pages = [site.get(PAGE)[0] for _ in range(20)]
        told = answered(held, 2 * THREADS - SENDERS)
        waiting = [line for line in held if line not in told]

        assert pages == [200] * 20
        assert site.get("/en/nowhere/")[0] == 404, "one that is not kept goes on too"
        assert {line.recv(12) for line in told} <= {b"HTTP/1.1 503", b"HTTP/1.1 408"}
        waiting[-1].sendall(REST)
        assert waiting[-1].recv(12) == b"HTTP/1.1 200"
        with half_a_form(site) as whole:
            whole.sendall(REST)
            assert whole.recv(12) == b"HTTP/1.1 200"


def test_a_long_list_is_whole_at_the_other_end(here: Installation) -> None:
    """It is written after the thread that took the question has gone on to the next."""
    with served(GRANIAN, here) as site:
        status, lines = site.get("/api/hsds/3.2/taxonomies?format=ndjson")
        kept = [site.get("/api/hsds/3.2/taxonomies?format=ndjson") for _ in range(10)]

    assert status == 200
    assert [json.loads(line)["id"] for line in lines.splitlines()]
    assert kept == [(200, lines)] * 10


def test_the_process_that_forks_has_read_nothing_that_could_grow_old() -> None:
    """What it knows its processes would know from it, and not from the files as they are now."""
    lines = "import sys, samen.config.server; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", lines], check=True, stdout=subprocess.PIPE)
    ours = {name for name in said.stdout.decode().split() if name.startswith(("samen", "django"))}

    assert ours == {"samen", "samen.config", "samen.config.server"}


def test_who_is_told_to_stop_finishes_what_it_is_at(here: Installation) -> None:
    """Said once: a process of granian that is told a third time stands still."""
    with served([*GRANIAN[:-1], "1"], here) as site, half_a_form(site) as line:
        assert site.get(PAGE)[0] == 200, "so the form before it has been taken too"
        site.process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            site.process.wait(timeout=4)
        line.sendall(REST)

        assert line.recv(12) == b"HTTP/1.1 200"


@contextmanager
def half_a_form(site: Site) -> Iterator[socket.socket]:
    head = f"POST /en/find/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(HALF + REST)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line:
        line.sendall(head.encode() + HALF)
        yield line


def answered(lines: list[socket.socket], many: int) -> list[socket.socket]:
    """Those that have an answer, as soon as there are so many."""
    found: list[socket.socket] = []
    while len(found) < many:
        found = select.select(lines, [], [], 30)[0]
        assert found
    return found


def test_a_restart_answers_everybody(here: Installation) -> None:
    """SIGHUP puts new processes in the place of the old ones while people are reading.

    Who knocks just when a process closes its door is not heard, and knocks again as every browser
    and proxy does. Whoever was heard is answered.
    """
    with served(GRANIAN, here) as site:
        whole = site.get(PAGE)[1]
        told, over = Counter[str](), threading.Event()

        def read() -> None:
            while not over.is_set():
                try:
                    status, page = site.get(PAGE)
                    told["well" if (status, page) == (200, whole) else f"{status}"] += 1
                except NeverRead:
                    told["not heard"] += 1
                except (OSError, http.client.HTTPException) as error:
                    told[type(error).__name__] += 1

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for _ in range(2):
            _restarted(site)
        over.set()
        for reader in readers:
            reader.join()

        not_heard = told.pop("not heard", 0)
        assert set(told) == {"well"}
        assert told["well"] > 50
        assert not_heard <= 4 * 2, "each reader once in each restart, at most"


@pytest.mark.parametrize(
    ("reads", "told"), [(True, http.client.RemoteDisconnected), (False, NeverRead)]
)
def test_who_read_a_question_and_said_nothing_is_found_out(
    told: type[Exception], *, reads: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def close_it() -> None:
            visitor, _address = door.accept()
            if reads:
                visitor.recv(65_536)
            visitor.close()

        rude = threading.Thread(target=close_it)
        rude.start()
        nobody = subprocess.Popen([sys.executable, "-c", ""])
        with pytest.raises(told):
            Site(door.getsockname()[1], nobody).get(PAGE)
        rude.join()
        nobody.wait()


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
