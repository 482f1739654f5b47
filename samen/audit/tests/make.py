"""Lines ready to use, and hands that reach behind the triggers. Say only what the test is about."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from samen.audit import actions
from samen.audit.engine import key_files
from samen.audit.models import Entry, Head
from samen.foundation.actor import Actor, ActorKind, job

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY = job("tests")
TABLES = ("audit_entry", "audit_entryobject", "audit_head", "audit_state")


def some_id(number: int = 1) -> UUID:
    return UUID(int=Random(number).getrandbits(128))  # noqa: S311 the same id in every run


def line(**said: Any) -> Entry:
    usual: dict[str, Any] = {"verb": "case read", "kind": "case", "record_id": some_id()}
    return actions.record(**usual | {"by": BY, "at": NOON} | said)


def lines(count: int) -> None:
    """Lines of every kind: reads and writes, one record and many, with and without extras."""
    with transaction.atomic():
        for number in range(1, count + 1):
            line(
                verb=("case read", "note written", "cases listed")[number % 3],
                record_id=None if number % 3 == 2 else some_id(number),
                objects=[some_id(number + k) for k in range(4)] if number % 3 == 2 else (),
                by=Actor(ActorKind.COLLEAGUE, some_id(number % 5)),
                at=NOON + timedelta(minutes=number, microseconds=number % 2),
                role="mediator" if number % 2 else "",
                sensitivity="social" if number % 4 else "medical",
                on_behalf_of=some_id(99) if number % 7 == 0 else None,
                details=bytes(32) if number % 5 == 0 else None,
            )


def head(at: datetime = NOON) -> Head:
    with transaction.atomic():
        return actions.sign_head(by=BY, at=at)


def first_key() -> bytes:
    return key_files.read(settings.DATA / key_files.FIRST_KEY)


def sql(statement: str, *values: Any) -> list[Any]:
    """Straight to the database, as somebody would who has its password."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def without_triggers() -> None:
    """What the owner of a database can do. Until the test's transaction is rolled back."""
    if connection.vendor == "sqlite":
        for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            sql(f"DROP TRIGGER {name}")
    else:
        for table in TABLES:
            sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
