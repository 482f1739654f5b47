from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from samen.search.queries.index import keeper


@pytest.fixture
def folder_of_its_own(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The index of the test lies in a folder of its own, and nothing of another one is held."""
    settings.DATA = tmp_path
    keeper.cache_clear()
    yield
    keeper.cache_clear()
