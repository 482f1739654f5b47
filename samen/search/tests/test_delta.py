"""Edits are seen at once, and what is seen is what a new index would say."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from samen.directory import queries as directory
from samen.directory.models import Change, Service, ServiceArea, ServiceLanguage, ServiceNeed
from samen.directory.queries import IndexRow
from samen.directory.tests import make as services
from samen.needs.models import Need
from samen.needs.queries import taxonomy
from samen.needs.tests import make as needs
from samen.places.models import Municipality, Place
from samen.places.tests import make as places
from samen.search import jobs, queries
from samen.search.engine import columns, scan, shelf
from samen.search.engine.columns import Index
from samen.search.engine.counting import counted
from samen.search.engine.scan import Verdict
from samen.search.queries import Answer
from samen.search.queries import index as held
from samen.search.queries.answers import _situation
from samen.search.queries.hours import write_hours
from samen.search.queries.index import Base, Held, Keeper, folder_of, keeper, root
from samen.search.rules.asking import Question
from samen.search.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder_of_its_own")]

Told = TypeVar("Told")

KEYS = ("sit.threats", "sup.legal")


def note(record: UUID, verb: str = "changed", kind: str = "service") -> None:
    Change.objects.create(at=make.NOON, kind=kind, record=record, verb=verb)


def service() -> Service:
    made = services.service()
    note(made.id, "created")
    return made


def numbers(answer: Answer) -> list[int]:
    return [hit.number for hit in answer.ready]


def shown() -> list[int]:
    return numbers(queries.search(make.question()))


def base() -> Held:
    """A map with one service, from an index that was built."""
    service()
    return keeper.current()


def is_patched() -> bool:
    return len(keeper.current().parts) > 1


def anew() -> Held:
    """What a process holds that builds its index from the tables."""
    return Keeper()._hold(Base(directory.revision(), None, held._from_tables()))


def told_by(fresh: Held, ask: Callable[[Question], Told], question: Question) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("samen.search.queries.answers.keeper.current", lambda: fresh)
        return ask(question)


def counted_by_the_scan(fresh: Held, question: Question) -> tuple[int, Mapping[str, Counter[str]]]:
    [part] = fresh.parts
    found = scan.judge(
        Verdict(part.index),
        question,
        _situation(taxonomy(fresh.ground), question.need),
        areas=part.areas,
        states=part.states(question.at),
    )
    return len(found.ready), counted(found.verdict, found.ready)


@pytest.fixture
def _never_built_again(
    folder_of_its_own: None,  # noqa: ARG001 before the first index is built
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base()
    monkeypatch.setattr(held, "_from_tables", lambda: pytest.fail("it was built again"))


# --- what is changed ----------------------------------------------------------------------------


@pytest.mark.usefixtures("_never_built_again")
def test_a_new_service_is_seen_without_a_new_index() -> None:
    made = service()

    assert made.number in shown()


@pytest.mark.usefixtures("_never_built_again")
def test_a_changed_service_is_shown_once_and_as_it_is_now() -> None:
    made = Service.objects.get()
    Service.objects.update(emergency=True)
    note(made.id)

    [hit] = queries.search(make.question(need=None)).ready
    assert hit.number == made.number
    assert is_patched()


@pytest.mark.usefixtures("_never_built_again")
@pytest.mark.parametrize("verb", ["hidden", "deleted"])
def test_what_is_gone_is_gone(verb: str) -> None:
    made = Service.objects.get()
    key = made.id
    if verb == "deleted":
        made.delete()
    else:
        Service.objects.update(publish=Service.Publish.HIDDEN)
    note(key, "deleted" if verb == "deleted" else "changed")

    assert shown() == []
    assert not queries.understand(made.name, language="nl").services


@pytest.mark.usefixtures("_never_built_again")
def test_the_new_name_of_a_service_is_known_and_the_old_one_forgotten() -> None:
    made = Service.objects.get()
    Service.objects.update(name="Zonnebloemhuis")
    note(made.id)

    [named] = queries.understand("Zonnebloemhuis", language="nl").services
    assert named.number == made.number


@pytest.mark.usefixtures("_never_built_again")
def test_a_change_of_an_organisation_is_one_of_its_services() -> None:
    made = Service.objects.get()
    Service.objects.update(publish=Service.Publish.HIDDEN)
    note(made.organization_id, kind="organization")

    assert shown() == []


@pytest.mark.parametrize("kind", ["needs", "places", "something-new"])
def test_what_may_change_any_service_makes_a_new_index(kind: str) -> None:
    base()
    note(uuid4(), kind=kind)

    assert not is_patched()
    assert folder_of(directory.revision()) in list(root().iterdir())


def test_more_than_a_hundred_changes_make_a_new_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_PENDING", 3)
    base()
    for _ in range(3):
        service()
    assert is_patched()

    service()

    assert not is_patched()
    assert len(shown()) == 5


# --- very many ----------------------------------------------------------------------------------


@pytest.fixture
def _large(
    folder_of_its_own: None,  # noqa: ARG001 before the first index is built
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One service is a large map, three changes are very many, and are read two at a time."""
    base()
    monkeypatch.setattr(held, "LARGE", 0)
    monkeypatch.setattr(held, "TOO_MANY", 3)
    monkeypatch.setattr(held, "AT_ONCE", 2)
    monkeypatch.setattr(held, "_from_tables", lambda: pytest.fail("it was built while she waited"))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many services were read from the tables at a time."""
    many, plainly = [], directory.index_rows

    def counted(ids: Collection[UUID] | None = None) -> Iterator[IndexRow]:
        many.append(-1 if ids is None else len(ids))
        return plainly(ids)

    monkeypatch.setattr(directory, "index_rows", counted)
    return many


@pytest.mark.usefixtures("_large")
@pytest.mark.parametrize("new", [False, True], ids=["running", "just started"])
def test_however_much_was_changed_nobody_waits_for_a_large_index(
    read: list[int],
    new: bool,  # noqa: FBT001 from the table
) -> None:
    made = [Service.objects.get(), *(service() for _ in range(9))]
    Service.objects.filter(pk=made[4].pk).update(publish=Service.Publish.HIDDEN)
    note(made[4].id)
    gone = made[5].id
    made[5].delete()
    note(gone, "deleted")
    if new:
        keeper.cache_clear()

    assert shown() == [each.number for n, each in enumerate(made) if n not in (4, 5)]
    assert queries.search(make.question()).as_of == directory.revision()
    assert sum(read) == 9, "only what was changed"
    assert max(read) <= held.AT_ONCE
    assert len(keeper.current().parts) <= held.MOST_SMALL + 1

    assert jobs.fold_index(at=make.NOON + timedelta(hours=1)) == 9
    assert len(keeper.current().parts) == 1
    assert shown() == [each.number for n, each in enumerate(made) if n not in (4, 5)]


@pytest.mark.usefixtures("_never_built_again")
def test_a_long_list_of_changes_is_not_copied_for_each_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held, "MOST_SMALL", 3)
    sizes, fold = [], columns.fold

    def counted(parts: Iterable[tuple[Index, NDArray[np.bool_]]]) -> Index:
        together = fold(parts)
        sizes.append(len(together))
        return together

    monkeypatch.setattr(columns, "fold", counted)
    for _ in range(24):
        service()
        assert len(keeper.current().parts) <= 1 + 3

    assert len(shown()) == 25
    # All of them each time would be 4 + 7 + 10 + ... + 24.
    assert sum(sizes) < 24 * 3


# --- the same answers ---------------------------------------------------------------------------


def edit(chance: random.Random, needed: list[Need], grounds: list[Municipality]) -> None:
    """What a colleague does in a minute."""
    found = list(Service.objects.order_by("number"))
    if not found or chance.random() < 0.35:
        _dress(service(), chance, needed, grounds)
        return
    chosen = chance.choice(found)
    if chance.random() < 0.2:
        key = chosen.id
        chosen.delete()
        note(key, "deleted")
        return
    publish = chance.choice([Service.Publish.READY, Service.Publish.REVIEW, Service.Publish.HIDDEN])
    Service.objects.filter(id=chosen.id).update(
        publish=publish,
        emergency=chance.random() < 0.2,
        cost=chance.choice(["", "free", "paid"]),
        name=chance.choice(["Zonnebloem", "Maanhuis", "Zonneweide bij de maan"]),
    )
    _dress(chosen, chance, needed, grounds)
    note(chosen.id)


def _dress(
    chosen: Service, chance: random.Random, needed: list[Need], grounds: list[Municipality]
) -> None:
    if chance.random() < 0.5:
        ServiceNeed.objects.get_or_create(service=chosen, need=chance.choice(needed))
    ServiceArea.objects.filter(service=chosen).delete()
    ServiceArea.objects.create(service=chosen, municipality=chance.choice([None, *grounds]))
    ServiceLanguage.objects.get_or_create(service=chosen, tag=chance.choice(["nl", "ar", "fa"]))
    if chance.random() < 0.3:
        services.location(chosen, place=chance.choice(list(Place.objects.all())))
    elif chance.random() < 0.1:
        services.confidential_location(chosen)


@pytest.fixture
def grounds() -> list[Municipality]:
    found = [places.municipality(slug) for slug in ("utrecht", "arnhem")]
    for each in found:
        places.place(each.slug, name=each.slug.title(), municipality=each)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_after_any_edits_lists_and_counts_are_those_of_a_new_index_and_of_the_scan(
    seed: int, grounds: list[Municipality], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_SMALL", seed % 4 + 1)  # so that small ones are put together too
    chance = random.Random(seed)  # noqa: S311 edits for a test, no secret
    needed = [needs.need(key) for key in KEYS]
    note(uuid4(), kind="places")
    base()
    counted_something = 0
    for _ in range(8):
        edit(chance, needed, grounds)
        fresh = anew()
        for asked in several(chance):
            assert queries.search(asked) == told_by(fresh, queries.search, asked)
            counts = queries.counts(asked)
            assert counts == told_by(fresh, queries.counts, asked)
            assert (counts.ready, counts.having) == counted_by_the_scan(fresh, asked)
            counted_something += counts.ready
        assert is_patched()
    assert counted_something


def several(chance: random.Random) -> Iterator[Question]:
    for place in (None, make.ARNHEM, make.UTRECHT):
        yield make.question(
            need=chance.choice([None, *KEYS]),
            place=place,
            speaks=chance.choice(["ar", None]),
            free=chance.random() < 0.3,
            words=chance.choice([(), (), ("zonnebloem",), ("maanhuis", "zonne")]),
        )


# --- faults -------------------------------------------------------------------------------------


def test_another_process_starts_from_the_index_that_lies_there() -> None:
    base()
    made = service()
    other = Keeper()

    assert len(other.current().parts) == 2
    assert made.number in [int(i.columns.number[row]) for i, row in other.current().everything()]


def test_an_older_index_that_is_damaged_is_built_again() -> None:
    base()
    for path in root().glob("*-*/number.npy"):
        path.write_bytes(path.read_bytes()[:-1])
    made = service()
    keeper.cache_clear()

    assert made.number in shown()
    assert not is_patched()


def test_what_a_killed_builder_left_is_no_index() -> None:
    (root() / ".draft-abc").mkdir(parents=True)
    (root() / ".draft-abc" / "number.npy").write_bytes(b"half")
    (root() / "7").mkdir()
    base()
    made = service()
    keeper.cache_clear()

    assert made.number in shown()


def test_a_full_disk_is_answered_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("samen.search.engine.shelf.np.save", full)
    base()
    made = service()

    assert made.number in shown()
    assert is_patched()
    assert not [path for path in root().iterdir() if path.is_dir()]


def test_while_another_builds_the_few_changes_are_seen() -> None:
    base()
    made = service()

    with shelf.only_builder(root()) as mine:
        assert mine
        assert made.number in shown()


def test_an_index_of_another_database_is_no_base() -> None:
    base()
    Change.objects.update(record=uuid4())
    made = service()

    assert made.number in shown()
    assert not is_patched()


def test_the_newest_index_is_kept_whatever_the_clock_says(tmp_path: Path) -> None:
    index = columns.build([make.Row(1)], write=write_hours)
    for revision in (1, 2, 3, 4, 5):
        shelf.save(index, tmp_path / "index" / f"{revision}-abc")

    kept = {path.name for path in (tmp_path / "index").iterdir()}
    assert kept == {"5-abc", "4-abc", "3-abc"}
