"""Lengths, ranges and places to the byte: what a mutation of the engine changed and no test saw."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from samen.vault.engine import codes, stream
from samen.vault.engine.codes import NotACode
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import Key, derive, kept_apart, key_id
from samen.vault.engine.salts import HEAD, MARK, SaltStore

HERE = Context(UUID(int=1), "case", UUID(int=2), epoch=3, version=4, part="note")


@pytest.mark.parametrize(("number", "digit"), [(0, "0"), (10**19 - 1, "9")])
def test_a_receipt_is_any_of_nineteen_digits_and_one_that_checks(
    monkeypatch: pytest.MonkeyPatch, number: int, digit: str
) -> None:
    asked: list[int] = []

    def randbelow(below: int) -> int:
        asked.append(below)
        return number

    monkeypatch.setattr(codes, "randbelow", randbelow)
    receipt = codes.new_receipt()

    assert asked == [10**19]
    assert receipt[:19] == digit * 19
    assert len(receipt) == 20
    assert codes.read_receipt(receipt) == receipt


def test_every_code_on_paper_is_read_as_what_it_was_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in (0, 1, 2**127, 2**128 - 1, *(7**k for k in range(45))):
        raw = number.to_bytes(16, "big")
        monkeypatch.setattr(codes, "token_bytes", lambda _length, raw=raw: raw)
        code = codes.new_recovery_code()
        assert len(code) == 26
        assert codes.read_recovery_code(code) == raw
        wrong = code[:-1] + codes._LETTERS[codes._LETTERS.index(code[-1]) ^ 1]
        with pytest.raises(NotACode):
            codes.read_recovery_code(wrong)


def test_a_code_is_read_aloud_in_fours() -> None:
    assert codes.grouped("12345678901234567890") == "1234 5678 9012 3456 7890"


def test_a_file_of_salts_says_what_it_is_whose_and_with_which_pepper(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "salts"
    salts = SaltStore.create(path)
    head = path.read_bytes()

    assert len(head) == HEAD
    assert head == MARK + salts.installation.bytes + salts.pepper + bytes(32)
    assert len(salts.pepper) == 32
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert SaltStore.create(path.parent / "more").pepper != salts.pepper


def test_a_store_that_nobody_needs_closes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "salts"
    kept = SaltStore.create(path)
    for _ in range(5):
        SaltStore(path)
    open_files = [os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()]

    assert open_files.count(str(path)) == 1
    assert kept.missing([UUID(int=1)]) == [UUID(int=1)]


@pytest.mark.parametrize("size", [1, 7, 88, 89, 90, 5000])
def test_a_file_opens_in_whatever_pieces_it_comes(size: int) -> None:
    key, words = Key(b"k" * 32), bytes(range(256)) * 300
    sealed = b"".join(stream.seal([words], key=key, shred=b"z" * 32, context=HERE))
    pieces = [sealed[at : at + size] for at in range(0, len(sealed), size)]
    opened = stream.unseal(pieces, length=len(words), key=key, shred=b"z" * 32, context=HERE)

    assert b"".join(opened) == words


def test_what_is_derived_from_a_key_is_no_other_and_as_long_as_it_should_be() -> None:
    key = Key(bytes(range(32)))
    both = derive(key, salt=b"s" * 32, shred=b"z" * 32, about=HERE.encoded(1))

    assert [len(one) for one in both] == [32, 32]
    assert len(key_id(key)) == 8
    assert len({*both, key.reveal(), kept_apart(key, "granted").reveal()}) == 4
    assert repr(key) == "<key>"
    assert HERE.encoded(1).startswith((16).to_bytes(4, "big") + UUID(int=1).bytes)
