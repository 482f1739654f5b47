"""Questions and words put to the map as it ships."""

import pytest

from samen.directory import queries as directory
from samen.directory.models import Location, ServiceAtLocation
from samen.needs import queries as needs
from samen.needs.models import Need
from samen.places import queries as places
from samen.places.queries import Town
from samen.search import queries
from samen.search.queries import Hit, Reason
from samen.search.tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map")]

NEW_WORD = "qwrtzpsdfg"


def town(slug: str) -> Town:
    found = places.gazetteer(directory.revision()).by_slug(slug)
    assert found
    return found


def first(need: str, **asked: object) -> Hit:
    return queries.search(make.question(need=need, **asked)).ready[0]


def key(hit: Hit) -> str:
    [listing] = directory.listings_by_number([hit.number], language="nl")
    return listing.key


def confidential() -> set[int]:
    hidden = Location.objects.filter(type=Location.Type.CONFIDENTIAL)
    at_them = ServiceAtLocation.objects.filter(location__in=hidden)
    return set(at_them.values_list("service__number", flat=True))


# --- questions ----------------------------------------------------------------------------------


def test_every_situation_has_an_answer() -> None:
    for need in needs.taxonomy(directory.revision()).situations():
        answer = queries.search(make.question(need=need.key))

        assert answer.total == len(answer.ready) + len(answer.review) > 0, need.key


def test_who_is_in_danger_now_sees_the_emergency_number_first() -> None:
    hit = first("sit.danger_now")

    assert key(hit) == "emergency-112"
    assert Reason.EMERGENCY in hit.reasons


def test_a_window_of_time_stands_for_the_situations_that_ask_about_it() -> None:
    hit = first("window.72h")

    assert {Reason.EMERGENCY, Reason.FITS} & set(hit.reasons)


def test_a_form_of_violence_stands_for_its_situations() -> None:
    assert queries.search(make.question(need="form.sexual")).total > 0


def test_a_need_that_does_not_exist_has_no_answer() -> None:
    assert queries.search(make.question(need="sit.nothing")).total == 0


def test_what_is_for_professionals_only_is_no_answer_for_a_visitor() -> None:
    everybody = queries.search(make.question())
    listings = directory.listings_by_number([hit.number for hit in everybody.ready], language="nl")

    assert all("grp.professional" not in listing.only for listing in listings)


def test_a_confidential_place_has_no_distance_anywhere() -> None:
    hidden = confidential()
    assert hidden
    for slug in ("arnhem", "rotterdam"):
        answer = queries.search(make.question(place=town(slug), within=300))
        met = [hit for hit in (*answer.ready, *answer.review) if hit.number in hidden]

        assert met
        assert all(hit.distance is None for hit in met)


def test_entries_to_be_confirmed_say_so() -> None:
    answer = queries.search(make.question(need="sit.partner_violence"))

    assert all(Reason.NOT_CONFIRMED in hit.reasons for hit in answer.review)
    assert all(Reason.NOT_CONFIRMED not in hit.reasons for hit in answer.ready)


def test_the_same_question_has_the_same_answer() -> None:
    asked = make.question(need="sit.rape_recent", place=town("utrecht"), speaks="ti")

    assert queries.search(asked) == queries.search(asked)


@pytest.mark.parametrize(("tag", "known"), [("ar", True), ("fa-AF", True), ("xx", False)])
def test_a_language_is_one_somebody_may_speak(tag: str, known: bool) -> None:  # noqa: FBT001 from the table
    assert queries.is_a_language(tag) is known


def numbers(*words: str, every_word: bool = False) -> list[int]:
    answer = queries.search(make.question(words=words, every_word=every_word))
    assert all(Reason.HAS_WORDS in hit.reasons for hit in (*answer.ready, *answer.review))
    return [hit.number for hit in answer.ready]


def test_services_are_found_by_the_words_of_their_texts() -> None:
    assert numbers("juridische hulp")
    assert set(numbers("juridische", "hulp", every_word=True)) < set(numbers("juridische", "hulp"))
    assert numbers(NEW_WORD) == []


@pytest.mark.parametrize("written", ["politei", "poltie", "polit", "POLITIE"])
def test_a_word_may_be_begun_or_have_a_letter_wrong(written: str) -> None:
    assert set(numbers("politie")) <= set(numbers(written))


def test_the_numbers_beside_the_filters_are_those_of_the_list() -> None:
    asked = make.question(need="sit.partner_violence", place=town("arnhem"))
    answer, counts = queries.search(asked), queries.counts(asked)

    assert counts.ready == len(answer.ready)
    assert 0 < counts.having["need"]["sit.partner_violence"] <= counts.ready


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hulp in Arnhem", "arnhem"),
        ("مساعدة في أرنهيم", "arnhem"),
        ("أرنهيم", "arnhem"),
        ("Арнем", "arnhem"),
        ("rotterdm", "rotterdam"),
        ("den haag", "the-hague"),
        ("آمستردام", "amsterdam"),
    ],
)
def test_a_town_is_recognised(text: str, place: str) -> None:
    assert queries.understand(text, language="tr").places == (place,)


@pytest.mark.parametrize("text", ["hij slaat hem", "mijn beste vriend", "my best friend hits me"])
def test_a_word_is_not_taken_for_a_village_of_that_name(text: str) -> None:
    assert queries.understand(text, language="nl").places == ()


def test_a_situation_and_a_town_are_both_understood() -> None:
    meant = queries.understand("زوجي يضربني في روتردام", language="nl")

    assert meant.keys[0] == "sit.partner_violence"
    assert meant.places == ("rotterdam",)


@pytest.mark.parametrize(
    ("text", "service"),
    [("veilig thuis", "veilig-thuis"), ("Zanzu", "zanzu"), ("politie", "politie")],
)
def test_a_service_is_found_by_its_name(text: str, service: str) -> None:
    numbers = queries.understand(text, language="en").by_name
    listings = directory.listings_by_number(numbers, language="nl")

    assert service in [listing.key for listing in listings]


def test_an_organisation_is_found_by_its_name() -> None:
    assert queries.understand("moviera", language="ar").by_name


@pytest.mark.parametrize("text", ["mijn man slaat mij", "zelfmoord", "abortus", "خائفة"])
def test_a_situation_is_not_taken_for_a_name(text: str) -> None:
    meant = queries.understand(text, language="nl")

    assert meant.by_name == ()
    assert meant.keys


def test_words_nobody_knows_are_not_understood() -> None:
    meant = queries.understand(NEW_WORD, language="nl")

    assert (meant.keys, meant.places, meant.services) == ((), (), ())
    assert not meant.words_known


@pytest.mark.parametrize("text", ["", "   ", "\x00", "?", "\ud800"])
def test_nothing_is_meant_by_nothing(text: str) -> None:
    assert queries.understand(text, language="ar") == queries.Understanding()


def test_what_colleagues_use_is_never_meant() -> None:
    Need.objects.filter(key="sit.partner_violence").update(staff_only=True)
    needs.taxonomy.cache_clear()

    assert (
        "sit.partner_violence" not in queries.understand("mijn man slaat mij", language="nl").keys
    )


def test_new_words_of_the_taxonomy_are_known_at_once() -> None:
    before = queries.understand(NEW_WORD, language="nl")
    need = Need.objects.get(key="sit.family_reunion")
    text = need.texts.get(language="nl")
    text.phrases = [*text.phrases, NEW_WORD]
    text.save()
    needs.taxonomy.cache_clear()

    assert before.keys == ()
    assert queries.understand(NEW_WORD, language="ar").keys[0] == "sit.family_reunion"
