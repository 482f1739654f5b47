import pytest
from pytest_django import DjangoAssertNumQueries

from samen.needs.models import NeedText
from samen.needs.queries import taxonomy
from samen.needs.rules import words_hash
from samen.needs.tests import make

pytestmark = pytest.mark.django_db


def test_two_queries_and_then_none_until_the_map_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for key in ("sit.danger_now", "sit.stalking", "grp.women"):
        make.need(key)

    with django_assert_num_queries(2):
        taxonomy(1)
    with django_assert_num_queries(0):
        taxonomy(1)


def test_a_need_is_found_by_key_and_by_number() -> None:
    need = make.need("sit.stalking")
    here = taxonomy(1)

    assert here.by_key("sit.stalking") == here.by_number(need.number)
    assert here.by_key("sit.nothing") is None
    assert here.by_number(0) is None


def test_visitors_choose_from_what_is_not_for_colleagues() -> None:
    make.need("sit.danger_now")
    make.need("sit.for_us", staff_only=True)
    make.need("grp.women")
    make.need("sup.legal")
    here = taxonomy(1)

    assert [need.key for need in here.situations()] == ["sit.danger_now"]
    assert [need.key for need in here.groups()] == ["grp.women"]
    assert len(here.all()) == 4


def test_words_come_in_the_best_language_there_is() -> None:
    need = make.need(label="Gevaar")
    NeedText.objects.create(need=need, language="fa", label="خطر", state="machine")
    shown = taxonomy(1).by_key(need.key)
    assert shown is not None

    assert [shown.words(tag)[1] for tag in ("fa", "fa-AF", "ti", "nl")] == ["fa", "fa", "nl", "nl"]
    assert shown.words("ti")[0].label == "Gevaar"


def test_a_translation_of_other_words_is_out_of_date() -> None:
    need = make.need(label="Gevaar")
    for language, original in (("en", "Gevaar"), ("ar", "Iets anders")):
        NeedText.objects.create(
            need=need,
            language=language,
            label="x",
            state="machine",
            made_from=words_hash(original, []),
        )
    shown = taxonomy(1).by_key(need.key)
    assert shown is not None

    assert {tag for tag, words in shown.texts.items() if words.out_of_date} == {"ar"}
