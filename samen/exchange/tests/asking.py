"""Ask as a program does: each answer is looked at for what every one of them must be."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from jsonschema import Draft202012Validator

from samen.exchange.api.answers import JSON, NDJSON, PROBLEM
from samen.exchange.rules.shapes import compiled

BASE = "/api/hsds/3.2"
LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
ONE = dict(
    zip(
        LISTS,
        ("service", "organization", "service_at_location", "taxonomy", "taxonomy_term"),
        strict=True,
    )
)
PAGE_FIELDS = (
    "total_items",
    "total_pages",
    "page_number",
    "size",
    "first_page",
    "last_page",
    "empty",
    "contents",
)


class Ask:
    def __init__(self, client: Client) -> None:
        self._client = client
        self.answer: Any = None

    def get(self, path: str, *, expect: int = 200, base: str = BASE, **said: Any) -> Any:
        headers = said.pop("headers", None)
        return self._read(self._client.get(f"{base}/{path}", said, headers=headers), expect)

    def post(self, path: str, said: Any = None, *, expect: int = 200, **more: Any) -> Any:
        body = "" if said is None else json.dumps(said)
        answer = self._client.generic(
            "POST", f"{BASE}/{path}", body, content_type=JSON, query_params=more or None
        )
        return self._read(answer, expect)

    def ids(self, path: str, **said: Any) -> list[str]:
        return [each["id"] for each in self.get(path, **said)["contents"]]

    def lines(self, path: str, **said: Any) -> list[Any]:
        found: list[Any] = self.get(path, format="ndjson", **said)
        return found

    def pages(self, path: str, **said: Any) -> Iterator[Any]:
        """Every page of a list, held to what the seven fields must say of each other."""
        page, seen, number = None, 0, 0
        while page is None or not page["last_page"]:
            number += 1
            page = self.get(path, page=number, **said)
            check_page(page, number, seen)
            seen += page["size"]
            yield page
        assert seen == page["total_items"]

    def _read(self, answer: Any, expect: int) -> Any:
        self.answer = answer
        body = answer.getvalue()
        assert answer.status_code == expect, body[:2000]
        assert not answer.cookies
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        kind = answer.headers.get("Content-Type", "")
        if expect >= 400:
            assert kind == PROBLEM
            return problem(json.loads(body), expect)
        if kind == NDJSON:
            return [json.loads(line) for line in body.splitlines()]
        return json.loads(body) if body else None


def problem(said: Mapping[str, Any], status: int) -> Mapping[str, Any]:
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    return said


def check_page(page: Mapping[str, Any], number: int, before: int) -> None:
    assert set(PAGE_FIELDS) == page.keys()
    assert page["page_number"] == number
    assert page["size"] == len(page["contents"])
    assert page["first_page"] == (number == 1)
    assert page["empty"] == (page["size"] == 0)
    assert page["last_page"] == (before + page["size"] >= page["total_items"])
    assert (page["total_pages"] == 0) == (page["total_items"] == 0)


@pytest.fixture
def ask(client: Client) -> Ask:
    return Ask(client)


# --- our own schemas, in which nothing may stand that they do not name ---


def closed(node: Any) -> Any:
    """The same schema, in which nothing may stand that it does not name."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    inside = {name: closed(value) for name, value in node.items()}
    shut = "properties" in node and "additionalProperties" not in node
    return inside | ({"additionalProperties": False} if shut else {})


def strict(shape: str) -> Any:
    schema = closed(compiled(shape, f"https://example.org/{shape}.json"))
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker)


STRICT = {kind: strict(shape) for kind, shape in ONE.items()}


def check(kind: str, record: Any) -> None:
    errors = [f"{e.json_path}: {e.message}" for e in STRICT[kind].iter_errors(record)]
    assert not errors, errors


@contextmanager
def connection_kept() -> Iterator[None]:
    """A request ends by closing its connection to the database, which here is that of the test."""
    kept = (request_started, request_finished)
    for signal in kept:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in kept:
            signal.connect(close_old_connections)


def end(answer: Any) -> None:
    """As a server does when nobody reads on."""
    with connection_kept():
        answer.close()
