"""G3 and G4: five hundred words in six scripts, and none of them in anything a thief takes.

The positive control seals with a suite that does not encrypt: then the same search finds every
word. That suite stands in this file. Nothing that production reads can choose it.
"""

import base64
import gzip
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from samen.foundation.actor import visitor
from samen.vault import actions
from samen.vault.engine import envelope, stream
from samen.vault.tests import make
from samen.vault.tests.make import AT, Colleague

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cheap")]
SCRIPTS = ("Amina{}x", "أمينة{}س", "ሰናይት{}ም", "Олена{}ж", "शांति{}ल", "美玲{}龍")
CANARIES = [SCRIPTS[at % 6].format(f"-{at:04}-{at * 7919 % 9973:04}-") for at in range(500)]


class InTheClear:
    """Looks like a suite and encrypts nothing: what the search is proved with."""

    def lock(self, _key: bytes, _nonce: bytes, words: bytes, _about: bytes) -> bytes:
        return words

    def unlock(self, _key: bytes, _nonce: bytes, locked: bytes, _about: bytes) -> bytes:
        return locked


@pytest.fixture
def in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    def sealed(chunks: Any, **_said: Any) -> Iterator[bytes]:
        yield from chunks

    monkeypatch.setattr(envelope, "SUITES", {255: InTheClear()})
    monkeypatch.setattr(envelope, "NEWEST", 255)
    monkeypatch.setattr(stream, "seal", sealed)


@pytest.fixture
def thief(tmp_path: Path, settings: Any) -> Path:
    """All that SAMEN writes, beside the database, lies here."""
    settings.VAULT_FILES = tmp_path / "files"
    settings.VAULT_SALTS = tmp_path / "salts"
    return tmp_path


def everything_written() -> None:
    """Records, parts, letters, packets, files and their names: fifty words or more in each."""
    sara, mo, eve = make.team(3)
    owner = uuid4()
    actions.make_intake(**sara.opens(), owner=owner, holders=[mo.id])
    five = zip(*[iter(CANARIES)] * 5, strict=True)
    words = (" ".join(some) for some in five)
    for _ in range(10):
        records(sara, mo, words)
        mailbox = actions.open_mailbox(
            owner=owner, words=sealable(next(words)), by=visitor(), at=AT
        )
        halves = actions.find_mailbox(receipt=mailbox.receipt, at=AT)
        actions.read_by_receipt(session=halves.session, half=halves.half, at=AT)
        actions.write_at_desk(**mo.opens(), mailbox_id=mailbox.id, words=sealable(next(words)))
        actions.seal_packet(
            **eve.opens(),
            receiver=owner,
            words=sealable(f"{next(words)} {next(words)}"),
            consent=b"c" * 32,
            ends_at=AT + timedelta(days=14),
        )
    assert next(words, None) is None


def sealable(text: str) -> actions.Words:
    return actions.Words(text.encode())


def records(sara: Colleague, mo: Colleague, words: Iterator[str]) -> None:
    first = next(words)
    record = make.record(sara, mo, words=first.encode(), note=next(words).encode())
    later = sealable(f"{first} {next(words)} {next(words)}")
    actions.write_parts(**mo.opens(), record_id=record, parts={"page": later})
    make.read(sara, record)
    content = f"een brief over {next(words)}".encode()
    actions.add_file(**sara.opens(), record_id=record, name=next(words), chunks=[content])


def taken(thief: Path) -> list[bytes]:
    """The database with its log, a backup, and every file; packed ones also unpacked."""
    found = [path.read_bytes() for path in thief.rglob("*") if path.is_file()]
    found += [path.read_bytes() for path in settings.DATA.rglob("*") if path.is_file()]
    if connection.vendor == "sqlite":
        copy = thief / "backup.sqlite3"
        with sqlite3.connect(copy) as backup:
            connection.connection.backup(backup)
        found += [copy.read_bytes(), "\n".join(connection.connection.iterdump()).encode()]
    else:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 names from the database itself
                found += [
                    bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
                    for row in cursor.fetchall()
                    for v in row
                ]
    return found + [gzip.decompress(raw) for raw in found if raw[:2] == b"\x1f\x8b"]


def seen(word: str, everything: bytes) -> bool:
    raw = word.encode()
    shapes = [
        raw,
        raw.hex().encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        word.encode("unicode_escape"),
    ]
    # Base64 depends on where in a text the word stands; the inner letters do not.
    shapes += [base64.b64encode(b"." * shift + raw)[4:-4] for shift in range(3)]
    return any(shape in everything for shape in (*shapes, raw.hex().upper().encode()))


def test_whoever_steals_everything_reads_nothing(thief: Path) -> None:
    everything_written()
    everything = b"\n".join(taken(thief))

    assert len(everything) > 100_000
    assert [word for word in CANARIES if seen(word, everything)] == []


@pytest.mark.usefixtures("in_the_clear")
def test_the_search_finds_every_word_when_nothing_is_encrypted(thief: Path) -> None:
    everything_written()
    everything = b"\n".join(taken(thief))

    assert [word for word in CANARIES if not seen(word, everything)] == []


def test_no_setting_and_no_variable_leads_to_another_suite() -> None:
    source = Path(envelope.__file__).parent
    code = "\n".join(path.read_text() for path in source.glob("*.py"))

    assert "environ" not in code
    assert "settings" not in code
    assert list(envelope.SUITES) == [1]
