import pytest
from django.core.cache import cache

from samen.vault.engine import stretching
from samen.vault.engine.stretching import Cost


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code costs nothing to try, and nobody has tried one yet."""
    cache.clear()
    monkeypatch.setattr(stretching, "FLOOR", Cost(memory=32, passes=1, lanes=4))
