"""It does not hang on how long a process has been there what it takes for a name."""

import pytest

from samen.directory.models import Change, Service
from samen.search.queries import naming
from samen.search.queries.index import keeper
from samen.search.rules import letters
from samen.search.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map", "folder_of_its_own")]


@pytest.mark.parametrize("touched", [1, 3, 12])
def test_of_what_is_read_again_words_are_as_rare_as_among_all(
    touched: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "_FEW", 1)
    keeper.rebuild()
    names = [name for name in Service.objects.values_list("name", flat=True) if len(name) > 8]
    said = [part for name in names for part in (name, name[: len(name) // 2], name.split()[-1])]
    naming.services_named(keeper.current(), ["kompas"])
    for each in Service.objects.filter(publish="ready").order_by("number")[:touched]:
        Change.objects.create(at=make.NOON, kind="service", record=each.id, verb="confirmed")
    keeper.rebuild()
    held = keeper.current()
    caught_up = [naming.services_named(held, letters.words(text)) for text in said]
    assert naming._known._names is not None
    assert len(naming._known._names.changed) == touched
    naming._known.cache_clear()
    fresh = [naming.services_named(held, letters.words(text)) for text in said]

    same = sum(one == other for one, other in zip(caught_up, fresh, strict=True))
    assert same / len(said) >= 0.99, "all but a word that is only nearly a name"
    assert len(said) > 200
