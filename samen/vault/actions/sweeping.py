"""What was erased leaves the disk as well: the log that SQLite writes ahead, and dead rows.

An erasure leaves a mark in its own transaction, and only while one stands does the worker try.
"""

from django.db import DEFAULT_DB_ALIAS, connection, connections

from samen.vault.models import Unswept


def mark_erased() -> None:
    """Inside the transaction that erases."""
    Unswept.objects.create()


def sweep_disk() -> int:
    """How many erasures left the disk by this; none while somebody still reads from before them.

    Nobody waits for it: a reader in the way is a reason to come back, not to hold up who writes.
    """
    marks = list(Unswept.objects.values_list("pk", flat=True))
    if not marks or connection.in_atomic_block or not _swept():
        return 0
    # Those only: what was erased since has a mark of its own.
    return Unswept.objects.filter(pk__in=marks).delete()[0]


def clean_disk() -> None:
    """All of it, also without a mark, waiting for readers as long as a writer would.

    Not inside a transaction, where no database can do it.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            tables = connection.introspection.table_names(cursor)
            ours = (table for table in tables if table.startswith("vault_"))
            cursor.execute(f"VACUUM {', '.join(ours)}")


def _swept() -> bool:
    if connection.vendor != "sqlite":
        clean_disk()  # VACUUM stops nobody
        return True
    # A connection of its own: how long it waits is a setting of a connection. While a checkpoint
    # waits for a reader it would keep every writer out.
    alone = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with alone.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=0")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [busy, _pages, _written] = cursor.fetchone()
    finally:
        alone.close()
    return not busy
