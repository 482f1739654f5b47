"""What is put into words once finds what Django finds when it puts it into words anew."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import time
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from samen.directory.models import HoursException, Route, Service, ServiceArea, ServiceGroup
from samen.directory.tests import make
from samen.directory.tests.test_queries import a_full_service
from samen.foundation import prepared
from samen.foundation.prepared import Prepared
from samen.needs.tests import make as needs
from samen.places.tests import make as places

pytestmark = pytest.mark.django_db

PREPARED = {
    f"{module.removeprefix('samen.')}.{name}": value
    for module in sorted(sys.modules)
    if module.startswith("samen.") and ".tests" not in module
    for name, value in vars(sys.modules[module]).items()
    if isinstance(value, Prepared)
}
MANY = 7


@pytest.fixture
def ids() -> list[UUID]:
    """Of services on which everything hangs, of their organisation, and of nothing."""
    need, group, town = needs.need(), needs.need("grp.women"), places.place()
    services = [a_full_service() for _ in range(MANY - 4)]
    for position, service in enumerate(services):
        make.location(service, place=town)
        make.confidential_location(service)
        make.answers(service, need)
        Route.objects.create(service=service, need=need, position=position)
        ServiceGroup.objects.create(service=service, group=group, only=bool(position % 2))
    HoursException.objects.create(  # the others are closed all day, and say nothing here
        service=services[0], date=make.NOON.date(), opens=time(10), closes=time(11, 30)
    )
    ServiceArea.objects.create(service=services[1])  # the whole country
    hidden = make.service(publish=Service.Publish.HIDDEN)
    gone = make.service(publish=Service.Publish.HIDDEN, merged_into=services[0])
    return [*(each.id for each in (*services, hidden, gone)), hidden.organization_id, uuid4()]


def told(rows: Iterable[Sequence[object]], *, ordered: bool) -> Counter[tuple[str, ...]]:
    """Of each service its rows, in order if there is one: between services it may be any. With the
    types of what is in them: to Python 1 is as good as True."""
    of_each = defaultdict(list)
    for row in rows:
        of_each[row[0]].append(repr(list(row)))
    return Counter(tuple(each if ordered else sorted(each)) for each in of_each.values())


@pytest.mark.parametrize("name", PREPARED)
def test_the_same_is_found(name: str, ids: list[UUID]) -> None:
    question = PREPARED[name]
    assert question(ids), "nothing to compare"
    for many in range(1, len(ids) + 1):
        for some in (ids[:many], ids[-many:], ids[:many][::-1]):
            plain = question.question(some)
            ordered = plain.ordered
            assert told(question(some), ordered=ordered) == told(plain, ordered=ordered)


@pytest.mark.parametrize("name", PREPARED)
def test_one_query_and_without_ids_none(
    name: str, ids: list[UUID], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        PREPARED[name](ids)
    with django_assert_num_queries(0):
        assert PREPARED[name]([]) == []


def test_it_is_put_into_words_once_for_about_as_many() -> None:
    asked = Prepared(lambda ids: Service.objects.filter(id__in=ids).values_list("number"))
    services = [make.service() for _ in range(5)]
    with patch.object(asked, "question", wraps=asked.question) as put:
        for many in (5, 8, 6, 7, 5):
            found = asked([*(each.id for each in services), *(uuid4() for _ in range(many - 5))])
            assert sorted(number for (number,) in found) == [each.number for each in services]
    assert put.call_count == 1


def test_what_else_stands_in_the_question_stays() -> None:
    """A value that is no id, before and after the ids, and the ids twice."""
    asked = Prepared(
        lambda ids: (
            Service.objects.exclude(publish="review")
            .filter(id__in=ids)
            .exclude(merged_into__in=ids)
            .filter(cost="free")
            .values_list("id", "cost")
        )
    )
    free, dear = make.service(cost="free"), make.service(cost="paid")
    hidden = make.service(cost="free", publish=Service.Publish.HIDDEN)
    gone = make.service(cost="free", publish=Service.Publish.HIDDEN, merged_into=free)
    found = dict(asked([free.id, dear.id, hidden.id, gone.id]))
    assert found == {free.id: "free", hidden.id: "free"}


def test_very_many_are_asked_for_in_the_way_of_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would have another number of places, and SQLite has not so many."""
    monkeypatch.setattr(prepared, "_MOST", 2)
    asked = Prepared(lambda ids: Service.objects.filter(id__in=ids).values_list("id", "publish"))
    many = [make.service().id for _ in range(3)]
    with patch.object(asked, "question", wraps=asked.question) as put:
        for _ in range(2):
            assert sorted(asked(frozenset(many))) == sorted([each, "ready"] for each in many)
    assert put.call_count == 2


@pytest.mark.parametrize("name", PREPARED)
def test_the_thread_that_put_it_into_words_may_go(name: str, ids: list[UUID]) -> None:
    """What is done with a value is done for any connection: else that of the thread stays open."""
    PREPARED[name](ids)
    kept = [words.converters for words in PREPARED[name]._known.values()]
    steps = [step for converters in kept for _column, steps, _ in converters for step in steps]

    assert steps or connection.features.has_native_uuid_field
    assert all(getattr(step, "__self__", None) is not connection.ops for step in steps)
