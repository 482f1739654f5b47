"""A service is found by the name it has now, and all names are read once."""

import random
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from samen.directory import queries as directory
from samen.directory.models import Change, Organization, Service
from samen.directory.tests import make as services
from samen.search.queries import index, naming
from samen.search.queries.index import Held, keeper
from samen.search.rules import letters
from samen.search.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder_of_its_own")]

# Nothing alike, and no word of another.
NAMES = ("Zonnebloem", "Kompas", "Vuurtoren", "Waterlinie", "Bergkristal", "Hazelnoot", "Lindenhof")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many services all names were read of, each time that happens. Here as many as all may be
    changed before it does."""
    monkeypatch.setattr(naming, "_FEW", 1)
    times: list[int] = []
    really = naming._read_anew

    def noticed(held: Held) -> naming._AsOf:
        names = really(held)
        times.append(len(names.all))
        return names

    monkeypatch.setattr(naming, "_read_anew", noticed)
    return times


def note(record: UUID, verb: str = "changed", kind: str = "service") -> None:
    Change.objects.create(at=make.NOON, kind=kind, record=record, verb=verb)


def service(name: str = "Zonnebloem") -> Service:
    made = services.service(name=name)
    note(made.id, "created")
    return made


def rename(made: Service, name: str) -> None:
    Service.objects.filter(pk=made.pk).update(name=name)
    note(made.id)


def named(text: str, held: Held | None = None) -> list[int]:
    found = naming.services_named(held or keeper.current(), letters.words(text))
    return [each.number for each in found]


def fold() -> None:
    keeper.rebuild()


def test_a_new_name_is_known_and_the_old_one_forgotten(read: list[int]) -> None:
    made, other = service("Zonnebloem"), service("Kompas")
    assert named("zonnebloem") == [made.number]

    rename(made, "Vuurtoren")

    assert (named("vuurtoren"), named("zonnebloem")) == ([made.number], [])
    assert named("kompas") == [other.number]
    assert read == [2]


def test_a_new_service_is_known_and_one_that_goes_is_not(read: list[int]) -> None:
    gone, hidden, _other = service("Zonnebloem"), service("Kompas"), service("Bergkristal")
    assert named("kompas") == [hidden.number]

    new = service("Vuurtoren")
    Service.objects.filter(pk=hidden.pk).update(publish=Service.Publish.HIDDEN)
    note(hidden.id)
    note(gone.id, "deleted")
    Service.objects.filter(pk=gone.pk).delete()

    assert [named(name) for name in ("vuurtoren", "kompas", "zonnebloem")] == [[new.number], [], []]
    assert read == [3]


def test_an_organisation_with_another_name_renames_its_services(read: list[int]) -> None:
    made = service()
    named("zonnebloem")
    Organization.objects.update(name="Hazelnoot")
    note(made.organization_id, kind="organization")

    assert named("hazelnoot") == [made.number]
    assert read == [1]


def test_a_folded_index_has_the_same_names_and_none_is_read_again(read: list[int]) -> None:
    made = service("Zonnebloem")
    named("zonnebloem")
    rename(made, "Kompas")
    assert named("kompas") == [made.number]

    fold()
    assert len(keeper.current().parts) == 1
    rename(made, "Vuurtoren")

    assert [named(name) for name in ("zonnebloem", "kompas", "vuurtoren")] == [
        [],
        [],
        [made.number],
    ]
    assert read == [1]


def test_the_index_of_a_moment_ago_changes_nothing(read: list[int]) -> None:
    """A thread that has begun with it is not the reason to read all names twice."""
    made = service("Zonnebloem")
    before = keeper.current()
    named("zonnebloem")
    rename(made, "Kompas")
    named("kompas")

    named("kompas", before)

    assert named("kompas") == [made.number]
    assert read == [1]


@pytest.mark.parametrize("kind", ["needs", "places", "municipality"])
def test_what_no_name_hangs_on_has_none_read_again(kind: str, read: list[int]) -> None:
    made = service("Zonnebloem")
    named("zonnebloem")
    note(made.id, kind=kind)
    keeper.rebuild()

    assert named("zonnebloem") == [made.number]
    assert read == [1]


def test_many_changes_have_all_names_read(read: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_FEW", 3)  # one in three of seven
    made = [service(name) for name in NAMES]
    named("kompas")

    for each, name in zip(made, ("Iris", "Papaver"), strict=False):
        rename(each, name)
    assert named("papaver") == [made[1].number]
    assert read == [7]
    rename(made[2], "Klaver")
    assert named("klaver") == [made[2].number]
    assert read == [7, 7]


def test_many_lines_about_one_service_have_all_names_read(read: list[int]) -> None:
    made = service("Zonnebloem")
    named("zonnebloem")
    for name in NAMES[1:]:
        rename(made, name)

    assert named(NAMES[-1]) == [made.number]
    assert named("zonnebloem") == []
    assert read == [1, 1]


def a_backup_is_put_back(name: str) -> None:
    """Under a process that runs: the last change was never made."""
    Change.objects.order_by("pk").last().delete()  # type: ignore[union-attr]  # there is one
    Service.objects.update(name=name)
    keeper.cache_clear()


@pytest.mark.parametrize("more", [0, 1, 2])
def test_names_of_another_map_are_not_believed(more: int, read: list[int]) -> None:
    """Whether it has fewer changes, as many, or more."""
    made = service("Zonnebloem")
    rename(made, "Kompas")
    named("kompas")
    last = directory.revision()

    a_backup_is_put_back("Zonnebloem")
    keeper.current()
    for pk in range(last, last + more):
        Change.objects.create(
            pk=pk, at=make.NOON, kind="municipality", record=made.id, verb="changed"
        )

    assert (named("zonnebloem"), named("kompas")) == ([made.number], [])
    assert read == [1, 1]


def test_nothing_is_asked_of_the_database_while_the_map_is_the_same(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    service()
    held = keeper.current()
    named("zonnebloem", held)

    with django_assert_num_queries(0):
        named("zonnebloem", held)


class Life:
    """What may happen to a map of seven names, and what it then has to be found by."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.there: dict[Service, str] = {}

    def name(self) -> str | None:
        free = [name for name in NAMES if name not in self.there.values()]
        return self.chance.choice(free) if free else None

    def one(self) -> Service | None:
        return self.chance.choice(list(self.there)) if self.there else None

    def comes(self) -> None:
        if name := self.name():
            self.there[service(name)] = name

    def is_renamed(self) -> None:
        if (made := self.one()) and (name := self.name()):
            rename(made, name)
            self.there[made] = name

    def goes(self) -> None:
        if made := self.one():
            note(made.id, "deleted")
            Service.objects.filter(pk=made.pk).delete()
            del self.there[made]

    def is_hidden(self) -> None:
        if made := self.one():
            Service.objects.filter(pk=made.pk).update(publish=Service.Publish.HIDDEN)
            note(made.id)
            del self.there[made]

    def is_folded(self) -> None:
        if self.there:
            fold()

    def is_asked(self) -> None:
        held = keeper.current()
        for name in NAMES:
            owners = [made.number for made, own in self.there.items() if own == name]
            assert named(name, held) == owners


@pytest.mark.parametrize("seed", range(12))
def test_after_any_edits_each_is_found_by_its_name_and_by_no_other(
    seed: int, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 a life, no secret
    monkeypatch.setattr(naming, "_FEW", chance.choice((1, 3)))
    monkeypatch.setattr(index, "MOST_SMALL", chance.choice((1, 2, 8)))
    life = Life(chance)
    each = (life.comes, life.is_renamed, life.goes, life.is_hidden, life.is_folded)
    for _step in range(40):
        chance.choice((*each, life.comes, life.is_renamed, life.is_asked, life.is_asked))()
    life.is_asked()
    assert read
