import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.foundation.typed import whole_number


@given(st.integers(min_value=0, max_value=999_999_999))
def test_a_whole_number_is_read(number: int) -> None:
    assert whole_number(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "1.0", "1e3", " 1", "x", "١٢", "²", "0" * 5000, "1" * 10]
)
def test_anything_else_is_none(text: str) -> None:
    assert whole_number(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    number = whole_number(text)
    assert number is None or text.isdecimal()
