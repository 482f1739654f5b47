"""A receipt is typed in any script, a code on paper with any mistake of the eye."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.vault.engine import codes, stretching
from samen.vault.engine.codes import NotACode
from samen.vault.engine.keys import CannotOpen
from samen.vault.engine.stretching import Cost

RECEIPT = codes.new_receipt()
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")
SPACES = (" ", "-", "–", "\N{NO-BREAK SPACE}", "\n", "\N{RIGHT-TO-LEFT MARK}", "")


@given(st.sampled_from(SCRIPTS), st.sampled_from(SPACES))
def test_a_receipt_is_read_in_every_script(script: str, space: str) -> None:
    typed = codes.grouped(RECEIPT).translate(str.maketrans("0123456789", script))

    assert codes.read_receipt(f" {typed.replace(' ', space)} ") == RECEIPT


@pytest.mark.parametrize("at", range(20))
def test_one_wrong_digit_is_found(at: int) -> None:
    for digit in set("0123456789") - {RECEIPT[at]}:
        with pytest.raises(NotACode):
            codes.read_receipt(RECEIPT[:at] + digit + RECEIPT[at + 1 :])


def test_two_digits_that_changed_places_are_found() -> None:
    for at in range(19):
        swapped = RECEIPT[:at] + RECEIPT[at + 1] + RECEIPT[at] + RECEIPT[at + 2 :]
        if swapped != RECEIPT:
            with pytest.raises(NotACode):
                codes.read_receipt(swapped)


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_whatever_is_typed_is_a_receipt_or_is_not(typed: str) -> None:
    try:
        read = codes.read_receipt(typed)
    except NotACode:
        return
    assert len(read) == 20
    assert read.isascii()


def test_receipts_do_not_repeat() -> None:
    assert len({codes.new_receipt() for _ in range(500)}) == 500


def test_a_code_on_paper_is_read_however_it_is_typed() -> None:
    code = codes.new_recovery_code()
    raw = codes.read_recovery_code(code)

    assert len(code) == 26
    assert len(raw) == 16
    assert codes.read_recovery_code(codes.grouped(code.lower())) == raw
    assert codes.read_recovery_code(code.replace("0", "o").replace("1", "l")) == raw
    assert codes.read_recovery_code(code.replace("1", "I").replace("0", "O")) == raw


@pytest.mark.parametrize("typed", ["", "A" * 25, "A" * 27, "U" * 26, "?" * 26])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(NotACode):
        codes.read_recovery_code(typed)


def test_most_mistakes_in_a_code_are_found_before_anything_is_tried() -> None:
    found = 0
    for _ in range(40):
        code = codes.new_recovery_code()
        wrong = code[:7] + ("A" if code[7] != "A" else "B") + code[8:]
        try:
            codes.read_recovery_code(wrong)
        except NotACode:
            found += 1
    assert 15 < found < 40


@pytest.mark.parametrize(
    "cost", [Cost(memory=64 * 1024 - 1), Cost(passes=2), Cost(lanes=3), Cost(8, 1, 1)]
)
def test_a_cost_below_the_floor_opens_nothing(cost: Cost) -> None:
    with pytest.raises(CannotOpen):
        stretching.stretch(b"secret", salt=b"s" * 16, cost=cost)
    with pytest.raises(CannotOpen):
        stretching.stretch(b"secret", salt=b"short")


def test_a_receipt_leads_to_its_place_and_its_key_with_this_pepper_only() -> None:
    """The one test here at full cost."""
    place, key = stretching.receipt_halves(RECEIPT, pepper=b"p" * 32, salt=b"s" * 16)
    again, _key = stretching.receipt_halves(RECEIPT, pepper=b"p" * 32, salt=b"s" * 16)
    other, _key = stretching.receipt_halves(RECEIPT, pepper=b"q" * 32, salt=b"s" * 16)

    assert place == again != other
    assert place != key.reveal()
    assert Cost() == stretching.FLOOR == Cost(64 * 1024, 3, 4)
