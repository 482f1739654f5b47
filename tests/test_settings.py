"""What production refuses, tried in a Python of its own as on a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECRET = "0123456789-0123456789-0123456789-0123456789-abcdefghij"  # noqa: S105 opens nothing


def start(*command: str, **said: str) -> "subprocess.CompletedProcess[str]":
    """SAMEN with nothing in its environment but what is said here."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SAMEN_", "DJANGO_"))}
    plain.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=plain | {f"SAMEN_{name}": value for name, value in said.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_secret_is_all_that_must_be_said() -> None:
    started = start("-c", "import samen.config.settings", SECRET_KEY=SECRET)

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, "SAMEN_SECRET_KEY"),
        ({"SECRET_KEY": " "}, "SAMEN_SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SAMEN_SECRET_KEY"),
        ({"SECRET_KEY": SECRET, "DEBUG": "yes"}, "SAMEN_DEBUG"),
        ({"SECRET_KEY": SECRET, "NOW": "2026-11-24T10:00:00+01:00"}, "SAMEN_NOW"),
        ({"SECRET_KEY": SECRET, "HOSTS": "*"}, "SAMEN_HOSTS"),
    ],
)
def test_it_refuses_to_serve_and_says_which_setting(said: dict[str, str], name: str) -> None:
    refused = start("-c", "import samen.config.wsgi", **said)

    assert refused.returncode != 0
    assert name in refused.stderr
    assert SECRET not in refused.stderr


def test_what_is_not_said_is_safe() -> None:
    asked = (
        "from samen.config import settings as s;"
        "assert s.ENVIRONMENT == 'production';"
        "assert not s.DEBUG;"
        "assert s.SECURE_SSL_REDIRECT;"
        "assert s.SECURE_HSTS_SECONDS >= 31_536_000;"
        "assert '*' not in s.ALLOWED_HOSTS"
    )
    started = start("-c", asked, SECRET_KEY=SECRET)

    assert started.returncode == 0, started.stderr


def test_django_finds_nothing_to_say_about_it_in_production(tmp_path: Path) -> None:
    checked = start(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SECRET_KEY=SECRET,
        DATA=str(tmp_path),
        HOSTS="help.example.org",
        MAIL_URL="smtps://post.example.org",
        MAIL_FROM="Samen <post@samen.test>",
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("command", [("manage.py", "serve"), ("-c", "import samen.config.wsgi")])
def test_it_refuses_a_database_that_is_not_up_to_date_and_says_so(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    refused = start(*command, SECRET_KEY=SECRET, DATA=str(tmp_path), HTTPS="no")

    assert refused.returncode != 0
    assert "The database is not up to date" in refused.stderr
    assert "samen migrate" in refused.stderr
