"""Whatever happens to the index, nobody who asks for help notices."""

import faulthandler
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from samen.directory import queries as directory
from samen.directory.models import Change, Service
from samen.directory.tests import make as services
from samen.search import jobs, queries
from samen.search.engine import columns, shelf
from samen.search.engine.columns import Index
from samen.search.queries import index as held
from samen.search.queries.hours import write_hours
from samen.search.queries.index import Keeper, folder_of, keeper, root
from samen.search.tests import make

pytestmark = pytest.mark.usefixtures("folder_of_its_own")

ROWS = [
    make.Row(number, needs=("sup.legal",), texts=(("nl", "name", f"huis {number}"),))
    for number in range(1, 30)
]
STILL = (Path, "rename"), (Path, "write_text"), (np, "save"), (os, "fsync")


def index_of(rows: list[make.Row]) -> Index:
    return columns.build(rows, write=write_hours)


def numbers(index: Index) -> list[int]:
    return sorted(index.columns.number.tolist())


def in_another_process(work: Callable[[], object]) -> int:
    """Its number; it ends without a word, as if it were killed."""
    child = os.fork()
    if not child:
        _gone(work)
    return child


def _gone(work: Callable[[], object]) -> NoReturn:
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """How it ended: 0 when it was done, 9 when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_before(step: int, work: Callable[[], object]) -> Callable[[], object]:
    """The process is killed the moment it would take the step, whichever that is."""
    taken = 0

    def slower(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal taken
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)
            taken += 1
            return original(*args, **options)

        return call

    def run() -> None:
        for owner, name in STILL:
            setattr(owner, name, slower(getattr(owner, name)))
        work()

    return run


def killed_at_every_step(work: Callable[[], object]) -> Iterator[int]:
    """Once for each step there is, until it gets through."""
    step = 0
    while (how := ended(in_another_process(killed_before(step, work)))) != 0:
        assert how == -signal.SIGKILL
        yield step
        step += 1
    assert step > len(columns.Columns.names()), "it was killed at every file"


# --- killed -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_killed_at_any_step_of_writing_nothing_half_is_taken_for_an_index(tmp_path: Path) -> None:
    folder, index = tmp_path / "index" / "7-abc", index_of(ROWS)

    for _step in killed_at_every_step(lambda: shelf.save(index, folder)):
        if folder.exists():
            assert numbers(shelf.read(folder)) == numbers(index)

    assert numbers(shelf.read(folder)) == numbers(index)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.slow
def test_killed_at_any_step_of_replacing_the_one_or_the_other_is_there_or_none(
    tmp_path: Path,
) -> None:
    folder, old, new = tmp_path / "index" / "7-abc", index_of(ROWS[:3]), index_of(ROWS)
    shelf.save(old, folder)

    for _step in killed_at_every_step(lambda: shelf.save(new, folder)):
        if folder.exists():
            assert numbers(shelf.read(folder)) in (numbers(old), numbers(new))

    assert numbers(shelf.read(folder)) == numbers(new)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    def hold_and_die() -> None:
        with shelf.only_builder(tmp_path) as mine:
            assert mine
            os.kill(os.getpid(), signal.SIGKILL)

    assert ended(in_another_process(hold_and_die)) == -signal.SIGKILL

    with shelf.only_builder(tmp_path) as mine:
        assert mine


# --- several at once ----------------------------------------------------------------------------


def test_two_builders_at_once_leave_a_whole_index(tmp_path: Path) -> None:
    folder, indexes = tmp_path / "index" / "7-abc", [index_of(ROWS[:5]), index_of(ROWS)]

    def build(index: Index) -> Callable[[], None]:
        def run() -> None:
            for _ in range(15):
                try:
                    shelf.save(index, folder)
                except OSError:
                    continue  # the other was faster

        return run

    children = [in_another_process(build(index)) for index in indexes]
    known = [numbers(index) for index in indexes]
    for _ in range(100):
        try:
            assert numbers(shelf.read(folder)) in known
        except shelf.Unreadable:
            continue  # not there yet, or just being replaced
    assert [ended(child) for child in children] == [0, 0]

    shelf.save(indexes[1], folder)
    assert numbers(shelf.read(folder)) == known[1]


# --- damaged ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shelved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf") / "1-abc"
    shelf.save(index_of(ROWS), folder)
    return folder


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.data())
def test_no_damage_goes_unseen(shelved: Path, data: some.DataObject) -> None:
    """A byte changed, a piece cut off or put behind it, of any file."""
    files = sorted(path for path in shelved.iterdir() if path.stat().st_size)
    file = data.draw(some.sampled_from(files), label="file")
    whole = file.read_bytes()
    place = data.draw(some.integers(0, len(whole) - 1), label="place")
    other = bytes([whole[place] ^ data.draw(some.integers(1, 255), label="difference")])
    damaged = data.draw(
        some.sampled_from(
            [whole[:place], whole[:place] + other + whole[place + 1 :], whole + whole[: place + 1]]
        ),
        label="damaged",
    )
    try:
        file.write_bytes(damaged)
        try:
            # A manifest may be written otherwise and say the same.
            assert numbers(shelf.read(shelved)) == numbers(index_of(ROWS))
            assert file.name == "manifest.json"
        except shelf.Unreadable:
            pass
    finally:
        file.write_bytes(whole)
    assert numbers(shelf.read(shelved)) == numbers(index_of(ROWS))


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that was written a while ago, and that somebody has read whole."""
    folder = tmp_path / "1-abc"
    shelf.save(index_of(ROWS), folder)
    later = time.time_ns() + 10**10
    monkeypatch.setattr(shelf, "time_ns", lambda: later)
    shelf.read(folder)
    return folder


