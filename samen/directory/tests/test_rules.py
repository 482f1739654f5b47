import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.directory.rules import looks_like_a_phone, tel_uri, text_hash, value_hash


@pytest.mark.parametrize(
    ("printed", "dialled"),
    [
        ("112", "tel:112"),
        ("0800-2000", "tel:08002000"),
        ("+31 88 746 4466", "tel:+31887464466"),
        ("070 - 346 88 88", "tel:0703468888"),
        ("020 462 42 42 (ask for Anna, room 7)", "tel:0204624242"),
        ("(only women) 06-12345678", "tel:0612345678"),
        ("+31 (0)20 462 42 42", "tel:+31204624242"),
    ],
)
def test_a_printed_number_can_be_dialled(printed: str, dialled: str) -> None:
    assert looks_like_a_phone(printed)
    assert tel_uri(printed) == dialled


@pytest.mark.parametrize(
    "printed", ["", "ask", "11", "0800-HELP", "0800 2000 or 112", "1234567890123456", "12+34"]
)
def test_what_cannot_be_dialled_is_no_number(printed: str) -> None:
    assert not looks_like_a_phone(printed)


def test_line_breaks_and_double_spaces_make_no_other_text() -> None:
    assert text_hash("Bel  nu\nhet nummer ") == text_hash("Bel nu het nummer")
    assert text_hash("Bel nu") != text_hash("bel nu")


def test_the_order_of_a_list_and_of_names_makes_no_other_value() -> None:
    assert value_hash({"a": [1, {"x": 1, "y": 2}], "b": ""}) == value_hash(
        {"b": "", "a": [{"y": 2, "x": 1}, 1]}
    )


@given(st.dictionaries(st.text(), st.text() | st.none() | st.booleans(), min_size=1))
def test_another_value_has_another_hash(value: dict[str, str | bool | None]) -> None:
    name = next(iter(value))

    assert value_hash(value) != value_hash(value | {name: f"{value[name]} and more"})
