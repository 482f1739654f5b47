"""What must never be is also refused by the database, where nobody can go around it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from samen.directory.models import (
    HoursException,
    Location,
    OpeningHours,
    Service,
)
from samen.directory.tests import make

pytestmark = pytest.mark.django_db

NINE, TEN = "09:00", "10:00"


def columns(service: Service, **values: object) -> int:
    return Service.objects.filter(pk=service.pk).update(**values)


def exception(service: Service, *, opens: str) -> HoursException:
    return HoursException.objects.create(service=service, date=make.NOON.date(), opens=opens)


REFUSED: dict[str, Callable[[Service], object]] = {
    "published and unverified": lambda s: columns(s, verified="unverified"),
    "published and a placeholder": lambda s: columns(s, kind="placeholder"),
    "ages the wrong way round": lambda s: columns(s, minimum_age=30, maximum_age=20),
    "an eighth day": lambda s: s.week.create(weekday=7, opens=NINE, closes=TEN),
    "opening twice at one time": lambda s: OpeningHours.objects.bulk_create(
        [OpeningHours(service=s, weekday=1, opens=NINE, closes=c) for c in (TEN, "11:00")]
    ),
    "half an exception": lambda s: exception(s, opens=NINE),
    "an empty text": lambda s: s.texts.update(body=""),
    "two texts in one": lambda s: make.text(s, body="x"),
    "a language twice": lambda s: [s.languages.create(tag="ti") for _ in range(2)],
    "the country twice": lambda s: [s.areas.create(municipality=None) for _ in range(2)],
    "a number twice": lambda s: make.service(number=s.number),
}


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(write: Callable[[Service], object]) -> None:
    service = make.service()

    with pytest.raises(IntegrityError), transaction.atomic():
        write(service)


@pytest.mark.parametrize("column", ["name", "street", "postal_code", "town"])
def test_the_database_leaves_a_confidential_place_no_address(column: str) -> None:
    make.confidential_location(make.service())

    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.update(**{column: "Domplein"})


def test_the_database_does_not_let_a_place_with_an_address_become_confidential() -> None:
    make.location(make.service())

    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.update(type=Location.Type.CONFIDENTIAL)
