"""A source moves, has another name, or goes for good; what came from it stays."""

from datetime import timedelta

import pytest

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.models import Origin, Service
from samen.directory.tests.make import NOON
from samen.exchange.actions.sources import Wanted, change_source, pause_source, remove_source
from samen.exchange.actions.taking_in import begin_run
from samen.exchange.models import Difference, Held, Run, Source
from samen.exchange.tests import make
from samen.exchange.tests.make import JOB, STEWARD, bring, held, record
from samen.needs.actions import Refused
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db

HERE, THERE = "https://hulp.example.org", "https://nieuw.example.org"


@pytest.fixture
def steward(visit: Visit) -> User:
    places.municipality("utrecht")
    user = people.colleague(Role.STEWARD, municipality="utrecht", name="Anna")
    visit.sign_in(user)
    return user


def form(**fields: str) -> dict[str, str]:
    said = {"name": "Sociale kaart", "address": HERE, "licence": "CC0", "hours": "24"}
    return said | {"absences": "3"} | fields


def named(visit: Visit, address: str, *names: str) -> list[str | list[str]]:
    page = visit.get(address)
    fields = [page.select_one(f"input[name={name}]") for name in names]
    return [field["value"] for field in fields if field]


@pytest.mark.usefixtures("steward")
def test_a_source_that_moved_stays_the_same_source(visit: Visit) -> None:
    source = make.source("hsds", address=HERE)
    run = begin_run(source_id=source.id, by=JOB, at=NOON)
    Source.objects.update(cursor="c", next_at=NOON + timedelta(days=9))
    page = f"/desk/sources/{source.id}/change/"
    assert named(visit, page, "name", "address", "hours") == ["Sociale kaart", HERE, "24"]

    visit.post(page, form(name="Wijkkaart", address=f"{THERE}/services?page=1", hours="48"))

    now = Source.objects.get()
    assert (now.name, now.address, now.hours, now.publisher) == ("Wijkkaart", THERE, 48, HERE)
    assert now.cursor == ""
    assert now.next_at is not None
    assert now.next_at < NOON + timedelta(days=9)
    assert run is not None
    assert Run.objects.get().state == Run.State.INCOMPLETE
    assert Entry.objects.filter(event_type="source changed", object_id=source.id).count() == 1


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "http://hulp.example.org"}, "begins with https"),
        ({"name": ""}, "still here"),
        ({"hours": "0"}, "still here"),
        ({"address": THERE}, "reads this address already"),
    ],
)
def test_what_cannot_be_keeps_what_was_typed(
    visit: Visit, fields: dict[str, str], sentence: str
) -> None:
    source = make.source("hsds", address=HERE)
    make.source("hsds", address=THERE, name="Another")

    page = visit.post(
        f"/desk/sources/{source.id}/change/", form(licence="CC BY 4.0", **fields), expect=422
    )

    assert sentence in words(page)
    licence = page.select_one("input[name=licence]")
    assert licence is not None
    assert licence["value"] == "CC BY 4.0"
    source.refresh_from_db()
    assert (source.address, source.licence) == (HERE, "CC0")


@pytest.mark.usefixtures("steward")
def test_a_file_has_a_name_and_a_licence_to_change(visit: Visit) -> None:
    source = make.source()
    page = f"/desk/sources/{source.id}/change/"
    assert not visit.get(page).select("input[name=address]:not([type=hidden])")

    visit.post(page, {"name": "Wijkkaart", "licence": ""})

    source.refresh_from_db()
    assert (source.name, source.licence, source.hours) == ("Wijkkaart", "", 24)


@pytest.mark.usefixtures("steward")
def test_a_source_goes_when_it_stands_still_and_its_entries_stay(visit: Visit) -> None:
    source = make.source()
    bring(source, record("a1"), record("a2"))
    page = f"/desk/sources/{source.id}/remove/"
    assert "stand still first" in words(visit.post(page, {}, expect=422))
    assert Source.objects.exists()
    visit.post(f"/desk/sources/{source.id}/pause/", {})
    assert "2 entries that came from it stay" in words(visit.get(page))

    visit.post(page, {})

    assert not Source.objects.exists()
    assert not Held.objects.exists()
    assert Service.objects.filter(publish="review").count() == 2
    assert Entry.objects.filter(event_type="source removed", object_id=source.id).count() == 1


def test_who_is_added_again_goes_on_with_what_he_brought_and_overwrites_nobody() -> None:
    source = make.source("hsds", address=HERE)
    Source.objects.update(address="")  # it is read from a file in this test
    bring(source, record("a1"), record("a2"))
    mine = held("a2").service
    assert mine is not None
    version, _now = directory.service_facts(mine.id)
    directory.change_service(
        service_id=mine.id,
        changes={"website": {"website": "https://van-ons.example.org"}},
        version=version,
        why="",
        by=STEWARD,
        at=NOON,
    )
    pause_source(source_id=source.id, by=STEWARD, at=NOON)
    remove_source(source_id=source.id, by=STEWARD, at=NOON)

    again = make.source("hsds", address=HERE)
    Source.objects.update(address="")
    bring(again, record("a1"), record("a2", url="https://van-hen.example.org"))

    assert Service.objects.count() == Origin.objects.count() == 2
    assert held("a1").source == again
    assert Difference.objects.get().fact == "website"
    bring(again, record("a1", url="https://hen.example.org"), record("a2"))
    theirs = held("a1").service
    assert theirs is not None
    assert theirs.website == "https://hen.example.org"
    mine.refresh_from_db()
    assert mine.website == "https://van-ons.example.org"


def test_a_source_is_of_its_municipality(visit: Visit) -> None:
    source = make.source("hsds", address=HERE)
    for role, area in ((Role.STEWARD, "arnhem"), (Role.EDITOR, "utrecht")):
        places.municipality(area)
        visit.sign_in(people.colleague(role, municipality=area))
        status = 404 if role == Role.STEWARD else 403
        for what in ("change", "remove"):
            visit.get(f"/desk/sources/{source.id}/{what}/", expect=status)
            visit.post(f"/desk/sources/{source.id}/{what}/", form(), expect=status)
    source.refresh_from_db()
    assert (source.name, source.state) == ("Sociale kaart", "active")


def test_what_is_of_another_kind_is_refused() -> None:
    source = make.source("hsds", address=HERE)

    with pytest.raises(Refused):
        change_source(
            source_id=source.id,
            wanted=Wanted("utrecht", "Kaart", "package"),
            by=STEWARD,
            at=NOON,
        )
