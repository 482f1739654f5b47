"""A file comes out whole and unchanged, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.vault.engine import stream
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key
from samen.vault.engine.stream import HEAD, PIECE

HERE = Context(UUID(int=1), "file", UUID(int=2), epoch=1, version=1)
KEY, SHRED = Key(b"k" * 32), b"z" * 32
STEP = PIECE + 17


def cut(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


def sealed(raw: bytes, size: int = 5000) -> bytes:
    return b"".join(stream.seal(cut(raw, size), key=KEY, shred=SHRED, context=HERE))


def unsealed(raw: bytes, length: int, context: Context = HERE, shred: bytes = SHRED) -> bytes:
    chunks = cut(raw, 70_001)
    return b"".join(stream.unseal(chunks, length=length, key=KEY, shred=shred, context=context))


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, PIECE, PIECE + 1, 3 * PIECE, 200_003])
def test_a_file_comes_out_as_it_went_in(length: int) -> None:
    raw = bytes(at % 251 for at in range(length))
    kept = sealed(raw)

    assert unsealed(kept, length) == raw
    assert length < 20 or raw[:20] not in kept


@given(st.integers(0, 300_000), st.integers(1, 100_000))
@settings(max_examples=15, deadline=None)
def test_however_it_is_handed_in(length: int, size: int) -> None:
    raw = b"ab" * (length // 2)

    assert unsealed(sealed(raw, size), len(raw)) == raw


FILE = bytes(200_000)
KEPT = sealed(FILE)
PIECES = [KEPT[HEAD + at * STEP : HEAD + (at + 1) * STEP] for at in range(4)]


@pytest.mark.parametrize(
    "changed",
    [
        b"",
        KEPT[: HEAD - 1],
        KEPT[:HEAD],
        KEPT[: HEAD + STEP],
        KEPT[:-1],
        KEPT + b"x",
        KEPT + PIECES[3],
        b"\2" + KEPT[1:],
        KEPT[:HEAD] + PIECES[1] + PIECES[0] + b"".join(PIECES[2:]),
        KEPT[:HEAD] + PIECES[0] + PIECES[0] + b"".join(PIECES[2:]),
        KEPT[:HEAD] + PIECES[0] + b"".join(PIECES[2:]),
        sealed(FILE)[:HEAD] + b"".join(PIECES),
    ],
    ids=range(12),
)
def test_cut_off_longer_swapped_or_mixed_it_does_not_open(changed: bytes) -> None:
    with pytest.raises(CannotOpen):
        unsealed(changed, len(FILE))


@given(st.integers(0, len(KEPT) * 8 - 1))
@settings(max_examples=40, deadline=None)
def test_one_changed_bit_is_noticed(bit: int) -> None:
    raw = bytearray(KEPT)
    raw[bit // 8] ^= 1 << bit % 8

    with pytest.raises(CannotOpen):
        unsealed(bytes(raw), len(FILE))


def test_at_another_place_without_its_salt_or_said_longer_it_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unsealed(KEPT, len(FILE), context=replace(HERE, object_id=UUID(int=3)))
    with pytest.raises(CannotOpen):
        unsealed(KEPT, len(FILE), shred=bytes(32))
    with pytest.raises(CannotOpen):
        unsealed(KEPT, len(KEPT))


def test_after_the_last_piece_nothing_comes() -> None:
    whole = bytes(3 * PIECE)
    kept = sealed(whole)
    assert len(kept) == HEAD + 3 * STEP

    for more in (kept[-STEP:], bytes(STEP), b"x"):
        with pytest.raises(CannotOpen):
            unsealed(kept + more, len(whole))


def test_a_large_file_is_filled_up_with_more_than_a_piece() -> None:
    kept = sealed(bytes(4 * 1024 * 1024 + 1), PIECE)

    assert len(kept) > 4 * 1024 * 1024 + PIECE
    assert len(unsealed(kept, 4 * 1024 * 1024 + 1)) == 4 * 1024 * 1024 + 1
