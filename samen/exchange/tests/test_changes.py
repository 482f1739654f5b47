"""The change feed: everything that happened, in order, nothing twice, and no word about what."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samen.directory import actions as directory
from samen.directory.actions import journal
from samen.directory.models import Change, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.exchange.api.limits import Buckets
from samen.exchange.rules import feed
from samen.exchange.rules.feed import BadCursor, Cursor, read_cursor
from samen.foundation.actor import job

FEED = "/api/hsds/3.2/changes"
MARKER = "ZEBRAPAD-77"
ANNA = job("test")

pytestmark = pytest.mark.django_db


def asked(client: Client, **words: str | int) -> dict[str, Any]:
    answer = client.get(FEED, words)
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    return said


def told(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["id"], change["action"]) for change in page["changes"]]


def actions_of(client: Client, record: UUID, **words: str | int) -> list[str]:
    return [action for id_, action in told(asked(client, **words)) if id_ == str(record)]


def created(key: str = "nieuw", *, publish: str = "ready") -> Service:
    make.organization()
    facts = {
        "name": {"name": "Nieuwe hulp", "organization": "veilig-thuis"},
        "publish": {"publish": publish, "kind": "service"},
    }
    _version, whole = directory.service_facts(make.service(verified="seed").id)
    directory.create_service(
        key=key,
        facts={fact: value | facts.get(fact, {}) for fact, value in whole.items()},
        why="",
        by=ANNA,
        at=NOON,
    )
    return Service.objects.get(key=key)


def test_an_empty_map_has_a_cursor_too(client: Client) -> None:
    first = asked(client)

    assert (first["changes"], first["more"]) == ([], False)
    service = created()
    assert actions_of(client, service.id, after=first["next"]) == ["created"]


def test_each_thing_that_happens_is_told_in_its_order(client: Client) -> None:
    service, other = created(), created("ander")
    begun = asked(client)["next"]

    make.change(service, email={"email": "hulp@example.org"})
    make.change(service, verb="withdrawn", publish={"publish": "hidden"})
    make.change(service, verb="returned", publish={"publish": "ready"})
    directory.withhold_fact(service_id=service.id, fact="email", why="", by=ANNA, at=NOON)
    directory.merge_service(
        service_id=service.id,
        into=other.id,
        version=Service.objects.get(pk=service.pk).version,
        why="",
        by=ANNA,
        at=NOON,
    )
    page = asked(client, after=begun)

    one = str(service.id)
    assert [action for id_, action in told(page) if id_ == one] == [
        # It is not shown any more, so what it said in between is nothing to be kept.
        "merged",
        "withdrawn",
        "returned",
        "redacted",
        "merged",
    ]
    assert told(page)[-1] == (str(other.id), "changed")
    merged = [change for change in page["changes"] if change["action"] == "merged"]
    assert {change["merged_into"] for change in merged} == {str(other.id)}
    assert page["changes"][0]["changed_at"] == "2026-11-22T12:00:00.000Z"


def test_a_record_that_is_shown_was_changed(client: Client) -> None:
    service = created()
    begun = asked(client)["next"]
    make.change(service, email={"email": "hulp@example.org"})

    assert actions_of(client, service.id, after=begun) == ["changed"]


def test_of_a_hidden_record_nothing_is_told_but_its_id(client: Client) -> None:
    service = created(publish="hidden")
    make.change(service, name={"name": MARKER}, email={"email": "zebrapad-77@example.org"})
    page = asked(client)

    [first, last] = [each for each in page["changes"] if each["id"] == str(service.id)]
    assert last == first | {"action": "withdrawn"}
    assert set(last) == {"id", "type", "action", "changed_at"}
    assert "zebrapad" not in json.dumps(page).lower()


def test_what_is_hidden_by_a_change_is_told_to_be_let_go(client: Client) -> None:
    service = created()
    begun = asked(client)["next"]
    make.change(service, publish={"publish": "hidden"})

    assert actions_of(client, service.id, after=begun) == ["withdrawn"]


def test_a_record_without_a_row_is_deleted(client: Client) -> None:
    gone = uuid4()
    with transaction.atomic():
        journal.note(kind="service", record=gone, verb="deleted", at=NOON)

    assert asked(client)["changes"] == [
        {
            "id": str(gone),
            "type": "service",
            "action": "deleted",
            "changed_at": "2026-11-22T12:00:00.000Z",
        }
    ]


def test_an_organisation_that_changes_changes_its_services(client: Client) -> None:
    service, hidden = created(), created("verborgen", publish="hidden")
    begun = asked(client)["next"]
    directory.change_organization(
        organization_id=service.organization_id,
        changes={"name": {"name": "Nieuwe naam"}},
        version=0,
        why="",
        by=ANNA,
        at=NOON,
    )
    page = asked(client, after=begun)

    types = {each["id"]: (each["type"], each["action"]) for each in page["changes"]}
    assert types[str(service.organization_id)] == ("organization", "changed")
    assert types[str(service.id)] == ("service", "changed")
    assert str(hidden.id) not in types


def test_a_change_of_the_ground_is_told_once_of_each_service(client: Client) -> None:
    services = {str(created(f"hulp-{n}").id) for n in range(3)}
    begun = asked(client)["next"]
    with transaction.atomic():
        journal.note_all([(uuid4(), "changed")] * 4, kind="places", at=NOON)
    page = asked(client, after=begun)

    assert services <= {id_ for id_, _ in told(page)}
    assert len(page["changes"]) == Service.objects.count()
    assert {each["type"] for each in page["changes"]} == {"service"}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_whatever_the_steps_the_whole_is_the_same(client: Client, sizes: list[int]) -> None:
    """Also where a page ends between an organisation and the services that show it."""
    if not Change.objects.exists():
        for n in range(4):
            created(f"hulp-{n}")
        with transaction.atomic():
            journal.note_all([(uuid4(), "changed")] * 2, kind="needs", at=NOON)
            journal.note(
                kind="organization", record=make.organization().id, verb="changed", at=NOON
            )
            journal.note(kind="municipality", record=uuid4(), verb="changed", at=NOON)
    whole = asked(client, limit=1000)

    walked: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": "", "more": True}
    turn = 0
    while page["more"]:
        page = asked(client, after=page["next"], limit=sizes[turn % len(sizes)])
        assert len(page["changes"]) <= sizes[turn % len(sizes)]
        walked += page["changes"]
        turn += 1

    assert walked == whole["changes"]
    assert not asked(client, after=page["next"])["changes"]
    assert not asked(client, after=whole["next"])["changes"]


def test_a_cursor_of_another_map_is_refused_in_words(client: Client) -> None:
    """As when the map was put back to an older state, and went another way since."""
    created()
    cursor = asked(client)["next"]
    Change.objects.filter(pk=Change.objects.order_by("-pk")[0].pk).update(record=uuid4())

    answer = client.get(FEED, {"after": cursor})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == "after"


def test_a_cursor_from_a_future_is_refused(client: Client) -> None:
    created()
    assert client.get(FEED, {"after": str(Cursor(10**15, 0, b"abcdef"))}).status_code == 400
    assert client.get(FEED, {"after": str(Cursor(2**63 - 1, 0, b"abcdef"))}).status_code == 400


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80), st.text(max_size=12))
def test_whatever_is_asked_is_answered_or_refused(client: Client, after: str, limit: str) -> None:
    for words in ({"after": after}, {"limit": limit}):
        answer = client.get(FEED, words)
        assert answer.status_code in (200, 400)
        if answer.status_code == 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["parameter"] in words
        else:
            assert words == {"after": ""} or limit.lstrip("0").isdecimal()


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "1e2", "", "٣", "99999999999999999999"])
def test_a_limit_that_is_none_is_refused(client: Client, limit: str) -> None:
    assert client.get(FEED, {"limit": limit}).status_code == 400


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.binary(min_size=6, max_size=6))
def test_a_cursor_that_was_written_is_read(row: int, number: int, mark: bytes) -> None:
    assert read_cursor(str(Cursor(row, number, mark))) == Cursor(row, number, mark)


@pytest.mark.parametrize(
    "text", [str(Cursor(1, 2, b"abcdef")) + "=", "AAAA", "é", "!" * 30, "\x00"]
)
def test_only_the_one_spelling_of_a_cursor_is_read(text: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(text)


def test_who_asks_again_is_told_in_a_few_bytes_that_nothing_happened(client: Client) -> None:
    service = created()
    first = client.get(FEED)
    etag = first.headers["ETag"]

    again = client.get(FEED, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"

    make.change(service, email={"email": "hulp@example.org"})
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 200


def test_p11_who_asks_too_much_at_once_waits_a_moment(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samen.exchange.api.turns.buckets", Buckets(size=2, per_second=0.01))
    for _ in range(2):
        asked(client)

    for path in (FEED, "/api/fhir/Location", "/api/fhir/metadata"):
        refused = client.get(path)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "Ask again in a moment." in refused.content.decode()


def test_programs_of_every_site_may_ask_and_nobody_may_write(client: Client) -> None:
    answer = client.get(FEED)

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/json"
    assert not answer.cookies
    for write in (client.post, client.put, client.delete):
        assert write(FEED).status_code == 405


def test_an_answer_costs_the_same_queries_however_long_it_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        created(f"hulp-{n}")

    with django_assert_max_num_queries(4):
        assert len(asked(client, limit=1000)["changes"]) >= 12


def test_a_moment_is_written_in_the_time_of_the_world() -> None:
    row = feed.Row(1, datetime(2026, 7, 1, 12, 0, 0, 123_456, UTC), "service", uuid4(), "created")
    [(_place, said)] = feed.steps([row], {}, {}, after=feed.BEGINNING)

    assert said is not None
    assert said.written()["changed_at"] == "2026-07-01T12:00:00.123Z"
