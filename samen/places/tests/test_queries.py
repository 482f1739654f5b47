from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from samen.places.queries import Gazetteer, gazetteer
from samen.places.tests import make

pytestmark = pytest.mark.django_db


def slugs(here: Gazetteer, text: str) -> list[str]:
    return [town.slug for town in here.find(text)]


def test_one_query_and_then_none_until_the_map_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.place("utrecht", municipality=make.municipality())

    with django_assert_num_queries(1):
        gazetteer(1)
    with django_assert_num_queries(0):
        gazetteer(1)
    with django_assert_num_queries(1):
        gazetteer(2)


def test_a_town_is_found_by_its_address_and_by_older_ones() -> None:
    make.place("the-hague", name="Den Haag", other_names=["'s-Gravenhage", "لاهاي"])
    here = gazetteer(1)

    for slug in ("the-hague", "den-haag", "s-gravenhage"):
        town = here.by_slug(slug)
        assert town is not None, slug
        assert town.name == "Den Haag"


@pytest.mark.parametrize("slug", ["", "nowhere", "лахти", "لاهاي"])
def test_no_other_address_is_a_town(slug: str) -> None:
    make.place("the-hague", name="Den Haag", other_names=["لاهاي"])

    assert gazetteer(1).by_slug(slug) is None


def test_a_town_is_found_in_every_script() -> None:
    make.place("the-hague", name="Den Haag", other_names=["لاهاي", "Гаага", "ደን ሃግ"])
    here = gazetteer(1)

    for text in ("den haag", "DEN-HAAG", "لاهاي", "гаага", "ደንሃግ"):
        assert slugs(here, text) == ["the-hague"], text


def test_its_own_name_comes_before_another_spelling_and_that_before_a_beginning() -> None:
    make.place("haagoord", name="Haagoord", population=9_000)
    make.place("the-hague", name="Den Haag", other_names=["Haag"], population=5_000)
    make.place("haag", name="Haag", population=10)

    assert slugs(gazetteer(1), "haag") == ["haag", "the-hague", "haagoord"]


def test_of_one_name_the_larger_town_comes_first() -> None:
    make.place("hengelo-gelderland", name="Hengelo", population=4_500)
    make.place("hengelo", name="Hengelo", population=82_000)

    assert slugs(gazetteer(1), "hengelo") == ["hengelo", "hengelo-gelderland"]


@pytest.mark.parametrize("text", ["Nijmegn", "Nijmgeen", "Nijmegenn", "Nijmagen"])
def test_one_letter_may_be_wrong(text: str) -> None:
    make.place("nijmegen")

    assert slugs(gazetteer(1), text) == ["nijmegen"]


def test_a_wrong_letter_is_no_excuse_when_a_name_fits() -> None:
    make.place("haren")
    make.place("laren")

    assert slugs(gazetteer(1), "haren") == ["haren"]


@pytest.mark.parametrize("text", ["", "   ", "-", "epe", "x", "niets dat bestaat"])
def test_nothing_is_found_for_nothing_and_no_neighbour_for_a_short_word(text: str) -> None:
    make.place("ede")

    assert slugs(gazetteer(1), text) == []


def test_the_programme_is_one_town_for_each_municipality() -> None:
    the_hague = make.municipality("the-hague", "Den Haag")
    make.place("the-hague", name="Den Haag", municipality=the_hague)
    make.place("scheveningen", municipality=the_hague)
    make.place("delft")

    assert [town.name for town in gazetteer(1).programme()] == ["Den Haag"]


def test_the_file_as_it_ships_says_where_it_comes_from() -> None:
    shipped = Path(settings.CONTENT, "places.json").read_text(encoding="utf-8")

    assert shipped.startswith('{"attribution": "GeoNames, CC BY 4.0"')
