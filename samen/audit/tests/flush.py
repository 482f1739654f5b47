"""Let the test suite empty its own tables, among them those that can only grow.

A test that commits leaves its rows to Django's `flush`. Only there, within flush's own transaction,
the triggers step aside, and are as before when it ends. Production's triggers know nothing of it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(scope="session", autouse=True)
def _what_can_only_grow_is_emptied_after_a_test() -> Iterator[None]:
    around = {"sqlite": _around_on_sqlite, "postgresql": _around_on_postgresql}[connection.vendor]
    with pytest.MonkeyPatch.context() as patch:
        flush = type(connection.ops).sql_flush
        patch.setattr(type(connection.ops), "sql_flush", _flush_within(flush, around))
        yield


def _flush_within(flush: Callable[..., list[str]], around: Any) -> Callable[..., list[str]]:
    def sql_flush(operations: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        before, after = around(tables)
        statements = flush(operations, style, tables, **options)
        return [*before, *statements, *after] if statements else statements

    return sql_flush


def _around_on_sqlite(tables: list[str]) -> tuple[list[str], list[str]]:
    """SQLite cannot switch a trigger off: it is dropped and laid again, word for word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        laid = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
    return [f"DROP TRIGGER {name}" for name, _sql in laid], [sql for _name, sql in laid]


def _around_on_postgresql(tables: list[str]) -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        guarded = [table for (table,) in cursor.fetchall() if table in tables]
    return (
        [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in guarded],
        [f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in guarded],
    )
