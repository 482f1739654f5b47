"""Every door is closed unless this file says that it is open, and for what.

Whoever adds an address adds it here, and whoever reviews the change reads it here.
"""

import json
from http import HTTPStatus
from io import StringIO
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from samen.config.management.commands.routes import routes
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make as people
from tests.visit import Visit

READ = {"GET", "HEAD"}
RECORDS = (
    "services",
    "organizations",
    "service_at_locations",
    "taxonomies",
    "taxonomy_terms",
)
OPEN_TO_VISITORS = {
    "/": READ,
    "/<language>/": READ,
    "/<language>/find/": READ | {"POST"},  # POST is a question in her own words, kept nowhere
    "/<language>/place/": READ | {"POST"},
    "/<language>/all/": READ,
    "/<language>/i/<number>/": READ,
    "/<language>/i/<number>/service.jsonld": READ,
    "/feeds/<language>/i/<number>.ics": READ,
    "/feeds/<language>/map.atom": READ,
    "/sitemap.xml": READ,
    "/<language>/sitemap-<page>.xml": READ,
    "/robots.txt": READ,
    "/<language>/i/<number>/card/": READ,
    "/<language>/i/<number>/wrong/": READ | {"POST"},  # the one thing a visitor can write
    "/<language>/i/<number>/thanks/": READ,
    "/<language>/check/<token>/": READ | {"POST"},  # the answer of who got the letter
    "/<language>/m/<slug>/": READ,
    "/<language>/m/<slug>/embed/": READ,
    "/<language>/o/<organization>/": READ,
    "/<language>/o/<organization>/embed/": READ,
    "/feeds/<language>/o/<organization>.atom": READ,
    "/<language>/safety/": READ,
    "/<language>/open/": READ,
    "/<language>/about/": READ,
    "/<language>/exit/": READ,
    "/healthz": READ,
    # For machines: without an account and without a cookie. POST asks, and writes nothing.
    "/api/hsds/<standard>/": READ | {"OPTIONS"},
    "/api/hsds/<standard>/openapi.json": READ | {"OPTIONS"},
    "/api/hsds/<standard>/guide": READ | {"OPTIONS"},
    "/api/hsds/<standard>/profile/": READ | {"OPTIONS"},
    "/api/hsds/<standard>/profile/<shape>.json": READ | {"OPTIONS"},
    "/api/hsds/<standard>/schema/<shape>.json": READ | {"OPTIONS"},
    "/api/hsds/<standard>/changes": READ | {"OPTIONS"},
    "/feeds/<name>": READ | {"OPTIONS"},
    "/api/fhir/metadata": READ | {"OPTIONS"},
    "/api/fhir/<resource>": READ | {"OPTIONS"},
    "/api/fhir/<resource>/_search": READ | {"POST", "OPTIONS"},  # a question
    "/api/fhir/<resource>/<id_>": READ | {"OPTIONS"},
    "/api/fhir/<rest>": READ | {"OPTIONS"},
    **dict.fromkeys(
        (f"/api/hsds/<standard>/{kind}" for kind in RECORDS), READ | {"POST", "OPTIONS"}
    ),
    **dict.fromkeys(
        (f"/api/hsds/<standard>/{kind}/<record>" for kind in RECORDS), READ | {"OPTIONS"}
    ),
}
# Signing in, and the one link that comes by mail: before anybody is known.
OPEN_AT_THE_DESK = {
    "/desk/sign-in/": READ | {"POST"},
    "/desk/sign-out/": READ | {"POST"},
    "/desk/not-active/": READ,
    "/desk/second/code/": READ | {"POST"},
    "/desk/welcome/<token>/": READ | {"POST"},
}
# Her own things: whoever is signed in, whatever her roles.
HER_OWN = {
    "/desk/again/",
    "/desk/password/",
    "/desk/sessions/",
    "/desk/second/",
    "/desk/second/code/again/",
    "/desk/second/app/",
    "/desk/second/app/off/",
    "/desk/second/paper/",
    "/desk/second/paper/new/",
    "/desk/second/paper/file/",
    "/desk/second/passkeys/",
    "/desk/second/passkeys/add/",
    "/desk/second/passkeys/again/",
    "/desk/second/passkeys/<pk>/",
    "/desk/second/passkeys/<pk>/remove/",
}
EVERYBODY = frozenset(Role)
INVITES = frozenset({Role.ADMINISTRATOR, Role.STEWARD})
KEEPS = frozenset({Role.STEWARD, Role.EDITOR})
ADMINISTERS = frozenset({Role.ADMINISTRATOR})
EDITS = frozenset({Role.STEWARD, Role.EDITOR})
SUGGESTS = EDITS | {Role.CONTACT}
DECIDES = frozenset({Role.STEWARD})
TRANSLATES = frozenset({Role.TRANSLATOR})
FOR_ROLES = {
    "/desk/map/": SUGGESTS,
    "/desk/map/new/": EDITS,
    "/desk/map/<number>/": SUGGESTS,
    "/desk/map/<number>/<section>/": SUGGESTS,
    "/desk/map/<number>/history/": SUGGESTS,
    "/desk/map/<number>/history/<version>/": EDITS,
    "/desk/map/<number>/withdraw/": EDITS,
    "/desk/findings/": SUGGESTS,
    "/desk/duplicates/": EDITS,
    "/desk/duplicates/<candidate>/": EDITS,
    "/desk/merges/<merge>/undo/": EDITS,
    "/desk/spreadsheet/": EDITS,
    "/desk/spreadsheet/out/<kind>/": EDITS,
    "/desk/spreadsheet/<sheet>/": EDITS,
    "/desk/spreadsheet/<sheet>/drop/": EDITS,
    "/desk/spreadsheet/<sheet>/undo/": EDITS,
    "/desk/pages/<organization>/": SUGGESTS,
    "/desk/pages/<organization>/invite/": DECIDES,
    "/desk/contacts/<slug>/": DECIDES,
    "/desk/sources/": DECIDES,
    "/desk/sources/new/": DECIDES,
    "/desk/sources/file/": DECIDES,
    "/desk/sources/<source>/": DECIDES,
    "/desk/sources/<source>/records/": DECIDES,
    "/desk/sources/<source>/change/": DECIDES,
    "/desk/sources/<source>/remove/": DECIDES,
    "/desk/sources/<source>/<what>/": DECIDES,
    "/desk/sources/runs/<run>/undo/": DECIDES,
    "/desk/offers/": DECIDES,
    "/desk/offers/<difference>/": DECIDES,
    "/desk/suggestions/": DECIDES,
    "/desk/suggestions/<suggestion>/": DECIDES,
    "/desk/withdrawn/": DECIDES,
    "/desk/withdrawn/<withdrawal>/": DECIDES,
    "/desk/translations/": TRANSLATES,
    "/desk/translations/<language>/<number>/": TRANSLATES,
    "/desk/": EVERYBODY,
    "/desk/me/": EVERYBODY,
    "/desk/keys/": EVERYBODY,
    "/desk/keys/paper/": EVERYBODY,
    "/desk/keys/recover/": EVERYBODY,
    "/desk/keys/begin/": EVERYBODY,
    "/desk/keys/renew/": EVERYBODY,
    "/desk/keys/spare/<circle>/": EVERYBODY,
    "/desk/keys/spare/back/": EVERYBODY,
    "/desk/keys/before/": EVERYBODY,
    "/desk/keys/of/<colleague>/": EVERYBODY,
    "/desk/keys/of/<colleague>/again/": EVERYBODY,
    "/desk/circles/": EVERYBODY,
    "/desk/circles/found/": EVERYBODY,
    "/desk/circles/reach/": EVERYBODY,
    "/desk/circles/<circle>/add/": EVERYBODY,
    "/desk/circles/<circle>/give-back/": EVERYBODY,
    "/desk/circles/<circle>/emergency/": EVERYBODY,
    "/desk/circles/<circle>/spare/": EVERYBODY,
    "/desk/circles/<circle>/spare/off/": EVERYBODY,
    "/desk/circles/<circle>/<what>/": EVERYBODY,
    "/desk/circles/asks/<ask>/": EVERYBODY,
    "/desk/circles/notices/<notice>/": EVERYBODY,
    "/desk/tasks/": KEEPS,
    "/desk/tasks/<task>/done/": KEEPS,
    "/desk/reports/": KEEPS,
    "/desk/reports/<service>/settle/": KEEPS,
    "/desk/confirm/<service>/": KEEPS,
    "/desk/owners/": INVITES,
    "/desk/colleagues/": INVITES,
    "/desk/colleagues/invite/": INVITES,
    "/desk/colleagues/<colleague>/": INVITES,
    "/desk/colleagues/<colleague>/role/": INVITES,
    "/desk/colleagues/<colleague>/again/": ADMINISTERS,
    "/desk/colleagues/<colleague>/factor/": ADMINISTERS,
    "/desk/colleagues/<colleague>/leaves/": ADMINISTERS,
    "/desk/roles/<post>/end/": INVITES,
}
NOBODY = "7d9f5b1e-0000-4000-8000-000000000000"
SAMPLES = {
    **dict.fromkeys(("circle", "ask", "notice"), NOBODY),
    "language": "nl",
    "standard": "3.2",
    "name": "samen.csv",
    "page": "1",
    "resource": "Location",
    "id_": NOBODY,
    "rest": "Patient",
    "record": NOBODY,
    "shape": "service",
    "number": "1",
    "token": "abc",
    "pk": "1",
    "colleague": NOBODY,
    "post": NOBODY,
    "slug": "utrecht",
    "candidate": NOBODY,
    "merge": NOBODY,
    "sheet": NOBODY,
    "kind": "odt",
    "organization": "7b0c2f0e-52d5-4f0e-9b58-6a3a1e0c2d11",
    "section": "words",
    "version": "1",
    "suggestion": NOBODY,
    "withdrawal": NOBODY,
    "service": NOBODY,
    "task": NOBODY,
    "source": NOBODY,
    "run": NOBODY,
    "difference": NOBODY,
    "what": "pause",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


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


ROUTES = {without_converters(route.path): route for route in routes(get_resolver())}
DOORS = sorted(ROUTES)
OPEN = sorted(OPEN_TO_VISITORS.keys() | OPEN_AT_THE_DESK.keys())
LOCKED = sorted(HER_OWN | FOR_ROLES.keys())


def test_every_door_is_on_one_of_the_lists() -> None:
    assert sorted([*OPEN, *LOCKED]) == DOORS


def test_no_address_has_two_doors() -> None:
    assert len(list(routes(get_resolver()))) == len(DOORS)


def test_the_lists_say_what_the_doors_do() -> None:
    assert {door for door in DOORS if ROUTES[door].open} == set(OPEN)
    assert {door: frozenset(ROUTES[door].roles) for door in FOR_ROLES} == FOR_ROLES


def test_the_list_of_doors_is_there_for_machines_too() -> None:
    said = StringIO()
    call_command("routes", "--json", stdout=said)

    assert {without_converters(row["path"]) for row in json.loads(said.getvalue())} == set(DOORS)


@pytest.mark.django_db
@pytest.mark.parametrize("door", sorted(OPEN_TO_VISITORS))
@pytest.mark.parametrize("method", METHODS)
def test_a_door_opens_to_the_ways_on_the_list_only(client: Client, door: str, method: str) -> None:
    answer = client.generic(method, address(door))

    assert (answer.status_code != 405) == (method in OPEN_TO_VISITORS[door])


@pytest.mark.django_db
@pytest.mark.parametrize("door", sorted(OPEN_TO_VISITORS))
def test_a_stranger_gets_an_answer_without_being_asked_who_she_is(
    client: Client, door: str
) -> None:
    answer = client.get(address(door))

    assert answer.status_code in {200, 302, 303, 404, 503}
    assert "sign-in" not in answer.headers.get("Location", "")
    assert "WWW-Authenticate" not in answer.headers
    assert not answer.cookies.keys() & {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_locked_door_sends_strangers_to_sign_in(client: Client, method: str) -> None:
    answers = {door: client.generic(method, address(door)) for door in LOCKED}
    led = {
        door
        for door, answer in answers.items()
        if answer.status_code == HTTPStatus.FOUND
        and answer.headers["Location"].startswith("/desk/sign-in/")
    }

    assert led == set(LOCKED)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_role_opens_its_own_doors_and_no_others(
    visit: Visit, client: Client, role: Role, method: str
) -> None:
    """A door that is not hers is refused before anything is looked up behind it."""
    visit.sign_in(holding(role))
    refused = {
        door
        for door in FOR_ROLES
        if client.generic(method, address(door)).status_code == HTTPStatus.FORBIDDEN
    }

    assert refused == {door for door, roles in FOR_ROLES.items() if role not in roles}


def holding(role: Role) -> User:
    return people.colleague(
        role,
        organization=UUID(NOBODY) if role is Role.CONTACT else None,
        language="ar" if role is Role.TRANSLATOR else "",
    )


@pytest.mark.django_db
def test_whoever_has_no_second_step_is_led_to_it_first(client: Client) -> None:
    client.force_login(people.colleague(Role.ADMINISTRATOR))
    leads = {door: client.get(address(door)).headers.get("Location") for door in LOCKED}
    setting_up = {door for door in LOCKED if door.startswith(("/desk/second/", "/desk/again/"))}

    assert {door for door, to in leads.items() if to == "/desk/second/"} >= set(LOCKED) - setting_up
