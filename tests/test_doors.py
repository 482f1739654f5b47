"""Every door is closed unless this file says that it is open, and for what.

Whoever adds an address adds it here, and whoever reviews the change reads it here.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

READ = {"GET", "HEAD"}
OPEN_TO_VISITORS = {
    "/": READ,
    "/<language>/": READ,
    "/<language>/find/": READ | {"POST"},  # POST is a question in her own words, kept nowhere
    "/<language>/place/": READ | {"POST"},
    "/<language>/all/": READ,
    "/<language>/i/<number>/": READ,
    "/<language>/i/<number>/card/": READ,
    "/<language>/i/<number>/wrong/": READ | {"POST"},  # the one thing a visitor can write
    "/<language>/i/<number>/thanks/": READ,
    "/<language>/check/<token>/": READ | {"POST"},  # the answer of who got the letter
    "/<language>/safety/": READ,
    "/<language>/about/": READ,
    "/<language>/exit/": READ,
    "/healthz": READ,
}
SAMPLES = {"language": "nl", "number": "1", "token": "abc"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def doors(node: URLResolver, prefix: str = "/") -> Iterator[str]:
    for child in node.url_patterns:
        path = prefix + str(child.pattern)
        if isinstance(child, URLPattern):
            yield without_converters(path)
        else:
            yield from doors(child, path)


def without_converters(path: str) -> str:
    """/<language:language>/i/<int:number>/ as one reads it: /<language>/i/<number>/."""
    start, opened, rest = path.partition("<")
    if not opened:
        return path
    inside, _, after = rest.partition(">")
    return f"{start}<{inside.rpartition(':')[2]}>{without_converters(after)}"


def address(door: str) -> str:
    for name, value in SAMPLES.items():
        door = door.replace(f"<{name}>", value)
    assert "<" not in door, f"give {door} a sample"
    return door


DOORS = sorted(doors(get_resolver()))


def test_the_open_doors_are_the_ones_on_the_list() -> None:
    assert set(DOORS) == OPEN_TO_VISITORS.keys()


def test_no_address_has_two_doors() -> None:
    assert len(DOORS) == len(set(DOORS))


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", METHODS)
def test_a_door_opens_to_the_ways_on_the_list_only(client: Client, door: str, method: str) -> None:
    answer = client.generic(method, address(door))

    assert (answer.status_code != 405) == (method in OPEN_TO_VISITORS[door])


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_gets_an_answer_without_being_asked_who_she_is(
    client: Client, door: str
) -> None:
    answer = client.get(address(door))

    assert answer.status_code in {200, 302, 303, 404, 503}
    assert "sign-in" not in answer.headers.get("Location", "")
    assert "WWW-Authenticate" not in answer.headers
    assert "sessionid" not in answer.cookies
