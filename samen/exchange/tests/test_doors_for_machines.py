"""What every door for machines keeps to, and what stands at the first one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from samen.directory.tests import make
from samen.exchange.actions import keep_documents
from samen.exchange.api.asking import address_of
from samen.exchange.api.limits import Buckets
from samen.exchange.api.streams import AT_ONCE, in_a_place
from samen.exchange.tests.asking import end

ROOT = "/api/hsds/3.2/"


def test_p8_the_root_says_what_this_is_and_who_publishes_it(client: Client) -> None:
    said = client.get(ROOT).json()

    assert said["version"] == "3.2"
    assert said["profile"].endswith("/api/hsds/3.2/profile/")
    assert said["openapi_url"].endswith("/api/hsds/3.2/openapi.json")
    assert said["description"]
    assert said["data_guide"]
    assert said["publisher"]["name"] == "Samen"
    assert said["publisher"]["identifier"]


def test_p12_the_versions_stand_side_by_side(client: Client) -> None:
    assert client.get("/api/hsds/3.3/").json()["version"] == "3.3"
    assert client.get("/api/hsds/2.0/").status_code == 404


def test_p11_programs_of_every_site_may_ask_and_get_no_cookie(client: Client) -> None:
    asked_first = client.options(ROOT)
    answer = client.get(ROOT)

    assert asked_first.status_code == 204
    assert "GET" in asked_first.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in asked_first.headers["Access-Control-Allow-Headers"]
    for each in (asked_first, answer):
        assert each.headers["Access-Control-Allow-Origin"] == "*"
        assert not each.cookies


def test_another_way_of_asking_is_refused_in_words_that_a_machine_reads(client: Client) -> None:
    answer = client.delete(ROOT)

    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["status"] == 405


@pytest.mark.parametrize("path", ["/api/", "/api/hsds/3.2/nothing", "/api/hsds/9/services"])
def test_what_is_not_here_is_said_in_words_that_a_machine_reads(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_body_that_is_too_long_is_refused_in_such_words_too(client: Client) -> None:
    answer = client.post(f"{ROOT}services", "x" * 70_000, content_type="application/json")

    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_when_the_map_cannot_be_read_it_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("samen.exchange.queries.lists.how_many", fail)
    answer = client.get(f"{ROOT}services")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


# --- P11: so many at once -----------------------------------------------------------------------


def test_p11_who_asks_too_much_waits_a_moment_and_nobody_else_does() -> None:
    buckets = Buckets(size=3, per_second=2)

    waits = [buckets.wait("192.0.2.1", drops=1, at=100.0) for _ in range(5)]

    assert waits == [0, 0, 0, 1, 1]
    assert buckets.wait("192.0.2.2", drops=1, at=100.0) == 0
    assert buckets.wait("192.0.2.1", drops=1, at=100.5) == 0
    assert buckets.wait("192.0.2.1", drops=1, at=100.5) == 1
    # A whole list costs at most what there is: nobody waits for ever.
    assert buckets.wait("192.0.2.1", drops=50, at=100.5) == 2
    assert buckets.wait("192.0.2.1", drops=50, at=102.5) == 0


def test_p11_a_clock_that_jumps_back_locks_nobody_out() -> None:
    buckets = Buckets(size=1, per_second=1)

    assert buckets.wait("192.0.2.1", drops=1, at=100.0) == 0
    assert buckets.wait("192.0.2.1", drops=1, at=50.0) == 1
    assert buckets.wait("192.0.2.1", drops=1, at=51.0) == 0


def test_p11_a_household_is_one_address_and_what_is_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("samen.exchange.api.limits._MOST_BUCKETS", 3)
    buckets = Buckets(size=1, per_second=1)

    assert buckets.wait("2001:db8:1:2::1", drops=1, at=0.0) == 0
    assert buckets.wait("2001:db8:1:2:ffff::9", drops=1, at=0.0) == 1
    assert buckets.wait("2001:db8:1:3::1", drops=1, at=0.0) == 0
    for number in range(9):
        buckets.wait(f"192.0.2.{number}", drops=1, at=0.0)
    assert len(buckets) == 3
    assert buckets.wait("not an address", drops=1, at=0.0) == 0
    assert "192" not in repr(list(buckets._buckets))  # the whole has addresses of memory in it
    assert "192.0" not in repr(vars(buckets))


@pytest.mark.django_db
def test_p11_a_refusal_says_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samen.exchange.api.turns.buckets", Buckets(size=2, per_second=1))

    answers = [client.get(f"{ROOT}services") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[2].headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("proxies", "through", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),  # nobody is believed
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first one is made up
        (2, "203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_p11_the_address_is_read_behind_the_proxies_of_the_operator(
    settings: Any, rf: RequestFactory, proxies: int, through: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert address_of(rf.get("/", headers={"x-forwarded-for": through})) == address


# --- long lists beside the pages ----------------------------------------------------------------


@pytest.mark.django_db
def test_a_few_may_read_whole_lists_at_once_and_the_next_is_asked_to_come_back(
    client: Client,
) -> None:
    ask = f"{ROOT}services?format=ndjson"
    readers: list[Any] = [client.get(ask) for _ in range(AT_ONCE)]

    refused = client.get(ask)
    pages = client.get(f"{ROOT}services")
    end(readers.pop())
    after = client.get(ask)

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "5"
    assert pages.status_code == 200
    assert after.status_code == 200
    for reader in (*readers, after):
        end(reader)


@pytest.mark.django_db
def test_p4_a_list_is_written_while_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a piece of it is ever fetched ahead, whatever there is."""
    monkeypatch.setattr("samen.exchange.queries.lists._AT_ONCE", 2)
    for _ in range(6):
        make.service()
    keep_documents(most=100)
    answer: Any = client.get(f"{ROOT}services?format=ndjson")

    with CaptureQueriesContext(connection) as first:
        piece = next(answer.streaming_content)
    with CaptureQueriesContext(connection) as rest:
        others = list(answer.streaming_content)
    end(answer)

    assert piece.count(b"\n") == 2
    assert len(others) == 2
    assert len(first) == 2  # which ones, and their documents
    assert len(rest) == 5


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["format=ndjson", "minimal=true"])
def test_a_list_that_cannot_go_on_does_not_seem_whole(
    client: Client, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Not even to who sees only that the answer has ended."""

    def two_and_no_more(*_said: Any) -> Iterator[list[bytes]]:
        yield [b'{"id": 1}', b'{"id": 2}']
        raise DatabaseError

    monkeypatch.setattr("samen.exchange.queries.everything", two_and_no_more)
    answer: Any = client.get(f"{ROOT}services?{form}")
    come: list[bytes] = []
    with pytest.raises(DatabaseError):
        come.extend(answer.streaming_content)
    end(answer)

    assert b'{"id": 2}' in b"".join(come)
    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(come).splitlines()[-1])


@pytest.mark.django_db
def test_a_list_that_is_read_for_too_long_breaks_off_and_does_not_seem_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 1.0, 10_000.0])
    monkeypatch.setattr("samen.exchange.api.streams.monotonic", lambda: next(clock))
    pieces: Any = in_a_place([b"a", b"b"], broken_off=b"{")

    assert next(pieces) == b"a"
    assert next(pieces) == b"{", "which is no JSON"
    with pytest.raises(TimeoutError):
        next(pieces)
    pieces.close()
