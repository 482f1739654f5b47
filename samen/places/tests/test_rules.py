import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.places.rules import fold, kilometres

AMSTERDAM, ROTTERDAM = (52.37403, 4.88969), (51.9225, 4.47917)

latitudes = st.floats(min_value=-90, max_value=90)
longitudes = st.floats(min_value=-180, max_value=180)


def test_amsterdam_lies_57_kilometres_from_rotterdam() -> None:
    assert kilometres(*AMSTERDAM, *ROTTERDAM) == pytest.approx(57.4, abs=0.5)


def test_a_place_lies_nowhere_from_itself() -> None:
    assert kilometres(*AMSTERDAM, *AMSTERDAM) == 0


@given(latitudes, longitudes, latitudes, longitudes)
def test_there_is_as_far_as_back_and_never_further_than_round_half_the_earth(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> None:
    there = kilometres(latitude, longitude, other_latitude, other_longitude)

    assert there == pytest.approx(
        kilometres(other_latitude, other_longitude, latitude, longitude), abs=1e-6
    )
    assert 0 <= there <= 20_016


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("den haag", "Den Haag"),
        ("s gravenhage", "'s-Gravenhage"),
        ("NYMEGEN", "Nijmegen"),
        ("Nĳmegen", "Nijmegen"),
        ("Nimegue", "Nimègue"),
        ("امستردام", "أمستردام"),
        ("لاهه", "لاهة"),
        ("ИПЕНБУРГ", "ипенбург"),
        ("Diyarbakır", "DIYARBAKIR"),
    ],
)
def test_what_people_type_is_the_same_name(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)


def test_signs_alone_are_no_name() -> None:
    assert fold(" -'. ") == ""


@given(st.text())
def test_a_folded_name_folds_no_further(text: str) -> None:
    assert fold(fold(text)) == fold(text)
