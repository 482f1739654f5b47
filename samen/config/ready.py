"""Whether this instance may start: what is missing is said by name, and nothing starts half."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

_SHORTEST_SECRET = 40


def check() -> None:
    """Raises ImproperlyConfigured, with a sentence for whoever starts this."""
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET:
        message = f"SAMEN_SECRET_KEY is shorter than {_SHORTEST_SECRET} characters."
        raise ImproperlyConfigured(message)
    if "*" in settings.ALLOWED_HOSTS:
        message = "SAMEN_HOSTS may not be *: name the hosts this instance answers for."
        raise ImproperlyConfigured(message)
    _check_tables()


def _check_tables() -> None:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        message = "The database does not answer. Look at DATABASE_URL or SAMEN_DATA."
        raise ImproperlyConfigured(message) from error
    if missing:
        names = ", ".join(f"{step.app_label}.{step.name}" for step, _backwards in missing[:5])
        message = f"The database is not up to date ({names}). Run: samen migrate"
        raise ImproperlyConfigured(message)
