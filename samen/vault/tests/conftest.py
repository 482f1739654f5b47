from collections.abc import Iterator
from pathlib import Path

import pytest

from samen.vault.engine import stretching
from samen.vault.engine.stretching import Cost


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code costs nothing to try. The floor is replaced in the module: no setting can do that."""
    monkeypatch.setattr(stretching, "FLOOR", Cost(memory=32, passes=1, lanes=4))


@pytest.fixture
def salts(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A file of salts for this test alone."""
    path = tmp_path / "salts"
    settings.VAULT_SALTS = path  # type: ignore[attr-defined]  # pytest-django's wrapper has no type
    return path  # type: ignore[return-value]  # a plain fixture
