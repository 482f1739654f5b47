"""The database itself refuses to change the logbook, whoever asks.

Lines, the ids they name and signed heads can only be added, each as the next of its kind. The row
with which writers go on only goes forward, and stays.
"""

from django.db import migrations

REFUSAL = "The logbook is append-only."

# Of each table, what a new row must say to be the next.
NEXT = {
    "audit_entry": "NEW.seq = (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry)",
    "audit_entryobject": "NEW.entry_seq = (SELECT max(seq) FROM audit_entry)",
    "audit_head": "NEW.number = (SELECT coalesce(max(number), 0) + 1 FROM audit_head)",
}

POSTGRESQL_REFUSE = f"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def lay(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_REFUSE, params=None)
        statements = postgresql()
    else:
        statements = sqlite()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def postgresql():
    for table, is_next in NEXT.items():
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        # A condition of a trigger cannot ask a table, its function can.
        yield (
            f"CREATE FUNCTION {table}_next() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {is_next} THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_next()"
        )
    yield (
        "CREATE TRIGGER audit_state_no_delete BEFORE DELETE OR TRUNCATE ON audit_state "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
    yield (
        "CREATE TRIGGER audit_state_forward BEFORE UPDATE ON audit_state FOR EACH ROW "
        "WHEN (NEW.seq <= OLD.seq) EXECUTE FUNCTION audit_refuse()"
    )


def sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table, is_next in NEXT.items():
        yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        # Also against INSERT OR REPLACE, which removes a row without asking its trigger.
        yield (
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} "
            f"WHEN ({is_next}) IS NOT TRUE {refuse}"
        )
    yield f"CREATE TRIGGER audit_state_no_delete BEFORE DELETE ON audit_state {refuse}"
    yield (
        "CREATE TRIGGER audit_state_forward BEFORE UPDATE ON audit_state "
        f"WHEN (NEW.seq > OLD.seq) IS NOT TRUE {refuse}"
    )
    yield (
        "CREATE TRIGGER audit_state_next BEFORE INSERT ON audit_state "
        f"WHEN EXISTS (SELECT 1 FROM audit_state) {refuse}"
    )


def take_up(apps, schema_editor):
    """For developers who go back: in production the logbook is not given up."""
    tables = [*NEXT, "audit_state"]
    guards = ("no_change", "no_update", "no_delete", "next", "forward")
    on_table = schema_editor.connection.vendor == "postgresql"
    for table in tables:
        for guard in guards:
            place = f" ON {table}" if on_table else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{guard}{place}", params=None)
    for function in ("audit_refuse", *(f"{table}_next" for table in NEXT)) if on_table else ():
        schema_editor.execute(f"DROP FUNCTION {function}()", params=None)


class Migration(migrations.Migration):

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(lay, take_up)]
