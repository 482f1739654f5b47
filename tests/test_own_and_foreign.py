"""Every door to one thing, tried by whoever keeps it and by the same role elsewhere.

The doors come from the list of routes: a new one that names a thing has no maker here, and fails.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from samen.audit.models import Entry
from samen.config.management.commands.routes import routes
from samen.directory import actions
from samen.directory.models import Change, Organization, Service, ServiceArea
from samen.directory.tests import make
from samen.exchange.models import Difference, Held, Run, Source
from samen.exchange.tests import make as exchange
from samen.foundation.actor import job
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.stewardship.models import Candidate, Merge, SheetImport, Suggestion, Task, Withdrawal
from tests.test_doors import FOR_ROLES, HER_OWN, without_converters
from tests.visit import Visit

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HERE, ELSEWHERE = "utrecht", "arnhem"
Named = dict[str, Any]


def _service(**columns: Any) -> Service:
    here = places.municipality(HERE)
    service = make.service(owner=here, **columns)
    ServiceArea.objects.create(service=service, municipality=here)
    return service


def _two() -> tuple[Service, Service]:
    return _service(name="Een"), _service(name="Twee")


def _entry() -> Named:
    return {"number": _service().number}


def _version() -> Named:
    service = _service()
    actions.change_service(
        service_id=service.id,
        changes={"website": {"website": "https://example.org/"}},
        version=service.version,
        why="",
        by=job("test"),
        at=AT,
    )
    return {"number": service.number, "version": service.version}


def _by_id() -> Named:
    return {"service": _service().id}


def _page() -> Named:
    return {"organization": _service().organization_id}


def _municipality() -> Named:
    return {"slug": places.municipality(HERE).slug}


def _suggestion() -> Named:
    service = _service()
    made = Suggestion.objects.create(
        service=service,
        version=service.version,
        changes={"website": {"website": "https://example.org/"}},
        critical=False,
        author=people.colleague(Role.EDITOR, municipality=HERE).id,
        at=AT,
    )
    return {"suggestion": made.id}


def _withdrawal() -> Named:
    by = people.colleague(Role.EDITOR, municipality=HERE)
    made = Withdrawal.objects.create(
        service=_service(), by=by.id, at=AT, why="x", publish_before="ready"
    )
    return {"withdrawal": made.id}


def _candidate() -> Named:
    first, second = sorted(_two(), key=lambda service: service.id)
    made = Candidate.objects.create(
        first=first, second=second, score=90, reasons=["name"], found_at=AT
    )
    return {"candidate": made.id}


def _merge() -> Named:
    kept, gone = _two()
    Service.objects.filter(pk=gone.pk).update(merged_into=kept, publish=Service.Publish.HIDDEN)
    by = people.colleague(Role.EDITOR, municipality=HERE)
    made = Merge.objects.create(
        kept=kept, gone=gone, by=by.id, at=AT, version_before=kept.version, publish_before="ready"
    )
    return {"merge": made.id}


def _task() -> Named:
    made = Task.objects.create(service=_service(), kind=Task.Kind.UNANSWERED, opened_on=AT.date())
    return {"task": made.id}


def _source() -> Named:
    made = exchange.source(municipality=places.municipality(HERE).slug)
    return {"source": made.id, "what": "pause"}


def _run() -> Named:
    made = exchange.source(municipality=places.municipality(HERE).slug)
    return {"run": exchange.bring(made, exchange.record()).id}


def _difference() -> Named:
    made = exchange.source(municipality=places.municipality(HERE).slug)
    exchange.bring(made, exchange.record())
    held = exchange.held()
    assert held.service
    row = Difference.objects.create(
        held=held,
        service=held.service,
        fact="website",
        offered={"website": "https://example.org/"},
        mark="x",
        at=AT,
    )
    return {"difference": row.id}


OF_A_PLACE: dict[str, Callable[[], Named]] = {
    "/desk/map/<number>/": _entry,
    "/desk/map/<number>/<section>/": lambda: {**_entry(), "section": "words"},
    "/desk/map/<number>/history/": _entry,
    "/desk/map/<number>/history/<version>/": _version,
    "/desk/map/<number>/withdraw/": _entry,
    "/desk/duplicates/<candidate>/": _candidate,
    "/desk/merges/<merge>/undo/": _merge,
    "/desk/pages/<organization>/": _page,
    "/desk/pages/<organization>/invite/": _page,
    "/desk/contacts/<slug>/": _municipality,
    "/desk/sources/<source>/": _source,
    "/desk/sources/<source>/records/": _source,
    "/desk/sources/<source>/change/": _source,
    "/desk/sources/<source>/remove/": _source,
    "/desk/sources/<source>/<what>/": _source,
    "/desk/sources/runs/<run>/undo/": _run,
    "/desk/offers/<difference>/": _difference,
    "/desk/suggestions/<suggestion>/": _suggestion,
    "/desk/withdrawn/<withdrawal>/": _withdrawal,
    "/desk/tasks/<task>/done/": _task,
    "/desk/reports/<service>/settle/": _by_id,
    "/desk/confirm/<service>/": _by_id,
}
# Hers alone, by who she is and not by where she works: tested beside the pages.
OF_A_PERSON = {
    "/desk/spreadsheet/<sheet>/",
    "/desk/spreadsheet/<sheet>/drop/",
    "/desk/spreadsheet/<sheet>/undo/",
    "/desk/translations/<language>/<number>/",
    "/desk/second/passkeys/<pk>/",
    "/desk/second/passkeys/<pk>/remove/",
}
# Whoever invites sees all colleagues; what she may give them is tested in samen/people.
OF_ALL_WHO_INVITE = {
    "/desk/colleagues/<colleague>/",
    "/desk/colleagues/<colleague>/role/",
    "/desk/colleagues/<colleague>/again/",
    "/desk/colleagues/<colleague>/factor/",
    "/desk/colleagues/<colleague>/leaves/",
    "/desk/roles/<post>/end/",
}
# Who compares six words with whom, who gives access again and what two of a circle do, is tested
# in samen/people.
OF_ALL_WITH_KEYS = {
    "/desk/keys/spare/<circle>/",
    "/desk/keys/of/<colleague>/",
    "/desk/keys/of/<colleague>/again/",
    "/desk/circles/<circle>/add/",
    "/desk/circles/<circle>/give-back/",
    "/desk/circles/<circle>/emergency/",
    "/desk/circles/<circle>/spare/",
    "/desk/circles/<circle>/spare/off/",
    "/desk/circles/<circle>/<what>/",
    "/desk/circles/asks/<ask>/",
    "/desk/circles/notices/<notice>/",
}
NO_THING = {"/desk/spreadsheet/out/<kind>/", "/desk/welcome/<token>/"}
KEPT = (Service, Suggestion, Withdrawal, Candidate, Merge, Task, SheetImport, Organization, User)
NOWHERE = "7d9f5b1e-0000-4000-8000-000000000000"
KEEPERS = (Role.STEWARD, Role.EDITOR)
CASES = [(door, role) for door in sorted(OF_A_PLACE) for role in KEEPERS if role in FOR_ROLES[door]]


def address(door: str, named: Named) -> str:
    for name, value in named.items():
        door = door.replace(f"<{name}>", str(value))
    return door


def lines() -> tuple[int, int]:
    """What a write leaves behind, whatever it wrote."""
    return Change.objects.count(), Entry.objects.count()


def everything() -> list[Any]:
    kept = (
        Service,
        Suggestion,
        Withdrawal,
        Candidate,
        Merge,
        Task,
        SheetImport,
        Organization,
        Source,
        Run,
        Held,
        Difference,
        User,
    )
    return [list(model.objects.order_by("pk").values()) for model in kept]


def test_every_door_to_one_thing_is_tried() -> None:
    doors = {without_converters(route.path) for route in routes(get_resolver())}
    to_a_thing = {door for door in doors if door.startswith("/desk/") and "<" in door}

    assert to_a_thing == {
        *OF_A_PLACE,
        *OF_A_PERSON,
        *OF_ALL_WHO_INVITE,
        *OF_ALL_WITH_KEYS,
        *NO_THING,
    }
    assert to_a_thing <= FOR_ROLES.keys() | HER_OWN | NO_THING


@pytest.mark.parametrize(("door", "role"), CASES)
def test_what_is_kept_here_is_found_here(
    client: Client, visit: Visit, door: str, role: Role
) -> None:
    where = address(door, OF_A_PLACE[door]())
    visit.sign_in(people.colleague(role, municipality=HERE))

    statuses = {client.get(where).status_code, client.post(where).status_code}

    assert not statuses & {403, 404, 500}


@pytest.mark.parametrize(("door", "role"), CASES)
def test_what_is_kept_elsewhere_does_not_exist_and_nothing_changes(
    client: Client, visit: Visit, door: str, role: Role
) -> None:
    where = address(door, OF_A_PLACE[door]())
    visit.sign_in(people.colleague(role, municipality=places.municipality(ELSEWHERE)))
    before = everything(), lines()

    read, wrote = client.get(where), client.post(where)

    # A door that only takes one of the two says so to everybody.
    assert {read.status_code, wrote.status_code} in ({404}, {404, 405})
    assert (everything(), lines()) == before


@pytest.mark.parametrize(("door", "role"), CASES)
def test_what_is_kept_elsewhere_answers_as_what_is_nowhere(
    client: Client, visit: Visit, door: str, role: Role
) -> None:
    there = OF_A_PLACE[door]()
    unknown = {"slug": "nergens", "number": 99_999}
    keep = {name: there[name] for name in there if name in {"section", "version", "what"}}
    nowhere = {name: unknown.get(name, NOWHERE) for name in there} | keep
    visit.sign_in(people.colleague(role, municipality=places.municipality(ELSEWHERE)))

    for ask in (client.get, client.post):
        answers = [ask(address(door, named)) for named in (there, nowhere)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].content == answers[1].content
