from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from samen.audit import actions, queries
from samen.audit.engine import key_files
from samen.audit.management.commands import verify_log
from samen.audit.models import Entry
from samen.audit.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


def verify(*words: str) -> str:
    said = StringIO()
    call_command("verify_log", *words, stdout=said)
    return said.getvalue()


def kept(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_whole_logbook_is_counted_and_its_span_and_head_are_told() -> None:
    make.lines(9)
    head = make.head()
    said = verify()

    assert "10 lines from 2026-11-22 to 2026-11-22 are as they were written." in said
    assert f"The newest is head 1, over 10 lines: {queries.signed(head).words}" in said


def test_an_empty_logbook_is_said_to_be_empty() -> None:
    assert "The logbook is empty" in verify()


def test_the_first_key_that_lies_here_is_used_and_missed_when_it_is_gone(
    settings: Settings, tmp_path: Path
) -> None:
    make.lines(2)
    assert "take it away" in verify()
    assert "Without the first key" not in verify()

    first_key = str((settings.DATA / key_files.FIRST_KEY).rename(tmp_path / "key"))
    assert "take it away" not in verify()
    assert "Without the first key" in verify()
    assert "Without the first key" not in verify("--first-key", first_key)


def test_a_broken_line_is_named_and_the_command_fails() -> None:
    make.lines(5)
    make.without_triggers()
    Entry.objects.filter(seq=3).update(role="x")

    with pytest.raises(CommandError, match="Line 3 was changed") as failed:
        verify()
    assert failed.value.returncode == 1


def test_a_logbook_that_may_be_changed_again_is_not_in_order() -> None:
    make.lines(2)
    make.without_triggers()

    with pytest.raises(CommandError, match="no longer refuses"):
        verify()


def test_the_first_key_of_another_logbook_does_not_fit(tmp_path: Path) -> None:
    make.lines(2)
    other = kept(tmp_path / "other", "00" * 32)

    with pytest.raises(CommandError, match="first key of another logbook"):
        verify("--first-key", other)


def test_heads_from_mails_are_held_against_the_logbook(tmp_path: Path) -> None:
    make.lines(2)
    make.head()
    one = kept(tmp_path / "one.txt", f"Dear keeper,\n\n{queries.todays_head_text()}")
    make.head()
    two = kept(tmp_path / "two.txt", queries.todays_head_text())

    assert "4 signed heads fit" in verify("--head", one, "--head", two)


def test_a_head_from_a_mail_that_was_altered_does_not_fit(tmp_path: Path) -> None:
    make.lines(2)
    make.head()
    altered = queries.todays_head_text().replace("Lines: 3", "Lines: 2")

    with pytest.raises(CommandError, match=r"in .*mail\.txt was changed: it is not as signed"):
        verify("--head", kept(tmp_path / "mail.txt", altered))


@pytest.mark.parametrize("option", ["--first-key", "--head"])
def test_a_file_that_is_missing_or_holds_something_else_is_named(
    tmp_path: Path, option: str
) -> None:
    make.lines(1)
    for path in (str(tmp_path / "nowhere.txt"), kept(tmp_path / "letter.txt", "Dear keeper,")):
        with pytest.raises(CommandError, match=Path(path).name):
            verify(option, path)


def test_the_public_key_is_told() -> None:
    assert verify("--public-key").strip() == actions.make_signing_key().hex()


def test_long_work_says_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "_SAY_AFTER", 4)
    make.lines(9)

    assert [line for line in verify().splitlines() if "so far" in line] == [
        "4 lines so far",
        "8 lines so far",
    ]


def test_a_logbook_of_many_batches_is_read_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_AT_A_TIME", 4)
    make.lines(18)

    assert "18 lines" in verify()


def test_a_broken_line_in_a_later_batch_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_AT_A_TIME", 4)
    make.lines(18)
    make.without_triggers()
    Entry.objects.filter(seq=14).delete()

    with pytest.raises(CommandError, match="Line 14 is missing"):
        verify()


def test_lines_that_are_written_meanwhile_are_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_AT_A_TIME", 4)
    make.lines(8)

    def write(line: int) -> None:
        if line == 6:
            make.lines(5)

    assert queries.check_logbook(first_key=make.first_key(), on_line=write).lines == 13
