import pytest
from django.core.cache import cache

from samen.people.engine import passwords
from samen.vault.engine import stretching
from samen.vault.engine.stretching import Cost


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code or a password costs nothing to try, and nobody has tried one yet.

    The floors are replaced in their modules: no setting can do that.
    """
    cache.clear()
    monkeypatch.setattr(passwords, "FLOOR", passwords.Cost(memory=32, passes=1, lanes=4))
    monkeypatch.setattr(stretching, "FLOOR", Cost(memory=32, passes=1, lanes=4))
