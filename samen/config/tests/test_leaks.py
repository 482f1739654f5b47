"""Where words could stay behind when a page was read: tables of others, logs, mails, broken pages.

That nothing lies in files of uploads and downloads: samen/vault/tests/test_files.py; in the file of
the database and its log: samen/vault/tests/test_killed.py; in memory and core dumps:
test_open_vault.py; in a browser: tests/visit.py looks at every page for `no-store`.
"""

import logging
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from samen.foundation.logs import SafeFormatter
from samen.people.desk import circles
from samen.people.tests.conftest import cheap  # noqa: F401 a fixture
from samen.people.tests.test_circles import WHY, Scene, record_of
from samen.vault.models import Ask
from tests.visit import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]


def kept() -> str:
    """All that lies in any table, as it lies."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 names from the database itself
            said += [
                bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v)
                for row in cursor.fetchall()
                for v in row
            ]
    return "\n".join(said)


def test_what_was_typed_and_read_lies_in_no_table_and_no_file() -> None:
    """Refused, typed again, read: sessions, messages, caches and drafts know nothing of it."""
    scene = Scene()
    record = record_of(scene.ada)
    assert WHY in words(scene.send(record, expect=422, hours="48"))
    address = scene.asks(record)
    assert WHY in words(scene.mo.visit.get(address))
    everything = kept()

    assert Ask.objects.get().id.hex[:8] in everything.replace("-", "")
    assert WHY not in everything
    files = [path for path in settings.DATA.rglob("*") if path.is_file()]
    assert not [path for path in files if WHY.encode() in path.read_bytes()]


def test_a_page_that_breaks_while_it_is_open_says_nothing_of_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene()
    address = scene.asks(record_of(scene.ada))

    def broken(_request: object, _template: str, page: dict[str, Any], **_said: Any) -> None:
        message = f"Cannot show {page['reason']}"
        raise ValueError(message)

    monkeypatch.setattr(circles, "render", broken)
    caplog.set_level(logging.DEBUG)
    page = scene.mo.visit.get(address, expect=500)
    lines = [SafeFormatter().format(line) for line in caplog.records]

    assert "Something went wrong on our side" in words(page)
    assert WHY not in str(page)
    assert any("ValueError" in line for line in lines)
    assert not [line for line in lines if WHY in line]
    assert mail.outbox == []
    assert (settings.ADMINS, settings.DEBUG) == ([], False)
    assert WHY not in kept()


def test_sqlite_writes_no_temporary_file_and_overwrites_what_goes() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes its temporary files itself: they are on its own disk")
    with connection.cursor() as cursor:
        said = {}
        for name in ("temp_store", "secure_delete", "synchronous"):
            cursor.execute(f"PRAGMA {name}")
            [[said[name]]] = cursor.fetchall()

    assert said == {"temp_store": 2, "secure_delete": 1, "synchronous": 2}


def test_no_template_keeps_a_piece_of_a_page() -> None:
    templates = list((settings.BASE / "samen").glob("*/templates/**/*.html"))

    assert len(templates) > 50
    assert not [path for path in templates if "{% cache" in path.read_text()]
