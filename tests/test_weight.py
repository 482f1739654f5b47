"""What a phone has to fetch before somebody can read: 13,000 bytes, in two requests."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

from samen.foundation.languages import PUBLISHED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map")]

STATIC = Path(__file__).parents[1] / "samen" / "theme" / "static" / "s"
LIMIT = 13_000
SCRIPT_LIMIT = 2_048
# What a server adds to an answer and Django's test client does not show.
STATUS_LINES = 60
STYLE_HEADERS = 900

KINDS = {
    "home": "",
    "results, 20 services": "find/?place=amsterdam",
    "results of a situation": "find/?need=34&place=amsterdam",
    "service": "i/4/",
    "all situations": "all/",
    "safety": "safety/",
    "municipality": "m/utrecht/",
}


def fetched(client: Client, address: str) -> int:
    """Bytes on the wire for a page, headers and compression included."""
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    headers = sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.headers.items())
    return len(answer.content) + headers + STATUS_LINES


def style() -> int:
    return len(gzip.compress((STATIC / "look.css").read_bytes(), 9)) + STYLE_HEADERS


@pytest.mark.parametrize("language", PUBLISHED)
@pytest.mark.parametrize("kind", KINDS)
def test_the_first_view_is_light(client: Client, language: str, kind: str) -> None:
    assert fetched(client, f"/{language}/{KINDS[kind]}") + style() <= LIMIT


def test_the_script_is_small() -> None:
    assert len((STATIC / "page.js").read_bytes()) <= SCRIPT_LIMIT


def test_a_page_asks_for_one_style_and_one_deferred_script(client: Client) -> None:
    page = client.get("/ar/find/?need=34").content.decode()

    assert len(re.findall(r"<link rel=\"stylesheet\"", page)) == 1
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/s/page.js" defer>']
    assert "<img" not in page
    assert "@font-face" not in (STATIC / "look.css").read_text()
