"""A list that was read before is asked for what has changed; only all of it says what is gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samen.directory.tests.make import NOON
from samen.exchange.actions.sources import Wanted, change_source
from samen.exchange.actions.taking_in import begin_run, take_step
from samen.exchange.actions.undoing import undo_run, undo_step
from samen.exchange.models import Held, Run, Source
from samen.exchange.queries.provenance import seen_of
from samen.exchange.tests import make
from samen.exchange.tests.make import DAY, JOB, STEWARD, finish, held, record
from samen.exchange.tests.site import Feed, feed

pytestmark = pytest.mark.django_db

NAMES = "/hsds/services?minimal=true"


def full(number: int, moment: str = "2026-11-01T00:00:00.000Z", **fields: Any) -> dict[str, Any]:
    said = {"languages": [{"code": "ar"}], "last_modified": moment}
    return record(f"r{number}", **(said | fields))


def changed(number: int) -> dict[str, Any]:
    return full(number, "2026-11-21T00:00:00.000Z", description="Soep en raad.")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Feed]:
    with feed(tmp_path) as said:
        said.records = [full(number) for number in range(6)]
        said.minimal = said.tags = True
        yield said


def source_at(there: Feed, **parts: Any) -> Source:
    return make.source("hsds", address=there.address, **parts)


def crawl(source: Source, there: Feed, day: int = 0) -> Run:
    there.asked.clear()
    there.said.clear()
    at = NOON + day * DAY
    run = begin_run(source_id=source.id, by=JOB, at=at)
    assert run is not None
    return finish(run, gate=there.gate, at=at)


def pages(there: Feed) -> list[str]:
    return [one.partition("page=")[2].partition("&")[0] for one in there.asked if "page=" in one]


def seen_on(original: str) -> str:
    """The day on which its description was seen last."""
    found = seen_of(held(original), "what.nl")
    return str(found.last) if found else ""


# --- by its names --------------------------------------------------------------------------------


def test_only_what_changed_is_asked_for(there: Feed) -> None:
    source = source_at(there)
    crawl(source, there)
    there.records[4] = changed(4)

    run = crawl(source, there, day=1)

    assert there.asked == [NAMES, "/hsds/services/r4"]
    assert (run.state, run.counts) == (Run.State.WHOLE, {"seen": 6, "unchanged": 5, "changed": 1})
    assert {row.last_seen for row in Held.objects.all()} == {NOON + DAY}
    assert {seen_on(f"r{n}") for n in range(6)} == {"2026-11-23"}


def test_when_nothing_changed_one_question_is_answered_with_nothing(there: Feed) -> None:
    source = source_at(there)
    for day in (0, 1):
        crawl(source, there, day=day)

    run = crawl(source, there, day=2)

    assert (there.asked, there.said) == ([NAMES], [304])
    assert (run.state, run.counts) == (Run.State.WHOLE, {"seen": 6, "unchanged": 6})
    assert {seen_on(f"r{n}") for n in range(6)} == {"2026-11-24"}


def test_what_is_new_or_back_is_asked_for(there: Feed) -> None:
    source = source_at(there, absences=1)
    crawl(source, there)
    whole, there.records = there.records, there.records[1:]
    crawl(source, there, day=1)
    assert held("r0").state == Held.State.ABSENT
    there.records = [*whole, changed(7)]

    run = crawl(source, there, day=2)

    assert there.asked == [NAMES, "/hsds/services/r0", "/hsds/services/r7"]
    assert (run.counts["created"], run.counts["returned"]) == (1, 1)
    assert held("r0").state == Held.State.HERE


def test_e4_a_name_that_is_missing_is_looked_for_in_the_whole_list(there: Feed) -> None:
    """It goes after so many whole lists without it, exactly as without any list of names."""
    source = source_at(there, absences=2)
    crawl(source, there)
    there.records = there.records[1:]

    for day, publish in ((1, "review"), (2, "hidden")):
        run = crawl(source, there, day=day)
        assert there.asked[0] == NAMES
        assert pages(there) == ["1", "2", "3"]
        assert (run.state, run.in_part) == (Run.State.WHOLE, False)
        assert held("r0").service.publish == publish  # type: ignore[union-attr]  # it is there

    assert crawl(source, there, day=3).in_part


@pytest.mark.parametrize("what", ["unknown", "more", "no moments", "broken"])
def test_what_is_no_whole_list_of_names_is_not_believed(there: Feed, what: str) -> None:
    source = source_at(there)
    crawl(source, there)
    if what == "unknown":
        there.minimal = False
    elif what == "more":
        there.total = 6
        there.records = [*there.records, *(full(n) for n in (6, 7))]
    elif what == "no moments":
        there.records = [
            {n: v for n, v in r.items() if n != "last_modified"} for r in there.records
        ]
    else:
        there.broken = {"/services?minimal=true"}

    run = crawl(source, there, day=1)

    assert not run.in_part
    assert pages(there)[:3] == ["1", "2", "3"]


def test_when_much_has_changed_pages_are_fewer_questions(there: Feed) -> None:
    there.records = [full(number) for number in range(30)]
    there.size = 50
    source = source_at(there)
    crawl(source, there)
    there.records = [changed(number) for number in range(30)]

    run = crawl(source, there, day=1)

    assert len(there.asked) == 2
    assert (run.state, run.counts["changed"]) == (Run.State.WHOLE, 30)


def test_a_server_that_does_not_move_its_dates_is_found_out_after_a_week(there: Feed) -> None:
    source = source_at(there)
    crawl(source, there)
    there.records[4] = full(4, description="Soep en raad.")
    assert "changed" not in crawl(source, there, day=6).counts

    run = crawl(source, there, day=7)

    assert (NAMES in there.asked, run.counts["changed"]) == (False, 1)


def test_e4_what_did_not_answer_is_neither_missing_nor_seen(there: Feed) -> None:
    source = source_at(there, absences=1)
    crawl(source, there)
    there.records[4] = changed(4)
    there.broken = {"/services/r4"}

    run = crawl(source, there, day=1)

    assert run.state == Run.State.INCOMPLETE
    assert (held("r4").missed, seen_on("r4")) == (0, "2026-11-22")
    there.broken = set()
    assert crawl(source, there, day=2).counts["changed"] == 1


def test_what_was_refused_is_asked_for_again(there: Feed) -> None:
    source = source_at(there)
    crawl(source, there)
    there.records[4] = changed(4) | {"name": ""}

    runs = [crawl(source, there, day=day) for day in (1, 2)]

    assert [run.counts["refused"] for run in runs] == [1, 1]
    assert there.asked == [NAMES, "/hsds/services/r4"]
    assert held("r4").missed == 0  # it is there, whatever it says
    assert seen_on("r4") == "2026-11-22"


def test_killed_between_two_steps_it_goes_on_with_what_is_left(there: Feed) -> None:
    there.records = [full(number) for number in range(150)]
    there.size = 50
    source = source_at(there)
    crawl(source, there)
    there.records[:30] = [changed(number) for number in range(30)]
    run = begin_run(source_id=source.id, by=JOB, at=NOON + DAY)
    assert run is not None
    there.asked.clear()
    take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON + DAY)
    take_step(run_id=run.id, gate=there.gate, by=JOB, at=NOON + DAY)
    assert len(there.asked) == 26

    done = finish(run, gate=there.gate, at=NOON + DAY)

    assert len(there.asked) == len(set(there.asked)) == 31
    assert done.counts == {"seen": 150, "unchanged": 120, "changed": 30}
    assert not done.loads.exists()


# --- by its pages --------------------------------------------------------------------------------


def test_a_page_that_is_as_it_was_is_not_sent_again(there: Feed) -> None:
    there.minimal = False
    source = source_at(there, absences=1)
    crawl(source, there)
    there.records[2] = changed(2)

    run = crawl(source, there, day=1)

    assert there.said[1:] == [304, 200, 304]
    assert run.counts == {"seen": 6, "unchanged": 5, "changed": 1}
    there.records.pop()
    crawl(source, there, day=2)
    assert held("r5").state == Held.State.ABSENT
    assert {seen_on(f"r{n}") for n in range(5)} == {"2026-11-24"}
    assert seen_on("r5") == "2026-11-23"


def test_a_page_of_which_something_is_otherwise_here_is_asked_for_whole(there: Feed) -> None:
    there.minimal = False
    source = source_at(there)
    crawl(source, there)
    there.records[2] = changed(2)
    run = crawl(source, there, day=1)
    undo_run(run_id=run.id, by=STEWARD, at=NOON)
    while undo_step(run_id=run.id, by=STEWARD, at=NOON):
        pass
    Source.objects.update(state=Source.State.ACTIVE)

    run = crawl(source, there, day=2)

    assert there.said[1:] == [304, 200, 304]
    assert run.counts["changed"] == 1


def test_a_list_of_names_only_is_never_the_same(there: Feed) -> None:
    there.minimal, there.brief = False, True
    source = source_at(there)
    crawl(source, there)
    there.records[2] = changed(2) | {"description": "Koffie en raad.", "email": "a@example.org"}

    assert crawl(source, there, day=1).counts["changed"] == 1


def test_at_another_address_nothing_of_before_is_the_same(there: Feed) -> None:
    source = source_at(there)
    for day in (0, 1):
        crawl(source, there, day=day)
    moved = Wanted("utrecht", source.name, source.kind, address=f"{there.address}/v3")

    change_source(source_id=source.id, wanted=moved, by=STEWARD, at=NOON)

    source.refresh_from_db()
    assert (source.whole_at, source.answered.count()) == (None, 0)
