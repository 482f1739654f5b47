"""What the database itself refuses, whoever asks."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from samen.audit import queries
from samen.audit.models import Entry, State
from samen.audit.tests import make

pytestmark = pytest.mark.django_db

CHANGES = [
    "UPDATE audit_entry SET event_type = 'x'",
    "UPDATE audit_entry SET seq = 9 WHERE seq = 3",
    "DELETE FROM audit_entry WHERE seq = 3",
    "DELETE FROM audit_entry",
    "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2",
    "UPDATE audit_entryobject SET entry_seq = 3",
    "DELETE FROM audit_entryobject",
    "INSERT INTO audit_entryobject SELECT * FROM audit_entryobject",
    "UPDATE audit_head SET seq = 2",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head SELECT * FROM audit_head",
    "UPDATE audit_state SET seq = 3",
    "UPDATE audit_state SET link = mac",
    "DELETE FROM audit_state",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2",
    "INSERT OR IGNORE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2",
    "UPDATE OR REPLACE audit_entry SET seq = 3 WHERE seq = 2",
    "UPDATE OR IGNORE audit_entry SET event_type = 'x'",
    "INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head",
    "INSERT OR REPLACE INTO audit_state SELECT * FROM audit_state",
    "REPLACE INTO audit_state SELECT * FROM audit_state",
]
ON_POSTGRESQL = [
    *(f"TRUNCATE {table}" for table in make.TABLES),
    "TRUNCATE audit_entry, audit_entryobject CASCADE",
    "INSERT INTO audit_head SELECT * FROM audit_head ON CONFLICT (number) DO UPDATE SET seq = 9",
]
IN_ITS_OWN_WORDS = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL


@pytest.mark.parametrize("change", [*CHANGES, *IN_ITS_OWN_WORDS])
def test_the_database_refuses_to_change_the_logbook(change: str) -> None:
    make.lines(3)
    make.head()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        make.sql(change)
    assert queries.check_logbook(first_key=make.first_key()).lines == 4


def test_every_guard_is_laid() -> None:
    assert queries.missing_guards() == []
    make.without_triggers()
    assert len(queries.missing_guards()) >= 8


@pytest.mark.django_db(transaction=True)
def test_the_suite_empties_its_tables_and_leaves_the_guards() -> None:
    make.lines(2)
    make.head()
    call_command("flush", verbosity=0, interactive=False)

    assert not Entry.objects.exists()
    assert not State.objects.exists()
    assert queries.missing_guards() == []
