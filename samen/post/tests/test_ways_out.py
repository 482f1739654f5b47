"""Where letters go: what the settings may say, and the folder that stands in for a server."""

import os
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from django.core.management import call_command
from pytest_django import Settings

from samen.post.actions import Round
from samen.post.apps import letters_leave_this_house
from samen.post.http.server import BadMailSetting, WayOut, sender, way_out
from samen.post.tests import make
from samen.post.tests.make import ADDRESS, NOON
from samen.post.tests.server import MailServer

ROOT = Path(__file__).parents[3]
SMTP = "samen.post.http.smtp.EmailBackend"
FOLDER = "samen.post.http.folder.EmailBackend"


@pytest.mark.parametrize(
    ("url", "out"),
    [
        (
            "smtp://user:pa%40ss@example.org:587/?tls=1",
            WayOut(SMTP, None, "example.org", 587, "user", "pa@ss", starttls=True),
        ),
        ("smtp://example.org", WayOut(SMTP, None, "example.org", 587, starttls=True)),
        ("smtp://example.org/?tls=0", WayOut(SMTP, None, "example.org", 25)),
        ("smtp://127.0.0.1:2525/", WayOut(SMTP, None, "127.0.0.1", 2525)),
        ("smtp://user:secret@localhost", WayOut(SMTP, None, "localhost", 25, "user", "secret")),
        (
            "smtps://user:secret@example.org",
            WayOut(SMTP, None, "example.org", 465, "user", "secret", tls=True),
        ),
        ("file:///var/mail%20box", WayOut(FOLDER, Path("/var/mail box"))),
    ],
)
def test_one_address_says_how_letters_leave(url: str, out: WayOut) -> None:
    assert way_out(url) == out


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org/",
        "smtp://",
        "smtp:///",
        "smtp://example.org:secret/",
        "smtp://[secret",
        "smtp://example.org/folder",
        "smtp://example.org/?ssl=secret",
        "smtp://secret@example.org/",
        "smtp://:secret@example.org/",
        "smtp://user:secret@example.org/?tls=0",
        "file://example.org/folder",
        "file:///",
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str) -> None:
    with pytest.raises(BadMailSetting, match="SAMEN_MAIL_URL") as refused:
        way_out(url)

    assert "secret" not in str(refused.value)


def test_a_sender_is_a_name_and_an_address() -> None:
    assert sender("Samen <post@example.org>") == ("Samen <post@example.org>", "post@example.org")
    assert sender("post@example.org")[0] == "post@example.org"
    assert sender('"Samen, hier" <post@example.org>')[0] == '"Samen, hier" <post@example.org>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Samen",
        "Samen <>",
        "Samen <post@localhost>",
        "Samen\nBcc: info@example.org <post@example.org>",
        "Samen <post@example.org>\r\nBcc: info@example.org",
    ],
)
def test_anything_else_is_no_sender(text: str) -> None:
    with pytest.raises(BadMailSetting, match="SAMEN_MAIL_FROM"):
        sender(text)


@pytest.mark.parametrize(
    ("name", "said"), [("MAIL_URL", "smtp://secret@example.org/"), ("MAIL_FROM", "secret")]
)
def test_nothing_starts_with_a_wrong_setting(name: str, said: str) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", "import samen.config.settings"],
        cwd=ROOT,
        env=os.environ | {f"SAMEN_{name}": said},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode != 0
    assert f"SAMEN_{name}" in refused.stderr
    assert "secret" not in refused.stderr


# The folder


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = FOLDER
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.mark.django_db
def test_every_letter_is_a_file_for_its_owner_only(folder: Path) -> None:
    letters = {f"{make.letter().id.hex}.eml" for _ in range(2)}

    assert make.sending(at=NOON) == Round(sent=2)

    files = list(folder.iterdir())
    assert {file.name for file in files} == letters
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    message = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == (ADDRESS, "An invitation for you")


def test_a_letter_put_there_again_replaces_itself(folder: Path) -> None:
    for body in ("first", "second"):
        headers = {"Message-ID": "<../1@example.org>"}
        letter = EmailMessage("Subject", body, "post@example.org", [ADDRESS], headers=headers)
        assert get_connection().send_messages([letter]) == 1

    [file] = folder.iterdir()
    assert file.name == "..1.eml"
    assert file.read_bytes().endswith(b"second")


def test_django_says_before_the_first_visitor_that_letters_reach_nobody(
    folder: Path, server: MailServer, settings: Settings
) -> None:
    server.use(settings)
    assert [warning.id for warning in letters_leave_this_house()] == ["post.W002"]
    settings.MAIL_ADDRESS = "post@example.com"
    assert letters_leave_this_house() == []
    settings.EMAIL_FILE_PATH = folder
    assert [warning.id for warning in letters_leave_this_house()] == ["post.W001"]


@pytest.mark.django_db
def test_the_command_says_it_too(
    folder: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("send_mail")
    assert capsys.readouterr().err == ""

    settings.ENVIRONMENT = "production"
    call_command("send_mail")
    assert "SAMEN_MAIL_URL" in capsys.readouterr().err
    assert not folder.exists()
