"""G11 and G12 through the real server: a page that is read is in the logbook or answers 503, and
what was read leaves the memory of the desk with its process, once the last vault is closed. The
processes of visitors have no key at all, not even when her cookies come to them.
"""

import http.client
import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal import auth as totp
from bs4 import BeautifulSoup

from samen.vault.tests.test_memory import memory
from tests.serving import HOUSE, MANAGE, Installation, Server, installed

pytestmark = pytest.mark.slow
PASSWORD = "bagu-dimo-feru-nape-zolu"  # noqa: S105 opens nothing
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 of a second step that opens nothing
MARKER = "MARKER-why-AminaAminaAmina"
_pause = threading.Event()  # never set: its wait is the pause between two looks

# Mo asks Sara for her yes in an emergency: why, is what the page lets out.
SCENE = f"""
import json
from allauth.mfa.totp.internal.auth import TOTP
from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind
from samen.people.models import Post, User
from samen.people.rules import TEAM_OF_ALL
from samen.vault.tests import make
from samen.vault import actions

def comes(name):
    user = User(email=f"{{name}}@example.org", name=name, language="en", is_active=True,
                invited_at=clock.now())
    user.set_password("{PASSWORD}")
    user.save()
    Post.objects.create(colleague=user, role="mediator", given_at=clock.now())
    TOTP.activate(user, "{SECRET}")
    assert user.check_password("{PASSWORD}")
    return make.colleague(user.id, user.unlock_key)

sara, mo = comes("sara"), comes("mo")
make.confirm(sara, mo)
make.confirm(mo, sara)
circle = make.circle(TEAM_OF_ALL, sara, mo)
record = make.record(sara, owner=TEAM_OF_ALL)
ask = actions.ask_emergency(keyring=mo.keyring, circle_id=circle, record_id=record,
                            reason="{MARKER}", hours=4, by=mo.actor, at=clock.now())
bundle = sara.keyring.bundle
print(json.dumps([str(ask), sara.keyring.root.reveal().hex(), bundle.signer.reveal().hex(),
                  bundle.ring.reveal().hex()]))
"""


@dataclass
class Browser:
    """One connection for one request, with the cookies of before."""

    port: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, "", {})

    def post(self, path: str, **said: str) -> tuple[int, str]:
        """The form of that page, filled in."""
        _status, page = self.get(path)
        [token, *_more] = BeautifulSoup(page, "html.parser").select("[name=csrfmiddlewaretoken]")
        body = urlencode(said | {"csrfmiddlewaretoken": str(token["value"])})
        kind = "application/x-www-form-urlencoded"
        return self._send("POST", path, body, {"Content-Type": kind})

    def _send(self, method: str, path: str, body: str, more: dict[str, str]) -> tuple[int, str]:
        sent = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        headers = {"Cookie": sent, "Accept-Language": "en", **more}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                self.cookies.load(cookie)
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("desk"))


def workers(server: Server) -> set[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return {int(pid) for pid in children.read_text().split()}


def largest_core(worker: int) -> list[str]:
    """What it may write of its memory when it breaks."""
    limits = Path(f"/proc/{worker}/limits").read_text().splitlines()
    [cores] = [line.split()[4:6] for line in limits if line.startswith("Max core file")]
    return cores


def signed_in(server: Server, name: str) -> Browser:
    browser = Browser(server.port)
    browser.post("/desk/sign-in/", login=f"{name}@example.org", password=PASSWORD)
    code = totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))
    status, _page = browser.post("/desk/second/code/", code=code)
    assert status == http.client.FOUND
    return browser


@contextmanager
def closed_logbook(database: Path) -> Iterator[None]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'read-only'); END"
    with closing(sqlite3.connect(database)) as line:
        line.execute(f"CREATE TRIGGER closed BEFORE INSERT ON audit_entry {refuse}")
        yield
        line.execute("DROP TRIGGER closed")


def found(processes: set[int], secrets: list[bytes]) -> list[bytes]:
    try:
        everything = [memory(process) for process in processes]
    except PermissionError:
        pytest.skip("this machine does not let one process look at another")
    assert all(len(one) > 10_000_000 for one in everything)
    return [secret for secret in secrets if any(secret in one for one in everything)]


