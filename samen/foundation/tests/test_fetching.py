"""Nothing that is typed into the map leads into this house, and what is fine is fetched."""

import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest

from samen.foundation.http import fetching
from samen.foundation.http.fetching import Gate, NotFetched, Trouble, fetch
from samen.foundation.tests.listener import Site, certificate, page, site

HOSTILE = [
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/",
    "//example.org/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "https://",
    "https:///etc/passwd",
    "https://localhost/",
    "https://localhost.:{port}/",
    "https://LOCALHOST:{port}/",
    "https://127.0.0.1:{port}/",
    "https://127.0.0.1/",
    "https://127.1:{port}/",
    "https://127.127.127.127:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0x7f.0.0.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://017700000001:{port}/",
    "https://0:{port}/",
    "https://0.0.0.0:{port}/",
    "https://[::1]:{port}/",
    "https://[::]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[fe80::1%25lo]:{port}/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://100.100.100.200/latest/meta-data/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://example.org:{port}/",
    "https://user:secret@127.0.0.1:{port}/",
    "https://example.org@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\\@example.org/",
    "https://example.org:{port}#@127.0.0.1/",
    "https://①②⑦.⓪.⓪.①:{port}/",
    "https://127。0。0。1:{port}/",
    "https://exa mple.org/",
    "https://example.org/\r\nHost: 127.0.0.1",
    "https://example.org:99999/",
    "https://" + "a" * 3000 + ".org/",
]
# What a name may resolve to, and must never be followed to.
INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 nothing is bound: it is asked for
    "255.255.255.255",
    "224.0.0.1",
    "198.18.0.1",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fe80::1",
    "fe80::1%lo",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "not an address",
]
PUBLIC = "93.184.215.14"


@pytest.fixture
def canary() -> Iterator[Site]:
    with site() as standing:
        yield standing


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("keys"))


