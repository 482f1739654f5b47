"""What every test stands on: readable translations, no network, nothing remembered."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.visit import Visit

# A logbook one cannot empty needs care between tests that empty the tables; and how well words
# are understood is told at the end of every run.
pytest_plugins = ["samen.audit.tests.flush", "samen.search.tests.recall"]

ROOT = Path(__file__).parent
# The test itself may be served on this machine; nobody else is reached.
THIS_MACHINE = "127.0.0.1,::1,localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before pytest-socket reads its options, and before the first page is translated."""
    config.option.allow_hosts = THIS_MACHINE
    config.option.allow_unix_socket = True
    if not hasattr(config, "workerinput"):  # once, not in every parallel worker
        subprocess.run([sys.executable, ROOT / "scripts" / "messages.py", "compile"], check=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if connection.vendor == "postgresql":
        # What asks no database has answered on SQLite already.
        items[:] = [item for item in items if _asks_the_database(item)]


def _asks_the_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("either_database")
    return marked is not None or "real_map" in getattr(item, "fixturenames", ())


@pytest.fixture
def visit(client: Client) -> Visit:
    return Visit(client)


@pytest.fixture(scope="module")
def real_map(
    django_db_setup: None,  # noqa: ARG001 the tables are there first
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The map of help as it ships. Imported once for a file of tests, then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_map", "--quiet")
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What a process keeps between requests does not pass from one test to the next.

    Caches are keyed by the revision of the map, and every test has a map of its own that starts
    at the same revision. Tables of languages never change and stay.
    """
    yield
    for name in [n for n in sys.modules if n.startswith("samen.") and ".tests." not in n]:
        for remembering in _caches_of(name):
            remembering.cache_clear()


@cache
def _caches_of(name: str) -> tuple[Any, ...]:
    """The functions of a module that remember; what it consists of no longer changes."""
    things = () if name.startswith("samen.foundation") else vars(sys.modules[name]).values()
    return tuple(thing for thing in things if hasattr(type(thing), "cache_clear"))
