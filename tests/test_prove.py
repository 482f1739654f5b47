"""`make prove` runs nothing where the files of the standard are missing or are not whole."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from scripts import check
from tests.serving import HOUSE


def proved(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "scripts/check.py", "prove"],
        cwd=HOUSE,
        env=os.environ | {"SAMEN_HSDS_DIR": str(folder)},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


def listed(folder: Path) -> Path:
    """A folder with one file, and the list of sums that says so."""
    (folder / "openapi.json").write_text("{}")
    (folder / "SHA256SUMS").write_text(f"{sha256(b'{}').hexdigest()}  ./openapi.json\n")
    return folder


def test_without_the_files_it_says_what_to_set(tmp_path: Path) -> None:
    code, said = proved(tmp_path)

    assert code == 2
    assert f"not in {tmp_path}. Set SAMEN_HSDS_DIR" in said
    assert "passed" not in said


@pytest.mark.parametrize("text", ["{ }", None], ids=["another", "missing"])
def test_a_file_that_is_not_the_one_is_named(tmp_path: Path, text: str | None) -> None:
    file = listed(tmp_path) / "openapi.json"
    file.unlink() if text is None else file.write_text(text)

    code, said = proved(tmp_path)

    assert code == 2
    assert "./openapi.json" in said


def test_whole_files_are_fine(tmp_path: Path) -> None:
    assert check.damaged(listed(tmp_path)) is None


def test_the_tests_hear_where_the_files_are_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check, "HSDS", tmp_path)
    for name in ("SAMEN_DATA", "DJANGO_SETTINGS_MODULE", "DATABASE_URL"):
        monkeypatch.setenv(name, "of this machine")

    environment = check.environment()

    assert environment["SAMEN_HSDS_DIR"] == str(tmp_path)
    assert "of this machine" not in environment.values()