class Knocks:
    """Connects nowhere, and notes where to it would have."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def __call__(self, address: tuple[str, int], _seconds: float) -> socket.socket:
        self.heard.append(address)
        raise ConnectionRefusedError


def trouble(address: str, gate: Gate) -> Trouble:
    with pytest.raises(NotFetched) as raised:
        fetch(address, gate=gate)
    return raised.value.trouble


def opening(standing: Site, keys: Path) -> Gate:
    return Gate(openings={f"localhost:{standing.port}": str(keys)})


def test_there_are_enough_hostile_addresses() -> None:
    assert len(set(HOSTILE)) + len(set(INSIDE)) >= 40


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_hostile_address_reaches_this_house(hostile: str, canary: Site) -> None:
    # 443 is not ours to listen on: whatever is asked for there lands at the canary as well.
    def to_the_canary(address: tuple[str, int], seconds: float) -> socket.socket:
        return socket.create_connection((address[0], canary.port), timeout=seconds)

    gate = Gate(resolve=fetching.resolved, connect=to_the_canary)

    trouble(hostile.replace("{port}", str(canary.port)), gate)

    assert canary.knocks == 0


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("beside", [[], [PUBLIC]], ids=["alone", "beside a public one"])
def test_a_name_that_leads_inside_is_not_followed(inside: str, beside: list[str]) -> None:
    knocks = Knocks()
    gate = Gate(resolve=lambda _host, _port: [*beside, inside], connect=knocks)

    assert trouble("https://help.example.org/", gate) == Trouble.NOT_PUBLIC
    assert not knocks.heard


def test_a_resolver_that_changes_its_mind_is_asked_once() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    asked: list[str] = []
    knocks = Knocks()

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    assert trouble("https://help.example.org/", Gate(resolve=rebinding, connect=knocks)) == (
        Trouble.UNREACHABLE
    )
    assert asked == ["help.example.org"]
    assert knocks.heard == [(PUBLIC, 443)]


def test_a_page_is_fetched_from_the_operators_own_site(keys: Path) -> None:
    with site(page(Content_Type="text/html"), keys=keys) as standing:
        fetched = fetch(f"https://localhost:{standing.port}/a?b=c", gate=opening(standing, keys))

    assert (fetched.status, fetched.body, fetched.content_type) == (
        200,
        b"<h1>hello</h1>",
        "text/html",
    )
    assert standing.names == ["localhost"]
    assert standing.requests[0].startswith(b"GET /a?b=c HTTP/1.1\r\nHost: localhost:")


def test_a_public_site_is_connected_to_at_the_checked_address_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """443 at a public address cannot be had in a test: the last step alone leads to our site."""
    named = certificate(tmp_path, "help.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    with site(page(), keys=named) as standing:
        heard: list[tuple[str, int]] = []

        def connect(address: tuple[str, int], seconds: float) -> socket.socket:
            heard.append(address)
            return socket.create_connection(("127.0.0.1", standing.port), timeout=seconds)

        gate = Gate(resolve=lambda _host, _port: [PUBLIC], connect=connect)
        fetched = fetch("https://help.example.org/", gate=gate)

    assert fetched.status == 200
    assert heard == [(PUBLIC, 443)]
    assert standing.names == ["help.example.org"]


def test_a_site_whose_certificate_is_nobodys_is_not_believed(keys: Path, tmp_path: Path) -> None:
    other = certificate(tmp_path)
    with site(page(), keys=keys) as standing:
        gate = Gate(openings={f"localhost:{standing.port}": str(other)})

        assert trouble(f"https://localhost:{standing.port}/", gate) == Trouble.BAD_CERTIFICATE


@pytest.mark.parametrize(
    ("onward", "found"),
    [
        ("https://127.0.0.1:{canary}/", Trouble.ELSEWHERE),
        ("https://localhost:{canary}/", Trouble.NOT_PUBLIC),
        ("http://localhost:{canary}/", Trouble.NOT_HTTPS),
        ("//127.0.0.1:{canary}/", Trouble.ELSEWHERE),
        ("https://[::1]:{canary}/", Trouble.ELSEWHERE),
        ("https://2130706433:{canary}/", Trouble.ELSEWHERE),
        ("https://example.org/", Trouble.ELSEWHERE),
        ("https://[::1/", Trouble.BAD_ADDRESS),
        ("/again", Trouble.IN_CIRCLES),
    ],
)
def test_a_redirect_goes_through_the_same_gate(
    onward: str, found: Trouble, keys: Path, canary: Site
) -> None:
    location = onward.replace("{canary}", str(canary.port))
    with site(page(status="302 Found", Location=location), keys=keys) as standing:
        assert trouble(f"https://localhost:{standing.port}/", opening(standing, keys)) == found
    assert canary.knocks == 0


def test_a_redirect_that_resolves_inside_by_now_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = certificate(tmp_path, "help.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with site(page(status="301 Moved", Location="/new"), keys=named) as standing:
        gate = Gate(
            resolve=lambda _host, _port: next(answers),
            connect=lambda _address, seconds: socket.create_connection(
                ("127.0.0.1", standing.port), timeout=seconds
            ),
        )
        assert trouble("https://help.example.org/", gate) == Trouble.NOT_PUBLIC

    assert standing.knocks == 1


def test_more_than_a_megabyte_is_not_taken(keys: Path) -> None:
    with site(page(b"x" * 3_000_000), keys=keys) as standing:
        assert trouble(f"https://localhost:{standing.port}/", opening(standing, keys)) == (
            Trouble.TOO_LARGE
        )


def test_a_resolver_that_never_answers_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.1)
    never = Event()

    def silent(_host: str, _port: int) -> Sequence[str]:
        never.wait(20)
        return []

    began = time.monotonic()
    assert trouble("https://help.example.org/", Gate(resolve=silent)) == Trouble.TOO_SLOW
    assert time.monotonic() - began < 15
    never.set()


def test_a_site_that_says_nothing_is_left_behind(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        gate = Gate(openings={f"localhost:{port}": str(keys)})

        assert trouble(f"https://localhost:{port}/", gate) in {
            Trouble.TOO_SLOW,
            Trouble.UNREACHABLE,
        }


def test_what_is_no_answer_is_none(keys: Path) -> None:
    with site(b"220 smtp ready\r\n", keys=keys) as standing:
        assert trouble(f"https://localhost:{standing.port}/", opening(standing, keys)) == (
            Trouble.BAD_ANSWER
        )
