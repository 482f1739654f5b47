"""The index comes and goes, and nobody who asks for help notices."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from pytest_django import Settings

from samen.audit.models import Entry
from samen.directory import queries as directory
from samen.directory.models import Change, Service
from samen.directory.tests import make as services
from samen.foundation.actor import job
from samen.search import actions, queries
from samen.search.engine import columns, shelf
from samen.search.engine.columns import Columns, Index
from samen.search.queries.hours import read_hours, write_hours
from samen.search.queries.index import Keeper, folder_of, keeper, root
from samen.search.tests import make

pytestmark = pytest.mark.django_db

NOON = make.NOON
UNREADABLE = "index was unreadable, built again"


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


class Lines(logging.Handler):
    """What is written to a log."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(record.getMessage())


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the search writes to its log."""
    logger, handler = logging.getLogger("samen.search"), Lines()
    logger.addHandler(handler)
    yield handler.written
    logger.removeHandler(handler)


def changed() -> None:
    """The map has changed once more."""
    Change.objects.create(at=NOON, kind="service", record=uuid4(), verb="changed")


def service() -> Service:
    made = services.service()
    changed()
    return made


def shown() -> list[int]:
    return [hit.number for hit in queries.search(make.question()).ready]


def as_of() -> int | None:
    return queries.search(make.question()).as_of


def folder() -> Path:
    found = folder_of(directory.revision())
    assert found
    return found


def in_a_new_process() -> list[int]:
    """As a worker would see it that has just started."""
    keeper.cache_clear()
    return shown()


# --- it is kept ---------------------------------------------------------------------------------


def test_an_edit_is_seen_at_the_next_question() -> None:
    first = service()
    assert shown() == [first.number]

    second = service()

    assert shown() == [first.number, second.number]


def test_what_is_hidden_is_gone_at_the_next_question() -> None:
    made = service()
    assert shown() == [made.number]

    Service.objects.update(publish=Service.Publish.HIDDEN)
    changed()

    assert shown() == []


def test_the_index_is_built_once_and_then_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    made = service()
    shown()
    monkeypatch.setattr(directory, "index_rows", lambda: pytest.fail("it was built again"))

    assert in_a_new_process() == [made.number]


def test_a_question_costs_one_query_while_nothing_changes(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    service()
    queries.search(make.question())

    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        queries.search(make.question())


def test_folders_of_old_revisions_are_cleared_away() -> None:
    for _ in range(6):
        service()
        shown()

    assert len([path for path in root().iterdir() if path.is_dir()]) <= 3


def test_an_index_of_another_database_is_not_taken_for_ours() -> None:
    """A backup was put back, and the map has by chance as many changes as before."""
    made = service()
    shown()
    Change.objects.update(record=uuid4())
    Service.objects.update(publish=Service.Publish.HIDDEN)

    assert in_a_new_process() == []
    assert made.number


def test_before_the_first_change_nothing_is_written() -> None:
    services.service()

    assert len(shown()) == 1
    assert not root().exists() or not [path for path in root().iterdir() if path.is_dir()]


# --- it heals -----------------------------------------------------------------------------------


def without_a_file(path: Path) -> None:
    (path / "number.npy").unlink()


def without_the_list_of_files(path: Path) -> None:
    (path / "manifest.json").unlink()


def cut_short(path: Path) -> None:
    file = path / "name_text.npy"
    file.write_bytes(file.read_bytes()[:-3])


def with_flipped_bytes(path: Path) -> None:
    file = path / "number.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")


def of_another_version(path: Path) -> None:
    file = path / "manifest.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps(manifest | {"format": shelf.FORMAT + 1}))


def full_of_nonsense(path: Path) -> None:
    (path / "manifest.json").write_text('["no", "manifest"]')


def empty(path: Path) -> None:
    for file in path.iterdir():
        file.write_bytes(b"")


DAMAGES = [
    without_a_file,
    without_the_list_of_files,
    cut_short,
    with_flipped_bytes,
    of_another_version,
    full_of_nonsense,
    empty,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_built_again(damage: Callable[[Path], None], lines: list[str]) -> None:
    made = service()
    shown()
    damage(folder())

    assert in_a_new_process() == [made.number]
    assert lines == [UNREADABLE]
    assert in_a_new_process() == [made.number]
    assert lines == [UNREADABLE]


def test_a_missing_index_is_built_again() -> None:
    made = service()
    shown()
    shelf.discard(root())

    assert in_a_new_process() == [made.number]
    assert folder().exists()


def test_a_process_that_has_it_open_goes_on_without_the_folder() -> None:
    made = service()
    shown()
    shelf.discard(root())

    assert shown() == [made.number]


def test_where_nothing_can_be_written_it_answers_from_memory(
    settings: Settings, tmp_path: Path, lines: list[str]
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("not a folder")
    settings.DATA = blocked
    made = service()

    assert shown() == [made.number]
    assert shown() == [made.number]
    assert lines == ["index cannot be written, answering from memory"]


def test_a_draft_that_was_left_behind_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    made = service()

    def break_off(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "_settle", break_off)
        assert shown() == [made.number]

    assert not [path for path in root().iterdir() if path.is_dir()]
    assert in_a_new_process() == [made.number]
    assert folder().exists()


# --- one builder at a time ----------------------------------------------------------------------


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("samen.search.queries.index.monotonic", lambda: self.now)
        monkeypatch.setattr("samen.search.queries.index.sleep", self.wait)
        self.while_waiting: Callable[[], object] = lambda: None

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.while_waiting()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@contextmanager
def another_builds() -> Iterator[None]:
    with shelf.only_builder(root()) as mine:
        assert mine
        yield


@pytest.mark.usefixtures("clock")
def test_while_another_process_builds_the_older_index_answers_and_says_so() -> None:
    first = service()
    assert shown() == [first.number]
    assert as_of() == directory.revision()
    service()

    with another_builds():
        assert shown() == [first.number]
        assert as_of() is None
    assert as_of() == directory.revision()


@pytest.mark.usefixtures("clock")
def test_what_was_changed_is_as_it_is_now_also_while_another_builds() -> None:
    first, second = service(), service()
    shown()
    Service.objects.filter(pk=first.pk).update(publish=Service.Publish.HIDDEN)
    Change.objects.create(at=NOON, kind="service", record=first.id, verb="changed")
    Change.objects.create(at=NOON, kind="needs", record=uuid4(), verb="changed")

    with another_builds():
        assert shown() == [second.number]


def test_nobody_waits_longer_than_a_second(clock: Clock) -> None:
    first = service()
    assert shown() == [first.number]
    second = service()

    with another_builds():
        assert shown() == [first.number]
        clock.now += 1.0
        assert shown() == [first.number, second.number]


def test_a_new_process_waits_for_the_one_that_builds(clock: Clock) -> None:
    made = service()
    clock.while_waiting = lambda: shelf.save(built(), folder())

    with another_builds():
        assert in_a_new_process() == [made.number]

    assert 0 < clock.now < 1


def test_a_new_process_builds_in_memory_when_the_builder_is_slow(clock: Clock) -> None:
    made = service()

    with another_builds():
        assert in_a_new_process() == [made.number]

    assert 1 <= clock.now < 2
    assert not folder().exists()


def built() -> Index:
    return columns.build(directory.index_rows(), write=write_hours)


def test_two_threads_of_one_process_build_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has waited for the first, and finds its work done."""
    service()
    ours = Keeper()
    held = ours.current()
    monkeypatch.setattr(directory, "index_rows", lambda: pytest.fail("it was built again"))

    assert ours._renewed(held.revision) is held


