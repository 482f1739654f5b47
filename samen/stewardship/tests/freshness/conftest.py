from collections.abc import Iterator

import pytest
from pytest_django import Settings

from samen.post.tests.server import MailServer


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that answers, and the settings that lead to it."""
    running = MailServer()
    running.start()
    running.use(settings)
    yield running
    running.go_down()
