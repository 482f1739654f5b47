"""The command, the needs and places below it, and the routes from need to service."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from samen.audit.models import Entry
from samen.directory import actions
from samen.directory.actions import ImportReport
from samen.directory.models import Change, Route, Service
from samen.directory.queries import revision
from samen.directory.tests import make
from samen.foundation.actor import job
from samen.needs.models import Need
from samen.needs.tests import make as needs
from samen.places.tests import make as places

pytestmark = pytest.mark.django_db

DANGER = needs.concept("sit.danger_now", 32, route=["veilig-thuis"])


def import_needs(*concepts: dict[str, Any]) -> ImportReport:
    return actions.import_needs(data=needs.content(*concepts), by=job("test"), at=make.NOON)


def import_routes(*concepts: dict[str, Any]) -> ImportReport:
    return actions.import_routes(data=needs.content(*concepts), by=job("test"), at=make.NOON)


# --- routes ------------------------------------------------------------------------------------


def test_a_route_leads_to_services_in_its_order() -> None:
    need = needs.need("sit.danger_now")
    second, first = make.service("second"), make.service("first")

    import_routes(needs.concept(route=["first", "second"]))

    routes = Route.objects.filter(need=need).order_by("position")
    assert [route.service for route in routes] == [first, second]
    assert Entry.objects.get().object_id == need.id


def test_a_second_import_of_a_route_writes_nothing() -> None:
    needs.need("sit.danger_now")
    make.service("first")
    import_routes(needs.concept(route=["first"]))
    before = revision()

    report = import_routes(needs.concept(route=["first"]))

    assert (report.changed, report.unchanged, revision()) == (0, 1, before)


def test_a_route_to_nowhere_is_refused_whole() -> None:
    needs.need("sit.danger_now")
    make.service("first")

    report = import_routes(needs.concept(route=["first", "gone"]))

    [refusal] = report.refused
    assert refusal.reason == "It leads to a service that does not exist: gone."
    assert not Route.objects.exists()


@pytest.mark.parametrize("concept", [DANGER, {"id": ["x"]}, "sit.danger_now"])
def test_a_route_of_a_refused_need_is_passed_over(concept: Any) -> None:
    assert import_routes(concept) == ImportReport()


# --- needs and places --------------------------------------------------------------------------


def test_the_journal_of_the_map_knows_of_needs_and_places() -> None:
    import_needs(DANGER)
    data = places.content(places.row("Utrecht"))
    actions.import_places(data=data, by=job("test"), at=make.NOON)

    assert set(Change.objects.values_list("kind", "verb")) == {
        ("needs", "created"),
        ("places", "created"),
    }


def test_needs_that_stay_the_same_leave_the_revision_as_it_is() -> None:
    import_needs(DANGER)
    before = revision()

    import_needs(DANGER)

    assert revision() == before


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def content(tmp_path: Path) -> Path:
    write(tmp_path / "needs.yaml", needs.content(DANGER))
    write(tmp_path / "services.yaml", make.content(make.entry()))
    (tmp_path / "services").mkdir()
    write(tmp_path / "services" / "ar.yaml", {"veilig-thuis": {"what": "نصيحة"}})
    utrecht = places.content(places.row("Utrecht"), municipalities=("utrecht",))
    (tmp_path / "places.json").write_text(json.dumps(utrecht), encoding="utf-8")
    return tmp_path


def write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def run(content: Path, *arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_map", "--content", str(content), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_imports_everything_in_its_turn(content: Path) -> None:
    out, err = run(content)

    service = Service.objects.get()
    assert [text.language for text in service.texts.order_by("language")] == ["ar", "en", "nl"]
    assert Route.objects.get().service == service
    assert "services  2 new, 0 changed" in out
    assert err == ""


def test_the_command_may_be_quiet(content: Path) -> None:
    assert run(content, "--quiet") == ("", "")


def test_the_command_tells_what_a_person_keeps(content: Path) -> None:
    run(content)
    Service.objects.update(name="Van ons")
    write(content / "services.yaml", make.content(make.entry(name="Anders")))

    out, _err = run(content)

    assert "kept as a person left it: veilig-thuis, name" in out


def test_the_command_tells_what_it_refused_and_imports_the_rest(content: Path) -> None:
    wrong = make.entry("wrong", 4, needs=["sit.none"])
    write(content / "services.yaml", make.content(wrong, make.entry()))
    err = StringIO()

    with pytest.raises(CommandError, match=r"Some entries were refused\."):
        call_command("import_map", "--content", str(content), stdout=StringIO(), stderr=err)

    assert err.getvalue() == (
        "services.yaml: wrong: It answers a need that does not exist: sit.none.\n"
    )
    assert Service.objects.get().key == "veilig-thuis"


@pytest.mark.parametrize("words", ["services: [", "- only\n- a list", ""])
def test_the_command_says_which_file_it_cannot_read(content: Path, words: str) -> None:
    (content / "services.yaml").write_text(words, encoding="utf-8")

    with pytest.raises(CommandError, match=r"services\.yaml"):
        run(content)


def test_the_shipped_content_is_taken_over_without_a_refusal() -> None:
    out = StringIO()

    call_command("import_map", stdout=out)
    before = revision()
    call_command("import_map", stdout=out)

    assert revision() == before
    assert Need.objects.filter(kind="sit").exists()
    assert Service.objects.filter(publish="ready").exists()
