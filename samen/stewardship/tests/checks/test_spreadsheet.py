"""A whole part of the map in one sheet: shown before it is written, written once, taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from samen.audit.models import Entry as Line
from samen.directory import actions as directory
from samen.directory.models import Change, History, OpeningHours, Service, ServiceArea
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.foundation.sheets import Row, read_sheet, write_csv, write_xlsx
from samen.needs.tests import make as needs
from samen.places.tests import make as places
from samen.stewardship.actions.editing import edit_service
from samen.stewardship.actions.spreadsheet import (
    Outcome,
    apply_import,
    drop_plan,
    keep_plan,
    plan_import,
    undo_import,
)
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.models import ImportedRow, SheetImport, Suggestion
from samen.stewardship.queries.spreadsheet import imports_by, plan_of, sheet_rows
from samen.stewardship.rules.scope import Scope
from samen.stewardship.rules.spreadsheet import ALL

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
EVERYWHERE = Scope(municipalities=None)
UTRECHT = Scope(municipalities=frozenset({"utrecht"}))


def full() -> Service:
    service = make.service(hours="weekly", website="https://example.org/", channels=["walkin"])
    make.phone(service, "+31 30 231 64 94")
    make.answers(service, needs.need("sup.shelter"))
    service.languages.create(tag="ar")
    for day, opens in ((0, "09:00"), (0, "13:00"), (4, "22:00")):
        closes = {"09:00": "12:00", "13:00": "17:00", "22:00": "00:00"}[opens]
        OpeningHours.objects.create(service=service, weekday=day, opens=opens, closes=closes)
    ServiceArea.objects.create(service=service, municipality=places.municipality("utrecht"))
    return service


def sheet(**changed: str) -> list[Row]:
    """The sheet as it goes out, with some cells written over in every row."""
    return [
        Row(row, {**cells, **changed}) for row, cells in enumerate(sheet_rows(EVERYWHERE), start=2)
    ]


def plan(rows: list[Row], scope: Scope = EVERYWHERE) -> Outcome:
    return plan_import(rows=rows, scope=scope, by=ANNA, at=NOON)


def write(rows: list[Row], scope: Scope = EVERYWHERE) -> tuple[SheetImport, Outcome]:
    kept = keep_plan(rows=rows, by=ANNA, at=NOON)
    outcome = apply_import(sheet_id=kept.id, scope=scope, by=ANNA, at=NOON)
    return SheetImport.objects.get(pk=kept.pk), outcome


def facts(service: Service) -> Mapping[str, Any]:
    return directory.service_facts(service.id)[1]


def sentences(outcome: Outcome) -> list[str]:
    return [str(refused.why) for refused in outcome.refused]


# --- out and in --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_back_and_changes_nothing(kind: str) -> None:
    full()
    make.service()
    rows = list(sheet_rows(EVERYWHERE))
    data = write_csv(ALL, rows) if kind == "csv" else write_xlsx(ALL, rows, title="Samen")

    outcome = plan(read_sheet(data))

    assert (outcome.unchanged, outcome.changes, outcome.refused) == (2, [], [])


def test_a_row_reads_as_people_write() -> None:
    full()

    [cells] = sheet_rows(EVERYWHERE)

    assert cells["hours"] == "mon 09:00-12:00 13:00-17:00; fri 22:00-00:00"
    assert cells["phones"] == "+31 30 231 64 94"
    assert cells["areas"] == "utrecht"
    assert "location" not in cells


def test_a_merged_entry_is_in_no_sheet() -> None:
    kept, gone = make.service(), make.service()
    Service.objects.filter(pk=gone.pk).update(publish="hidden", merged_into=kept)

    assert [row["number"] for row in sheet_rows(EVERYWHERE)] == [str(kept.number)]


# --- the dry run -------------------------------------------------------------------------------


def test_a_plan_shows_every_change_and_leaves_nothing_behind() -> None:
    service = full()
    before, lines = facts(service), Line.objects.count()

    outcome = plan(sheet(website="https://nieuw.example.org/", hours="always", phones="0800-2000"))

    [change] = outcome.changes
    assert {d.fact for d in change.differences} == {"website", "hours", "phones"}
    assert change.waits == ("phones",)
    assert facts(service) == before
    assert (Line.objects.count(), Change.objects.count(), History.objects.count()) == (lines, 0, 0)
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"name": ""}, "It has no name."),
        ({"kind": "club"}, "kind: “club” is not one of"),
        ({"phones": "030-12"}, "phones: The phone number “030-12” cannot be dialled."),
        ({"hours": "mondays"}, "hours: “mondays” is not like"),
        ({"hours": "mon 9-17"}, "hours: “9-17” is not like 09:00-17:00."),
        ({"hours": "mon 09:00-17:00 16:00-18:00"}, "overlap"),
        ({"closed_from": "kerst"}, "closed_from: “kerst” is not a date"),
        ({"minimum_age": "99", "maximum_age": "18"}, "youngest age is higher"),
        ({"minimum_age": "old"}, "minimum_age: “old” is not an age."),
        ({"needs": "sup.nothing"}, "This does not exist: sup.nothing."),
        ({"areas": "atlantis"}, "This does not exist: atlantis."),
        ({"website": "geen site"}, "website"),
        ({"what.nl": "Bel 030-2316494"}, "fields of their own"),
        ({"what.nl": ""}, "without a Dutch text"),
        ({"name": "=1+1"}, "begins like a formula"),
        ({"number": "999999"}, "There is no entry 999999"),
        ({"number": "een"}, "number: “een” is not a number."),
        ({"colour": "red"}, "There is no such column: colour."),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_a_sentence(
    cells: dict[str, str], sentence: str
) -> None:
    service = full()
    before = facts(service)

    outcome = plan(sheet(**cells))

    assert len(outcome.refused) == 1, outcome
    assert sentence in str(outcome.refused[0].why)
    assert facts(service) == before


def test_a_formula_is_refused_and_the_other_rows_go_on() -> None:
    full()
    make.service(name="Andere")
    first, second = sheet(website="https://nieuw.example.org/")

    outcome = plan([Row(2, first.cells, ("website",)), second])

    assert "A formula stands in website" in sentences(outcome)[0]
    assert [change.name for change in outcome.changes] == ["Andere"]


def test_a_number_that_stands_there_twice_is_refused_the_second_time() -> None:
    full()
    [row] = sheet(website="https://nieuw.example.org/")

    outcome = plan([row, Row(3, row.cells)])

    assert len(outcome.changes) == 1
    assert "twice" in sentences(outcome)[0]


def test_a_row_read_before_somebody_changed_it_is_refused() -> None:
    service = full()
    rows = sheet(website="https://nieuw.example.org/")
    edit_service(
        service_id=service.id,
        changes={"website": {"website": "https://bert.example.org/"}},
        version=0,
        why="",
        by=BERT,
        at=NOON,
    )

    outcome = plan(rows)

    assert sentences(outcome) == ["Somebody else has changed this since: website."]


def test_what_is_not_hers_does_not_exist_for_her() -> None:
    other = make.service(name="Arnhem")
    ServiceArea.objects.create(service=other, municipality=places.municipality("arnhem"))

    outcome = plan(sheet(website="https://nieuw.example.org/"), UTRECHT)

    assert sentences(outcome) == [f"There is no entry {other.number} among those you keep."]


def test_nobody_moves_an_entry_into_a_municipality_she_does_not_keep() -> None:
    full()
    places.municipality("arnhem")

    assert "arnhem" in sentences(plan(sheet(areas="utrecht; arnhem"), UTRECHT))[0]
    assert "nl" in sentences(plan(sheet(areas="nl"), UTRECHT))[0]


# --- written -----------------------------------------------------------------------------------


def test_what_the_plan_said_is_what_is_written() -> None:
    service = full()
    rows = sheet(website="https://nieuw.example.org/", phones="0800-2000", speaks="ar; ti")
    planned = plan(rows)

    kept, outcome = write(rows)

    assert outcome == planned
    assert facts(service)["website"] == {"website": "https://nieuw.example.org/"}
    assert sorted(facts(service)["speaks"]["speaks"]) == ["ar", "ti"]
    assert facts(service)["phones"]["phones"][0]["number"] == "+31 30 231 64 94"
    assert Suggestion.objects.get().changes.keys() == {"phones"}
    assert (kept.state, kept.rows) == ("written", [])
    assert Line.objects.filter(event_type="sheet written").count() == 1


def test_an_import_pressed_twice_is_written_once() -> None:
    full()
    kept, _outcome = write(sheet(website="https://nieuw.example.org/"))
    changes = Change.objects.count()

    with pytest.raises(AlreadyDecided):
        apply_import(sheet_id=kept.id, scope=EVERYWHERE, by=ANNA, at=NOON)

    assert Change.objects.count() == changes


def test_a_plan_is_hers_alone() -> None:
    full()
    kept = keep_plan(rows=sheet(), by=ANNA, at=NOON)

    assert plan_of(BERT.id, kept.id) is None
    with pytest.raises(SheetImport.DoesNotExist):
        apply_import(sheet_id=kept.id, scope=EVERYWHERE, by=BERT, at=NOON)
    with pytest.raises(SheetImport.DoesNotExist):
        drop_plan(sheet_id=kept.id, by=BERT, at=NOON)
    drop_plan(sheet_id=kept.id, by=ANNA, at=NOON)
    assert not SheetImport.objects.exists()


def test_a_new_row_makes_a_hidden_entry_and_says_what_resembles_it() -> None:
    full()
    make.service(name="Het Wereldhuis")
    cells = {
        "number": "",
        "name": "Wereldhuis Het",
        "organization": "veilig-thuis",
        "areas": "utrecht",
        "phones": "0800-2000",
        "what.nl": "Hulp.",
    }

    _kept, outcome = write([Row(2, cells), Row(3, {**cells, "publish": "ready"})], UTRECHT)

    [change] = outcome.changes
    assert change.resembles == ("Het Wereldhuis",)
    assert "write hidden" in sentences(outcome)[0]
    made = Service.objects.get(name="Wereldhuis Het")
    assert (made.publish, made.number, made.key) == ("hidden", 10_001, "wereldhuis-het")


def test_a_new_row_without_a_municipality_is_refused_for_who_keeps_one() -> None:
    make.organization()
    cells = {"name": "Nieuw", "organization": "veilig-thuis"}

    assert "areas" in sentences(plan([Row(2, cells)], UTRECHT))[0]
    assert plan([Row(2, cells)]).refused == []


# --- undone ------------------------------------------------------------------------------------


def test_a_whole_import_is_taken_back_at_once() -> None:
    service, other = full(), make.service()
    before = facts(service), facts(other)
    new = {"name": "Nieuw", "organization": "veilig-thuis"}
    rows = [*sheet(website="https://nieuw.example.org/", phones="0800-2000"), Row(9, new)]
    kept, _outcome = write(rows)
    assert imports_by(ANNA.id) == [kept]

    outcome = undo_import(sheet_id=kept.id, by=BERT, at=NOON)

    assert (len(outcome.changes), outcome.refused) == (3, [])
    assert (facts(service), facts(other)) == before
    assert Service.objects.get(name="Nieuw").publish == "hidden"
    assert not Suggestion.objects.filter(state="waiting").exists()
    assert imports_by(ANNA.id) == []
    with pytest.raises(AlreadyDecided):
        undo_import(sheet_id=kept.id, by=BERT, at=NOON)


def test_what_somebody_changed_since_stays_and_is_named() -> None:
    service, other = full(), make.service()
    kept, _outcome = write(sheet(website="https://nieuw.example.org/"))
    directory.change_service(
        service_id=service.id,
        changes={"website": {"website": "https://bert.example.org/"}},
        version=Service.objects.get(pk=service.pk).version,
        why="",
        by=BERT,
        at=NOON,
    )

    outcome = undo_import(sheet_id=kept.id, by=ANNA, at=NOON)

    assert [refused.name for refused in outcome.refused] == [service.name]
    assert facts(service)["website"] == {"website": "https://bert.example.org/"}
    assert facts(other)["website"] == {"website": ""}


def test_a_number_that_was_approved_since_is_not_taken_away() -> None:
    service = full()
    kept, _outcome = write(sheet(website="https://nieuw.example.org/", phones="0800-2000"))
    waiting = ImportedRow.objects.get().suggestion
    assert waiting is not None
    Suggestion.objects.filter(pk=waiting.pk).update(state="approved", decided_by=BERT.id)

    undo_import(sheet_id=kept.id, by=ANNA, at=NOON)

    assert Suggestion.objects.get().state == "approved"
    assert facts(service)["website"] == {"website": "https://example.org/"}


def test_a_plan_is_forgotten_when_a_place_becomes_secret() -> None:
    service = full()
    make.location(service, street="Zeldzaamstraat 7")
    keep_plan(rows=sheet(**{"what.nl": "Aan de Zeldzaamstraat."}), by=ANNA, at=NOON)
    place = facts(service)["location"]["locations"][0]
    secret = {**place, "type": "confidential", "street": "", "town": "", "name": ""}

    edit_service(
        service_id=service.id,
        changes={"location": {"locations": [{**secret, "place": "", "postal_code": ""}]}},
        version=0,
        why="",
        by=ANNA,
        at=NOON,
    )

    assert not SheetImport.objects.exists()