def test_what_was_read_is_in_the_logbook_and_leaves_with_the_process(here: Installation) -> None:
    ask, *keys = json.loads(here.run(SCENE).splitlines()[-1])
    secrets = [MARKER.encode(), *(bytes.fromhex(key) for key in keys)]
    page = f"/desk/circles/asks/{ask}/"
    with here.running("serve", "--only", "desk", "--workers", "1") as server:
        before = workers(server)
        assert found(before, secrets) == []
        assert all(largest_core(worker) == ["0", "0"] for worker in before)
        sara = signed_in(server, "sara")
        with closed_logbook(Path(here.environment["SAMEN_DATA"]) / "samen.sqlite3"):
            status, shown = sara.get(page)
            assert status == http.client.SERVICE_UNAVAILABLE
            assert "<h1>" in shown
            assert MARKER not in shown
        status, shown = sara.get(page)
        assert (status, MARKER in shown) == (http.client.OK, True)
        assert found(before, secrets)[0] == MARKER.encode()
        with here.running("serve", "--only", "visitors", "--workers", "1") as outside:
            for path in ("/nl/safety/", page):
                Browser(outside.port, sara.cookies).get(path)
            assert found(workers(outside), secrets) == []
        assert sara.post("/desk/sign-out/")[0] == http.client.FOUND
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as kept:
            kept.request("GET", "/healthz")
            kept.getresponse().read()
            deadline = time.monotonic() + 30
            while before & workers(server):
                assert time.monotonic() < deadline, "the process of the desk goes on"
                _pause.wait(0.1)

        assert found(workers(server) | {server.process.pid}, secrets) == []
        assert sara.get(page)[0] == http.client.FOUND


# One of everything that is sealed: what is over, what was erased, what waits for a letter.
SEALED = f"""
import json
from datetime import timedelta
from uuid import uuid4
from samen.foundation.actor import job, visitor
from samen.foundation import clock
from samen.vault.tests import make
from samen.vault import actions

now = clock.now()
sara, mo, ada = make.team(3)
team, words = uuid4(), actions.Words(b"{MARKER}")
circle = make.circle(team, sara, mo)
record, gone = make.record(ada, words=words, owner=team), make.record(sara, words=words)
actions.make_intake(**sara.opens(), owner=team, holders=[mo.id])
mailbox = actions.open_mailbox(owner=team, words=words, by=visitor(), at=now)
actions.seal_packet(**sara.opens(), receiver=team, words=words, consent=bytes(32),
                    ends_at=now + timedelta(days=1))
actions.ask_emergency(keyring=mo.keyring, circle_id=circle, record_id=record,
                      reason="{MARKER}", hours=4, by=mo.actor, at=now - timedelta(days=2))
actions.erase_records(record_ids=[gone], by=job("retention"), at=now)
bundle = sara.keyring.bundle
print(json.dumps([mailbox.receipt, sara.keyring.root.reveal().hex(),
                  bundle.signer.reveal().hex(), bundle.ring.reveal().hex()]))
"""


def test_the_worker_never_has_a_key_or_a_word(here: Installation) -> None:
    """It ends what is over and sweeps up what was erased, without opening anything."""
    receipt, *keys = json.loads(here.run(SEALED).splitlines()[-1])
    secrets = [MARKER.encode(), receipt.encode(), *(bytes.fromhex(key) for key in keys)]
    with subprocess.Popen(
        [*MANAGE, "worker"],
        cwd=HOUSE,
        env=here.environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        wanted = {"samen.vault.jobs.end_asks: 1", "samen.vault.jobs.sweep_disk: 1"}
        # Each line is waited for; a worker that ends before it has said them has failed.
        for line in worker.stdout:
            wanted.discard(line.strip())
            if not wanted:
                break
        assert not wanted
        assert found({worker.pid}, [b"samen.vault.jobs", *secrets]) == [b"samen.vault.jobs"]
        worker.terminate()
        worker.stdout.read()
    assert worker.returncode == 0
