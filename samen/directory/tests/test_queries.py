from datetime import time
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from samen.directory.models import (
    HoursException,
    OpeningHours,
    RequiredDocument,
    Route,
    Service,
    ServiceArea,
    ServiceGroup,
    ServiceLanguage,
    ServiceText,
)
from samen.directory.queries import (
    AddressShown,
    AreaShown,
    Listing,
    PhoneShown,
    Stretch,
    Words,
    index_rows,
    listing_by_number,
    listings,
    listings_by_number,
    revision,
)
from samen.directory.rules import text_hash
from samen.directory.tests import make
from samen.needs.tests import make as needs
from samen.places.models import Municipality
from samen.places.tests import make as places

pytestmark = pytest.mark.django_db


def shown(service: Service, language: str = "nl") -> Listing:
    [listing] = listings([service.id], language=language)
    return listing


def a_full_service(**columns: Any) -> Service:
    """A service with one of everything that hangs on it."""
    service = make.service(**columns)
    make.phone(service)
    make.location(service)
    make.text(service, body="Danger", language="en")
    OpeningHours.objects.create(service=service, weekday=0, opens=time(9), closes=time(17))
    HoursException.objects.create(service=service, date=make.NOON.date())
    ServiceLanguage.objects.create(service=service, tag="ti")
    ServiceArea.objects.create(service=service, municipality=places.municipality())
    RequiredDocument.objects.create(service=service, document="Paspoort")
    return service