def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read, sums = [], shelf._sums

    def noted(folder: Path) -> dict[str, int]:
        read.append(folder)
        return sums(folder)

    monkeypatch.setattr(shelf, "_sums", noted)
    return read


def test_what_one_has_read_whole_the_next_opens_at_once(
    marked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = readings(monkeypatch)

    assert numbers(shelf.read(marked)) == numbers(index_of(ROWS))
    assert read == []


@pytest.mark.parametrize("name", ["home.npy", "post_row.npy", "marks.json"])
def test_a_byte_that_was_changed_after_somebody_read_it_is_found(marked: Path, name: str) -> None:
    file = marked / name
    whole, before = file.read_bytes(), file.stat().st_ctime_ns
    while file.stat().st_ctime_ns == before:
        file.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
    os.utime(file, ns=(before, before))

    with pytest.raises(shelf.Unreadable):
        shelf.read(marked)


def test_a_file_put_in_the_place_of_another_is_found(marked: Path) -> None:
    foreign = (marked / "home.npy").read_bytes()
    (marked / "draft").write_bytes(foreign[:-1] + bytes([foreign[-1] ^ 1]))
    (marked / "draft").replace(marked / "home.npy")

    with pytest.raises(shelf.Unreadable):
        shelf.read(marked)


def test_after_the_machine_was_started_anew_every_byte_is_read_again(
    marked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "boot").write_text("another")
    monkeypatch.setattr(shelf, "_BOOT", tmp_path / "boot")
    read = readings(monkeypatch)

    shelf.read(marked)

    assert read == [marked]


@pytest.mark.parametrize("later", [1, -(10**9), -400 * 86_400 * 10**9])
def test_what_was_written_just_now_or_in_the_future_is_not_taken_for_read(
    later: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same moment it might be changed once more, and look the same; also when the clock
    was put back since it was written."""
    folder = tmp_path / "1-abc"
    shelf.save(index_of(ROWS), folder)
    written = max(path.stat().st_ctime_ns for path in folder.iterdir())
    monkeypatch.setattr(shelf, "time_ns", lambda: written + later)
    read = readings(monkeypatch)

    shelf.read(folder)
    shelf.read(folder)

    assert read == [folder, folder]


def test_a_mark_that_is_no_mark_is_passed_over(marked: Path) -> None:
    for nonsense in ("", "[", "null", "[1]", "{}"):
        (marked / ".checked").write_text(nonsense)
        assert numbers(shelf.read(marked)) == numbers(index_of(ROWS))


# --- cut short while it is open -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["home.npy", "post_row.npy", "uuid.npy"])
def test_a_file_that_is_cut_short_under_a_process_is_noticed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "1-abc"
    shelf.save(index_of(ROWS), folder)
    opened = shelf.read(folder)
    assert not shelf.is_cut_short(opened)
    assert not shelf.is_cut_short(index_of(ROWS)), "in memory nothing is cut"

    os.truncate(folder / name, 130)

    assert shelf.is_cut_short(opened)


def test_a_folder_that_was_replaced_is_not_taken_for_cut_short(tmp_path: Path) -> None:
    folder = tmp_path / "1-abc"
    shelf.save(index_of(ROWS), folder)
    opened = shelf.read(folder)
    shelf.save(index_of(ROWS[:1]), folder)
    shelf.discard(folder)

    assert not shelf.is_cut_short(opened)
    assert numbers(opened) == numbers(index_of(ROWS))


def test_who_reads_what_is_missing_is_ended_by_the_system(tmp_path: Path) -> None:
    """What is left of it, and why somebody looks before: no process can answer for this."""
    folder = tmp_path / "1-abc"
    many = [make.Row(number) for number in range(1, 3_000)]
    shelf.save(index_of(many), folder)

    def read_on() -> None:
        faulthandler.disable()  # it would tell at length what is expected here
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        opened = shelf.read(folder)
        os.truncate(folder / "number.npy", 130)
        opened.columns.number.sum()

    assert ended(in_another_process(read_on)) == -signal.SIGBUS


# --- the map ------------------------------------------------------------------------------------


def note(record: Any, verb: str = "changed", kind: str = "service") -> None:
    Change.objects.create(at=make.NOON, kind=kind, record=record, verb=verb)


def service() -> Service:
    made = services.service()
    note(made.id, "created")
    return made


def shown() -> list[int]:
    return [hit.number for hit in queries.search(make.question()).ready]


def folders() -> list[int]:
    return sorted(shelf.revision_of(path) for path in root().iterdir() if path.is_dir())


@pytest.mark.django_db
@pytest.mark.parametrize("room", [0, 100, 130, 200, 600])
def test_a_disk_that_is_really_full_is_answered_from_memory(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system itself refuses every file beyond some bytes, as a full disk does: of the first
    file, of the head of an array, of an array, of a list of files."""
    save, limits = shelf.save, resource.getrlimit(resource.RLIMIT_FSIZE)

    def save_on_a_full_disk(index: Index, folder: Path) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            save(index, folder)
            pytest.fail("the disk was not full")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    monkeypatch.setattr(shelf, "save", save_on_a_full_disk)
    first = service()
    assert shown() == [first.number]
    second = service()
    assert shown() == [first.number, second.number]
    assert [path.name for path in root().iterdir()] == ["lock"], "nor is anything half left"

    monkeypatch.setattr(shelf, "save", save)
    keeper.cache_clear()
    assert shown() == [first.number, second.number]
    assert folders() == [directory.revision()]


@pytest.mark.django_db
@pytest.mark.parametrize("ask", ["a question", "the worker"])
def test_what_was_cut_short_is_opened_no_more_and_built_again(
    ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [service(), service()]
    shown()
    keeper.cache_clear()  # who builds an index has it in memory; the others open it
    assert shown() == [each.number for each in made]
    folder = folder_of(directory.revision())
    assert folder is not None
    os.truncate(folder / "number.npy", 130)
    now = time.monotonic() + held._SOUND
    monkeypatch.setattr(held, "monotonic", lambda: now)

    if ask == "the worker":
        made.append(service())
        assert jobs.fold_index(at=NEXT_HOUR) == 3, "all of them anew"
    assert shown() == [each.number for each in made]

    again = shelf.read(folder_of(directory.revision()) or folder)
    assert len(again) == len(made)


# --- folding ------------------------------------------------------------------------------------

NEXT_MINUTE, NEXT_HOUR = make.NOON + timedelta(minutes=1), make.NOON + timedelta(hours=1)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three changes are many."""
    monkeypatch.setattr(held, "FOLDED_FROM", 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_many_changes_are_folded_in_and_no_service_is_read_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [service()]
    shown()
    monkeypatch.setattr(held, "_from_tables", lambda: pytest.fail("it was built again"))
    made += [service() for _ in range(3)]

    assert jobs.fold_index(at=NEXT_MINUTE) == 3

    assert folders()[-1] == directory.revision()
    assert len(keeper.current().parts) == 1
    assert shown() == [each.number for each in made]
    assert jobs.fold_index(at=NEXT_MINUTE) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_a_few_changes_wait_for_an_hour() -> None:
    service()
    shown()
    service()

    assert jobs.fold_index(at=NEXT_MINUTE) == 0
    assert jobs.fold_index(at=NEXT_HOUR) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_a_clock_that_is_put_back_delays_nothing_but_the_few() -> None:
    service()
    shown()
    made = [service() for _ in range(2)]

    assert jobs.fold_index(at=make.NOON - timedelta(days=400)) == 0
    assert {each.number for each in made} <= set(shown())
    service()
    assert jobs.fold_index(at=make.NOON - timedelta(days=400)) == 3


@pytest.mark.django_db
def test_the_worker_builds_what_was_never_built() -> None:
    assert jobs.fold_index(at=make.NOON) == 0
    service()

    assert jobs.fold_index(at=make.NOON) == 1
    assert folders() == [directory.revision()]


@pytest.mark.django_db
def test_after_a_change_of_the_needs_the_worker_builds_anew() -> None:
    service()
    shown()
    note(uuid4(), kind="needs")

    assert jobs.fold_index(at=NEXT_MINUTE) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_while_another_builds_the_worker_does_nothing() -> None:
    service()
    shown()
    made = [service() for _ in range(3)]

    with shelf.only_builder(root()) as mine:
        assert mine
        assert jobs.fold_index(at=NEXT_HOUR) == 0
    assert {each.number for each in made} <= set(shown())


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_what_the_worker_folded_the_others_open_at_their_next_question() -> None:
    first = service()
    other = Keeper()
    other.current()
    made = [first, *(service() for _ in range(3))]
    jobs.fold_index(at=NEXT_MINUTE)
    made.append(service())

    current = other.current()

    assert [len(part.index) for part in current.parts] == [4, 1]
    assert [number_of(each) for each in current.everything()] == [one.number for one in made]


def number_of(each: tuple[Index, int]) -> int:
    index, row = each
    return int(index.columns.number[row])


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_a_worker_killed_while_it_folds_leaves_the_older_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [service()]
    shown()
    made += [service() for _ in range(3)]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            jobs.fold_index(at=NEXT_MINUTE)
    keeper.cache_clear()

    assert shown() == [each.number for each in made]
    assert jobs.fold_index(at=NEXT_MINUTE) == 3
    assert len(folders()) == 2, "no draft is left"


@pytest.mark.django_db
def test_after_a_builder_was_really_killed_the_next_one_builds_at_once() -> None:
    """In the midst of its files, with the lock in its hand."""
    made = service()
    folder = folder_of(directory.revision())
    assert folder is not None

    def build() -> None:
        with shelf.only_builder(root()):
            shelf.save(index_of(ROWS), folder)

    assert ended(in_another_process(killed_before(10, build))) == -signal.SIGKILL
    assert [path for path in root().iterdir() if path.is_dir()], "it left its draft"

    assert shown() == [made.number]
    assert [path.name for path in root().iterdir() if path.is_dir()] == [folder.name]


@pytest.mark.django_db
def test_while_a_process_really_builds_nobody_else_does() -> None:
    made = service()
    shown()
    said, done = os.pipe(), os.pipe()

    def hold() -> None:
        os.close(done[1])
        with shelf.only_builder(root()) as mine:
            os.write(said[1], b"+" if mine else b"-")
            os.read(done[0], 1)

    child = in_another_process(hold)
    assert os.read(said[0], 1) == b"+"
    made_later = [service() for _ in range(held.FOLDED_FROM)]
    assert jobs.fold_index(at=NEXT_HOUR) == 0
    assert shown() == [each.number for each in (made, *made_later)]
    os.close(done[1])
    assert ended(child) == 0
    for end in (*said, done[0]):
        os.close(end)
    assert jobs.fold_index(at=NEXT_HOUR) == len(made_later)


@pytest.mark.django_db
def test_nobody_who_asks_waits_for_a_large_index_to_be_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also not after a change of the needs: the services are as they are now."""
    first = service()
    shown()
    monkeypatch.setattr(held, "LARGE", 0)
    monkeypatch.setattr(held, "MOST_PENDING", 1)
    with monkeypatch.context() as patch:
        patch.setattr(held, "_from_tables", lambda: pytest.fail("it was built while she waited"))
        note(uuid4(), kind="needs")
        made = [first, *(service() for _ in range(3))]
        Service.objects.filter(id=made[1].id).update(publish=Service.Publish.HIDDEN)
        note(made[1].id)

        assert shown() == [made[0].number, made[2].number, made[3].number]

    assert jobs.fold_index(at=make.NOON) == 3
    assert len(keeper.current().parts) == 1
    assert folder_of(directory.revision())
