"""Two and three installations that take over from each other, as real processes over TLS.

Each has a folder and a server of its own; before each stands a door of TLS with an authority that
only the operators know. The worker's step runs in a process beside the server.
"""

import json
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from samen.foundation.tests.listener import certificate
from tests.serving import HOUSE, MANAGE, Installation, free_port, installed

pytestmark = [pytest.mark.journey, pytest.mark.slow]

# Reads expressions, and says what they are worth: one start of Python for a whole test.
LISTEN = """
import sys, json
from tests.journeys import ring_inside as inside
print("ready", flush=True)
for line in sys.stdin:
    name, words = json.loads(line)
    print(json.dumps(getattr(inside, name)(**words)), flush=True)
"""


class Door:
    """TLS in front of a plain server; shut, it is a partition of the network."""

    def __init__(self, keys: Path) -> None:
        self.port, self.behind, self.open = free_port(), 0, True
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(keys)
        self._server = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                guest, _address = self._server.accept()
            except OSError:
                return
            Thread(target=self._pass, args=(guest,), daemon=True).start()

    def _pass(self, guest: socket.socket) -> None:
        with guest:
            if not self.open:
                return
            try:
                with (
                    self._context.wrap_socket(guest, server_side=True) as secure,
                    socket.create_connection(("127.0.0.1", self.behind), timeout=20) as plain,
                ):
                    asked = secure.recv(65_536)
                    plain.sendall(asked)
                    while piece := plain.recv(65_536):
                        secure.sendall(piece)
                    secure.unwrap()
            except OSError:
                return

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@dataclass
class Member:
    name: str
    here: Installation
    door: Door
    inside: "subprocess.Popen[str]"

    def say(self, what: str, /, **words: Any) -> Any:
        assert self.inside.stdin is not None
        assert self.inside.stdout is not None
        self.inside.stdin.write(json.dumps([what, words]) + "\n")
        self.inside.stdin.flush()
        said = self.inside.stdout.readline()
        assert said, f"{self.name} has stopped"
        return json.loads(said)

    def restart(self) -> None:
        """Killed without a word, and begun again."""
        self.end()
        self.inside = begun(self.here)

    def end(self) -> None:
        self.inside.send_signal(signal.SIGKILL)
        self.inside.communicate()


def begun(here: Installation) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [*MANAGE, "shell", "--no-imports", "--command", LISTEN],
        cwd=HOUSE,
        env=here.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@contextmanager
def ring(names: str, folder: Path) -> Iterator[list[Member]]:
    keys = certificate(folder)
    doors = [Door(keys) for _name in names]
    openings = ",".join(f"localhost:{door.port}={keys}" for door in doors)
    with ExitStack() as stack:
        members = []
        for name, door in zip(names, doors, strict=True):
            stack.callback(door.close)
            here = installed(
                folder / name,
                SAMEN_HOSTS="localhost,127.0.0.1",
                SAMEN_PUBLISHER_ID=f"https://{name}.example.org",
                SAMEN_FETCH_OPENINGS=openings,
            )
            server = stack.enter_context(
                here.running("serve", "--only", "visitors", "--workers", "1")
            )
            door.behind = server.port
            members.append(Member(name, here, door, begun(here)))
            stack.callback(members[-1].end)
        for member, before in zip(members, [members[-1], *members], strict=False):
            member.say("begin", name=member.name)
            address = f"https://localhost:{before.door.port}/api/hsds/3.2"
            member.say("follow", address=address, name=before.name)
        yield members


def go_round(members: list[Member], hour: int, *, times: int = 1) -> None:
    for turn in range(times):
        for member in members:
            member.say("take_in", hour=hour + turn)


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_a_ring_of_installations_shares_one_map(names: str, tmp_path: Path) -> None:
    with ring(names, tmp_path) as members:
        a, b = members[0], members[1]
        everybodys = {f"{name}{n}" for name in names for n in (1, 2)}

        go_round(members, 0, times=len(names))
        for member in members:
            assert {*member.say("shown")} == everybodys, "everything is everywhere, once"
            assert member.say("echoes") > 0, "its own came back"
            assert member.say("own") == {f"{member.name}1": 1, f"{member.name}2": 1}

        # What one changes of its own reaches all; what another wrote there stays its own.
        a.say("write", name="a1", url="https://new.example.org")
        b.say("write", name="a2", url="https://ours.example.org")
        go_round(members, 10, times=len(names))
        assert {m.say("shown")["a1"] for m in members} == {"https://new.example.org"}
        assert b.say("shown")["a2"] == "https://ours.example.org"
        assert a.say("shown")["a2"] == ""
        assert a.say("own")["a1"] == 2, "one version for the one change"

        # A partition: nothing is lost, nothing is taken away, and afterwards all is made good.
        a.door.open = False
        a.say("write", name="a1", url="https://later.example.org")
        a.say("hide", name="a2")
        go_round(members, 20)
        assert {*b.say("shown")} == everybodys
        a.door.open = True

        # A worker that is killed in the middle of it goes on where it was.
        b.say("take_one_step", hour=30)
        b.restart()
        go_round(members, 40, times=len(names))
        for member in members:
            shown = member.say("shown")
            assert shown["a1"] == "https://later.example.org"
            assert {*shown} == everybodys - {"a2"}
            assert member.say("numbers_are_unique")
