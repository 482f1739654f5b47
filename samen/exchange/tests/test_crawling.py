"""Lists of others over HTTPS: page by page, killed anywhere, never sure of what was not seen."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings

from samen.directory.models import Service
from samen.directory.tests.make import NOON
from samen.exchange import jobs
from samen.exchange.actions.crawling import Batch, NotAnswered, next_batch
from samen.exchange.actions.sources import (
    Wanted,
    add_source,
    documents_of_file,
    preview_source,
)
from samen.exchange.actions.taking_in import begin_file, begin_run, take_step
from samen.exchange.models import Held, Run, Source
from samen.exchange.queries.provenance import seen_of
from samen.exchange.queries.sources import given_back
from samen.exchange.rules.reading_pages import documents_in
from samen.exchange.rules.reading_values import canonical
from samen.exchange.tests import make
from samen.exchange.tests.ground import load, needs_hsds, official
from samen.exchange.tests.make import JOB, STEWARD, finish, held, record
from samen.exchange.tests.site import Feed, feed
from samen.foundation.http.fetching import Gate
from samen.needs.actions import Refused

pytestmark = pytest.mark.django_db

EXAMPLES = [p for p in official("3.2.3", "examples") if p.stem not in ("base", "tabular")]


def full(original: str, **fields: Any) -> dict[str, Any]:
    """One with something nested, as a list with everything gives it."""
    return record(original, languages=[{"code": "ar"}], **fields)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Feed]:
    with feed(tmp_path) as said:
        said.records = [full(f"r{n}") for n in range(5)]
        yield said


def source_at(there: Feed, kind: str = "hsds", **parts: Any) -> Source:
    return make.source(kind, address=there.address, **parts)


def crawl(source: Source, gate: Gate, *, times: int = 10, at: datetime = NOON) -> Run:
    """Begun, and taken up again each minute as the worker does."""
    run = begin_run(source_id=source.id, by=JOB, at=at)
    assert run is not None
    for _minute in range(times):
        run = finish(run, gate=gate, at=at)
        if run.state != Run.State.RUNNING:
            break
    return run


def test_a_list_is_read_to_its_last_page(there: Feed) -> None:
    run = crawl(source_at(there), there.gate)

    assert run.state == Run.State.WHOLE
    assert run.counts["created"] == 5
    assert sum("/services?" in each for each in there.asked) == 3


def test_pages_without_their_fields_are_read_until_one_is_empty(there: Feed) -> None:
    there.header = False

    run = crawl(source_at(there), there.gate)

    assert (run.state, run.counts["created"]) == (Run.State.WHOLE, 5)


@pytest.mark.parametrize("kind", ["hsds", "uk"])
def test_names_only_are_asked_for_one_by_one(there: Feed, kind: str) -> None:
    there.brief = True

    run = crawl(source_at(there, kind), there.gate)

    assert (run.state, run.counts["created"]) == (Run.State.WHOLE, 5)
    assert [row.tag for row in held("r0").service.languages.all()] == ["ar"]  # type: ignore[union-attr]  # it is there


def test_e4_nothing_counts_as_absent_after_an_incomplete_crawl(there: Feed) -> None:
    source = source_at(there, absences=1)
    crawl(source, there.gate)
    there.records = there.records[1:]
    there.broken = {"/services?page=2&per_page=50&full=true"}

    run = crawl(source, there.gate)

    assert run.state == Run.State.INCOMPLETE
    assert held("r0").missed == 0
    assert not Service.objects.filter(publish="hidden").exists()
    source.refresh_from_db()
    assert source.trouble == "500"


def test_e4_a_record_that_did_not_answer_is_not_missing(there: Feed) -> None:
    source, there.brief = source_at(there, absences=1), True
    crawl(source, there.gate)
    there.records = there.records[1:]
    there.broken = {"/services/r3"}

    run = crawl(source, there.gate)

    assert run.state == Run.State.INCOMPLETE
    assert [held("r0").missed, held("r3").missed] == [0, 0]
    assert Service.objects.filter(publish="review").count() == 5


def test_e2_an_incomplete_crawl_sees_no_field_of_what_was_not_read(there: Feed) -> None:
    source, there.brief = source_at(there), True
    crawl(source, there.gate)
    there.broken = {"/services/r3", "/services?page=3&per_page=50&full=true"}

    run = crawl(source, there.gate, at=NOON + make.DAY)

    assert run.state == Run.State.INCOMPLETE
    days = {key: seen_of(held(key), "what.nl").last.day for key in ("r0", "r3", "r4")}  # type: ignore[union-attr]  # it is there
    assert days == {"r0": 23, "r3": 22, "r4": 22}
    assert [held(key).last_seen.day for key in ("r0", "r3", "r4")] == [23, 23, 22]


@pytest.mark.parametrize("what", ["total", "moved", "twice"])
def test_e4_a_list_that_moves_while_it_is_read_is_not_whole(there: Feed, what: str) -> None:
    source = source_at(there, absences=1)
    crawl(source, there.gate)
    there.records = there.records[1:]
    if what == "total":
        there.total = 9
    Source.objects.update(whole_at=None)
    run = begin_run(source_id=source.id, by=JOB, at=NOON)
    assert run is not None
    take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON)
    if what == "moved":
        there.records = there.records[:-1]
    elif what == "twice":
        there.records = [full("new"), *there.records[:-1]]

    assert finish(run, gate=there.gate).state == Run.State.INCOMPLETE
    assert not Held.objects.filter(missed__gt=0).exists()


def test_killed_after_any_step_it_goes_on_where_it_was(there: Feed) -> None:
    source = source_at(there)
    run = begin_run(source_id=source.id, by=JOB, at=NOON)
    assert run is not None
    for step in range(1, 4):
        # Asked and killed before anything was written, at every step once.
        with (
            patch("samen.exchange.actions.taking_in._count", side_effect=SystemExit),
            pytest.raises(SystemExit),
        ):
            take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON)
        assert Held.objects.count() == min(5, 2 * (step - 1))
        take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON)

    assert finish(run, gate=there.gate).state == Run.State.WHOLE
    assert Service.objects.count() == 5
    assert run.counts["created"] == 5


def test_two_workers_at_one_step_write_it_once(there: Feed) -> None:
    source = source_at(there)
    run = begin_run(source_id=source.id, by=JOB, at=NOON)
    assert run is not None
    assert begin_run(source_id=source.id, by=JOB, at=NOON) is None

    def meanwhile(*asked: Any) -> Any:
        batch = next_batch(*asked)
        Run.objects.filter(pk=run.pk).update(position="2")  # another was quicker
        return batch

    with patch("samen.exchange.actions.taking_in.next_batch", meanwhile):
        assert not take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON)

    assert not Held.objects.exists()


def test_a_source_that_does_not_answer_is_asked_again_and_then_left(there: Feed) -> None:
    source = source_at(there)
    there.broken = {"/services"}

    run = crawl(source, there.gate, times=4)
    assert (run.state, run.tries) == (Run.State.RUNNING, 4)
    there.broken = set()

    assert finish(run, gate=there.gate).state == Run.State.WHOLE


def test_only_the_operator_opens_an_address_of_the_house(there: Feed) -> None:
    run = crawl(source_at(there), Gate())

    assert run.state == Run.State.INCOMPLETE
    assert there.asked == []
    assert Source.objects.get().trouble == "not-public"


def test_another_certificate_opens_nothing(there: Feed, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with feed(other) as stranger:
        [(_host, keys)] = stranger.gate.openings.items()
    [(host, _keys)] = there.gate.openings.items()

    run = crawl(source_at(there), Gate(openings={host: keys}))

    assert run.state == Run.State.INCOMPLETE
    assert Source.objects.get().trouble == "bad-certificate"


def test_the_worker_reads_what_is_due_and_nothing_else(there: Feed) -> None:
    source = source_at(there, hours=24)
    with patch.object(django_settings, "FETCH_OPENINGS", dict(there.gate.openings)):
        jobs.take_in(at=NOON)
        asked = len(there.asked)
        jobs.take_in(at=NOON + timedelta(hours=23))
        assert len(there.asked) == asked
        jobs.take_in(at=NOON + timedelta(hours=24))

    assert len(there.asked) == 2 * asked + 1  # for a list of names that it does not know
    assert source.runs.filter(state=Run.State.WHOLE).count() == 2


def test_a_preview_writes_nothing(there: Feed) -> None:
    make.municipality()
    wanted = Wanted("utrecht", "Sociale kaart", "hsds", address=f"{there.address}/services?page=3")
    there.records = [full("r1", accreditations="ISO"), {"id": "r2"}]
    with patch.object(django_settings, "FETCH_OPENINGS", dict(there.gate.openings)):
        seen = preview_source(wanted=wanted, at=NOON)

    assert (seen.names, seen.read, seen.unreadable, seen.total) == (["Inloop r1"], 1, 1, 2)
    assert seen.losses == {("accreditations", "no-place"): 1}
    assert not Source.objects.exists()
    assert not Service.objects.exists()


def test_a_look_at_another_samen_shows_what_it_has_and_not_what_changed_first(there: Feed) -> None:
    make.municipality()
    wanted = Wanted("utrecht", "Sociale kaart", "samen", address=there.address)
    with patch.object(django_settings, "FETCH_OPENINGS", dict(there.gate.openings)):
        with pytest.raises(NotAnswered) as without_a_feed:
            preview_source(wanted=wanted, at=NOON)
        first = {"type": "organization", "id": "o1", "action": "created"}
        there.changes = {"changes": [first], "next": "c1", "more": True}
        seen = preview_source(wanted=wanted, at=NOON)

    assert without_a_feed.value.code == "404"
    assert (seen.names, seen.read, seen.total) == (["Inloop r0", "Inloop r1"], 2, 5)


@pytest.mark.parametrize(
    "parts",
    [
        {"name": " "},
        {"kind": "ftp"},
        {"address": "http://hulp.example.org"},
        {"address": "https://["},
        {"address": ""},
        {"kind": "package"},
        {"absences": 0},
        {"hours": 1000},
        {"municipality": "atlantis"},
    ],
)
def test_a_source_that_cannot_be_is_refused_with_a_sentence(parts: dict[str, Any]) -> None:
    make.municipality()
    said: dict[str, Any] = {
        "municipality": "utrecht",
        "name": "Kaart",
        "kind": "hsds",
        "address": "https://hulp.example.org",
        **parts,
    }

    with pytest.raises(Refused, match=r"\.$"):
        add_source(wanted=Wanted(**said), by=STEWARD, at=NOON)


def test_one_address_is_read_once_by_a_municipality(there: Feed) -> None:
    source_at(there)

    with pytest.raises(Refused, match="already"):
        source_at(there)


# --- the standard's own examples -----------------------------------------------------------------


@needs_hsds(EXAMPLES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_official_example_is_taken_in_and_given_back_without_loss(path: Path) -> None:
    source = make.source()
    body = path.read_bytes()
    said = documents_in(body)
    run = begin_file(
        source_id=source.id, documents=documents_of_file("package", body), by=JOB, at=NOON
    )

    run = finish(run)

    kinds = {each.split("_")[0] for each in (path.stem,)}
    mine = [each for each in given_back(source) if _is_of(each, said)]
    assert run.state == Run.State.WHOLE
    assert sorted(map(canonical, mine)) == sorted(map(canonical, said)), kinds


def _is_of(document: dict[str, Any], said: list[Any]) -> bool:
    """A service inside an organisation is taken in beside it, and is not the file's own object."""
    return any({*document} == {*each} for each in said)


