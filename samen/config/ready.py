"""Whether this instance may start: what is missing is said by name, and nothing starts half."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from samen.vault import actions as vault

_SHORTEST_SECRET = 40
_SECRETS = ("secret", "logbook-first-key", "logbook-signing-key")


def check() -> None:
    """Raises ImproperlyConfigured, with a sentence for whoever starts this."""
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET:
        message = f"SAMEN_SECRET_KEY is shorter than {_SHORTEST_SECRET} characters."
        raise ImproperlyConfigured(message)
    if "*" in settings.ALLOWED_HOSTS:
        message = "SAMEN_HOSTS may not be *: name the hosts this instance answers for."
        raise ImproperlyConfigured(message)
    _check_secrets()
    _check_tables()
    _check_vault()


def _check_secrets() -> None:
    """Whoever else has an account on this machine reads none of them."""
    for name in _SECRETS:
        path = settings.DATA / name
        if path.exists() and path.stat().st_mode & 0o077:
            message = f"{path} can be read by others on this machine. Run: chmod 600 {path}"
            raise ImproperlyConfigured(message)


def _check_vault() -> None:
    try:
        vault.check_ready()
    except (vault.SaltsMissing, OSError) as reason:
        raise ImproperlyConfigured(str(reason)) from reason


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