# --- on purpose ---------------------------------------------------------------------------------


def test_a_rebuild_counts_its_services_and_leaves_a_line_in_the_logbook() -> None:
    service()

    assert actions.rebuild(by=job("reindex"), at=NOON) == 1

    entry = Entry.objects.get(event_type="index rebuilt")
    assert entry.user_id == job("reindex").id
    assert entry.object_id == actions.INDEX


def test_a_rebuild_replaces_what_lies_there() -> None:
    made = service()
    shown()
    with_flipped_bytes(folder())

    actions.rebuild(by=job("reindex"), at=NOON)

    assert len(shelf.read(folder())) == 1
    assert in_a_new_process() == [made.number]


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    service()

    call_command("reindex")

    assert "1 services in the index" in capsys.readouterr().out


# --- health -------------------------------------------------------------------------------------


def test_the_index_answers() -> None:
    assert queries.index_answers()


def test_a_database_that_is_gone_is_no_index_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> int:
        raise DatabaseError

    monkeypatch.setattr(directory, "revision", gone)

    with pytest.raises(DatabaseError):
        queries.index_answers()


# --- what is written is what was there ----------------------------------------------------------


def test_the_index_on_the_disk_is_the_index(tmp_path: Path) -> None:
    rows = [
        make.Row(
            2, needs=("sit.threats",), towns=((52.0, 5.0),), texts=(("ar", "name", "مساعدة"),)
        ),
        make.Row(1, route={"sit.threats": 3}, languages=("fa-AF",), hours=make.OFFICE),
    ]
    index = columns.build(rows, write=write_hours)

    shelf.save(index, tmp_path / "here")
    again = shelf.read(tmp_path / "here")

    for name in Columns.names():
        assert (getattr(again.columns, name) == getattr(index.columns, name)).all()
    assert (again.marks, list(again.hours)) == (index.marks, list(index.hours))
    assert again.names(0) == [("ar", "name", "مساعدة")]
    assert again.uuid(0) == rows[0].id  # what has a point lies before what has none


@pytest.mark.parametrize(
    "hours", [make.ALWAYS, make.UNKNOWN, make.OFFICE, make.EVENING_OR_URGENT], ids=str
)
def test_hours_are_read_as_they_were_written(hours: directory.Hours) -> None:
    assert read_hours(write_hours(hours)) == hours