# --- listings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 60])
def test_eight_queries_however_many_services(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [a_full_service().id for _ in range(number)]

    with django_assert_num_queries(8):
        found = listings(ids, language="ar")

    assert len(found) == number


def test_the_order_asked_for_is_kept() -> None:
    first, second, third = (make.service() for _ in range(3))
    ids = [third.id, first.id, second.id]
    numbers = [third.number, first.number, second.number]

    assert [listing.id for listing in listings(ids, language="nl")] == ids
    assert [item.number for item in listings_by_number(numbers, language="nl")] == numbers


@pytest.mark.parametrize(("publish", "there"), [("ready", 1), ("review", 1), ("hidden", 0)])
def test_only_what_is_published_is_shown(publish: str, there: int) -> None:
    service = make.service(publish=publish)

    assert len(listings([service.id], language="nl")) == there
    assert len(listings_by_number([service.number], language="nl")) == there
    assert (listing_by_number(service.number, language="nl") is not None) == bool(there)
    assert len(list(index_rows())) == there


def test_no_service_has_a_number_that_was_never_given() -> None:
    assert listing_by_number(99_999, language="nl") is None


def test_an_unconfirmed_number_is_never_shown() -> None:
    service = make.service()
    make.phone(service, "0800-1", confirmed=True)
    make.phone(service, "0800-2", confirmed=False)

    assert shown(service).phones == (PhoneShown("0800-1", "voice", "", from_abroad=False),)


def test_a_confidential_place_has_no_address() -> None:
    service = make.service()
    make.confidential_location(service)

    listing = shown(service)

    assert (listing.address, listing.confidential) == (None, True)


def test_a_public_place_has_one() -> None:
    service = make.service()
    make.location(service, street="Domplein 1")

    assert shown(service).address == AddressShown("", "Domplein 1", "Utrecht", confirmed=False)
    assert not shown(service).confidential


def test_a_text_comes_in_the_best_language_there_is() -> None:
    service = make.service(what="Hulp.")
    make.text(service, body="کمک", language="fa", made_from=text_hash("Hulp."))

    assert shown(service, "fa-AF").what == Words("کمک", "fa", draft=True, out_of_date=False)
    assert shown(service, "ti").what == Words("Hulp.", "nl", draft=False, out_of_date=False)
    assert shown(service, "ti").call is None


def test_a_text_made_from_other_words_is_out_of_date() -> None:
    service = make.service(what="Alleen advies.")
    make.text(service, body="مساعدة", language="ar", made_from=text_hash("Hulp."))

    what = shown(service, "ar").what

    assert what is not None
    assert what.out_of_date


def test_moving_a_text_about_makes_no_translation_old() -> None:
    service = make.service(what="Advies  en\nhulp.")
    make.text(service, body="مساعدة", language="ar", made_from=text_hash("Advies en hulp."))

    what = shown(service, "ar").what

    assert what is not None
    assert not what.out_of_date


def test_lists_are_in_an_order_that_stays() -> None:
    service = make.service()
    for tag in ("ti", "ar"):
        ServiceLanguage.objects.create(service=service, tag=tag)
    for key in ("sup.shelter", "sit.danger_now"):
        make.answers(service, needs.need(key))
    ServiceGroup.objects.create(service=service, group=needs.need("grp.women"), only=True)
    ServiceGroup.objects.create(service=service, group=needs.need("grp.men"))

    listing = shown(service)

    assert listing.languages == ("ar", "ti")
    assert listing.needs == ("sit.danger_now", "sup.shelter")
    assert (listing.groups, listing.only) == (("grp.men",), ("grp.women",))


def test_an_area_is_called_as_the_reader_calls_it() -> None:
    the_hague = Municipality.objects.create(
        slug="the-hague", name="Den Haag", names={"ar": "لاهاي", "en": "The Hague"}
    )
    service = make.service()
    ServiceArea.objects.create(service=service, municipality=the_hague)

    assert shown(service, "ar").areas == (AreaShown("the-hague", "لاهاي"),)
    assert shown(service, "ti").areas == (AreaShown("the-hague", "The Hague"),)
    assert not shown(service).national


def test_an_area_without_a_municipality_is_the_country() -> None:
    service = make.service()
    ServiceArea.objects.create(service=service, municipality=None)

    assert shown(service).national
    assert shown(service).areas == ()


def test_hours_come_with_their_week_and_exceptions() -> None:
    service = a_full_service(hours="weekly", hours_confirmed=True)

    hours = shown(service).hours

    assert hours.week == (Stretch(0, time(9), time(17)),)
    assert [exception.date for exception in hours.exceptions] == [make.NOON.date()]
    assert hours.confirmed


def test_what_hangs_on_one_service_never_shows_on_another() -> None:
    full, bare = a_full_service(), make.service()

    listing = shown(bare)

    assert (listing.phones, listing.languages, listing.documents) == ((), (), ())
    assert (listing.areas, listing.address, listing.hours.week) == ((), None, ())
    assert shown(full).documents == ("Paspoort",)


# --- the index ---------------------------------------------------------------------------------


def test_the_index_is_made_from_everything_published_by_number() -> None:
    place = places.place("utrecht")
    service = make.service(name="Huis", names={"en": "House"}, what="Hulp.")
    need = needs.need("sit.danger_now")
    make.answers(service, need)
    make.location(service, place=place)
    Route.objects.create(need=need, service=service, position=2)
    ServiceArea.objects.create(service=service, municipality=places.municipality())
    other = make.service()

    row, after = index_rows()

    assert (row.number, after.number) == (service.number, other.number)
    assert row.needs == ("sit.danger_now",)
    assert row.route == {"sit.danger_now": 2}
    assert row.municipalities == ("utrecht",)
    assert row.towns == ((place.latitude, place.longitude),)
    assert row.texts == (
        ("", "name", "Huis"),
        ("en", "name", "House"),
        ("", "organization", "Veilig Thuis"),
        ("nl", "what", "Hulp."),
    )


def test_the_index_never_learns_where_a_confidential_place_is() -> None:
    service = make.service()
    make.confidential_location(service)

    [row] = index_rows()

    assert row.towns == ()


@pytest.mark.parametrize("number", [1, 60])
def test_the_index_takes_as_many_queries_for_one_as_for_sixty(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [a_full_service().id for _ in range(number)]

    with django_assert_num_queries(10):
        every = list(index_rows())
    with django_assert_num_queries(9):
        assert list(index_rows(ids)) == every
    assert [row.id for row in every] == ids


def test_texts_in_every_language_are_in_the_index() -> None:
    service = make.service()
    make.text(service, body="ሓገዝ", language="ti", field=ServiceText.Field.CALL)

    [row] = index_rows()

    assert ("ti", "call", "ሓገዝ") in row.texts


# --- the revision ------------------------------------------------------------------------------


def test_the_revision_is_nought_for_an_empty_map_and_grows_with_every_change(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert revision() == 0
    make.ground()

    make.import_map(make.entry())
    first = revision()
    make.import_map(make.entry(name="Anders"))

    with django_assert_num_queries(1):
        assert revision() > first > 0