@needs_hsds(EXAMPLES)
def test_the_service_of_the_standard_is_on_the_map() -> None:
    source = make.source()
    body = next(p for p in EXAMPLES if p.stem == "service_full").read_bytes()
    documents = documents_of_file("package", body)
    finish(begin_file(source_id=source.id, documents=documents, by=JOB, at=NOON))

    made = Service.objects.get()
    assert made.name == "Community Counselling"
    assert made.phones.get().number == "+44 1234 234567"
    assert (made.minimum_age, made.maximum_age, made.assured_on) == (12, 100, None)
    losses = json.dumps(Held.objects.get(service=made).losses)
    assert "contacts" in losses
    assert "Persona" not in losses


@pytest.mark.parametrize("gaps", [0, 1])
def test_what_a_feed_does_not_name_still_stands_there_when_it_was_read_to_its_end(
    there: Feed, gaps: int
) -> None:
    """It names only what has changed, and what is believed is believed for as long again."""
    source = source_at(there)
    crawl(source, there.gate)
    Source.objects.filter(pk=source.pk).update(kind=Source.Kind.SAMEN, cursor="c1")
    first = Service.objects.values_list("review_due_on", flat=True).distinct().get()

    named = [full("r0", url="https://r0.example.org")]
    batch = Batch(named, position="c2", last=True, gaps=gaps)
    later = NOON + timedelta(days=40)
    run = begin_run(source_id=source.id, by=JOB, at=later)
    assert run is not None
    with patch("samen.exchange.actions.taking_in.next_batch", return_value=batch):
        finish(run, at=later)

    moved = set(Service.objects.values_list("review_due_on", flat=True)) - {first}
    left = Service.objects.filter(review_due_on=first).count()
    assert (len(moved), left) == ((1, 4) if gaps else (1, 0))


# --- the profile of the United Kingdom -----------------------------------------------------------

MOCKS = {name: official("oruk-mocks", f"V3.0-UK-{name}") for name in ("Default", "Warn", "Fail")}
UK_ID = "ac148810-d857-441c-9679-408f346de14b"


def as_mock(there: Feed, name: str) -> None:
    """Its list, and its one record for whichever id is asked for, as their server does."""
    files = {path.stem: load(path) for path in MOCKS[name]}
    listed = files["service_list"]
    ids = [each["id"] for each in listed["contents"]]
    there.files = {f"/services/{id_}": files["service_full"] for id_ in ids}
    there.files["/services"] = listed


@needs_hsds(MOCKS["Default"])
@pytest.mark.parametrize("name", ["Default", "Warn"])
def test_a_uk_feed_is_read_from_end_to_end(there: Feed, name: str) -> None:
    as_mock(there, name)
    source = source_at(there, "uk")

    run = crawl(source, there.gate)

    assert (run.state, run.counts, run.refused) == (Run.State.WHOLE, {"seen": 1, "created": 1}, [])
    made = held(UK_ID).service
    assert made is not None
    assert (made.name, made.publish) == ("Community Counselling", "review")
    assert made.organization.name == there.files["/services"]["contents"][0]["organization"]["name"]
    assert {"contacts|no-place", "assured_date|ours-to-say"} & run.losses.keys()
    assert not [loss for loss in run.losses if loss.startswith(("name|", "description|"))]
    assert crawl(source, there.gate).counts == {"seen": 1, "unchanged": 1}


@needs_hsds(MOCKS["Fail"])
def test_a_uk_feed_that_is_wrong_is_read_as_far_as_it_goes_and_says_what_is_lost(
    there: Feed,
) -> None:
    """Two of its ids answer with the record of another; that one has no description."""
    as_mock(there, "Fail")

    run = crawl(source_at(there, "uk"), there.gate)

    assert (run.state, run.gaps) == (Run.State.INCOMPLETE, 2)
    assert (run.counts["seen"], run.counts["created"]) == (4, 1)
    assert Source.objects.get().trouble == "gaps"
    wrong = {"description|missing", "email|not-readable", "url|not-readable"}
    assert wrong <= run.losses.keys()
    made = held(UK_ID)
    assert made.service is not None
    assert made.service.publish == "hidden"  # of what nobody says what it does nothing is shown
    assert {f"{field}|{why}" for field, why in made.losses} == run.losses.keys()
