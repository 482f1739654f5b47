"""What is sealed opens with its key, at its place, in its version, and in no other way."""

import pickle
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.vault.engine import envelope, padding
from samen.vault.engine.envelope import HEAD, Context, seal, unseal
from samen.vault.engine.keys import CannotOpen, Key, Opened, Sealed, kept_apart

HERE = Context(UUID(int=1), "case", UUID(int=2), epoch=3, version=4, part="note")
KEY, SHRED = Key(b"k" * 32), b"z" * 32
ELSEWHERE = [
    replace(HERE, installation=UUID(int=9)),
    replace(HERE, kind="person"),
    replace(HERE, object_id=UUID(int=9)),
    replace(HERE, epoch=2),
    replace(HERE, version=3),
    replace(HERE, part="file"),
]


@given(st.binary(max_size=3000))
@settings(max_examples=100, deadline=None)
def test_what_was_sealed_is_opened(words: bytes) -> None:
    sealed = seal(words, key=KEY, shred=SHRED, context=HERE)

    assert unseal(sealed, key=KEY, shred=SHRED, context=HERE).words == words
    assert not words or len(words) < 8 or sealed.raw.find(words) < 0


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=str)
def test_at_another_place_or_moment_it_does_not_open(elsewhere: Context) -> None:
    sealed = seal(b"words", key=KEY, shred=SHRED, context=HERE)

    with pytest.raises(CannotOpen):
        unseal(sealed, key=KEY, shred=SHRED, context=elsewhere)


def test_with_another_key_or_without_its_salt_it_does_not_open() -> None:
    sealed = seal(b"words", key=KEY, shred=SHRED, context=HERE)

    for key, shred in ((Key(b"q" * 32), SHRED), (KEY, bytes(32))):
        with pytest.raises(CannotOpen):
            unseal(sealed, key=key, shred=shred, context=HERE)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_one_changed_bit_anywhere_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(seal(b"words", key=KEY, shred=SHRED, context=HERE).raw)
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8

    with pytest.raises(CannotOpen):
        unseal(Sealed(bytes(raw)), key=KEY, shred=SHRED, context=HERE)


@given(st.integers(0, HEAD + 530), st.binary(max_size=5))
@settings(max_examples=100, deadline=None)
def test_cut_off_or_longer_it_does_not_open(kept: int, more: bytes) -> None:
    raw = seal(b"words", key=KEY, shred=SHRED, context=HERE).raw
    changed = raw[:kept] + more
    if changed == raw:
        return

    with pytest.raises(CannotOpen):
        unseal(Sealed(changed), key=KEY, shred=SHRED, context=HERE)


@given(st.binary(max_size=700))
@settings(max_examples=200, deadline=None)
def test_no_bytes_in_its_place_do_anything_but_not_open(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(Sealed(raw), key=KEY, shred=SHRED, context=HERE)


@pytest.mark.parametrize("suite", [s for s in range(256) if s not in envelope.SUITES])
def test_a_suite_that_is_not_on_the_list_is_not_tried(suite: int) -> None:
    raw = seal(b"words", key=KEY, shred=SHRED, context=HERE).raw

    with pytest.raises(CannotOpen):
        unseal(Sealed(bytes([suite]) + raw[1:]), key=KEY, shred=SHRED, context=HERE)


def test_the_list_of_suites_cannot_be_added_to() -> None:
    with pytest.raises(TypeError):
        envelope.SUITES[0] = envelope.SUITES[1]  # type: ignore[index]  # that is what is tried


def test_pieces_of_two_sealings_do_not_make_a_third() -> None:
    one = seal(b"words", key=KEY, shred=SHRED, context=HERE).raw
    two = seal(b"words", key=KEY, shred=SHRED, context=HERE).raw

    for cut in (20, 41, 53, HEAD, HEAD + 20):
        with pytest.raises(CannotOpen):
            unseal(Sealed(one[:cut] + two[cut:]), key=KEY, shred=SHRED, context=HERE)


def test_fields_of_a_place_cannot_flow_into_each_other() -> None:
    left = replace(HERE, kind="ab", part="c")
    right = replace(HERE, kind="a", part="bc")

    assert left.encoded(1) != right.encoded(1)


def test_the_same_words_are_never_sealed_the_same() -> None:
    made = {seal(b"", key=KEY, shred=SHRED, context=HERE).raw for _ in range(20)}

    assert len(made) == 20


@given(st.integers(0, 100_000))
@settings(max_examples=200)
def test_a_length_says_little(length: int) -> None:
    given_length = padding.bucket(length)

    assert given_length >= max(length, 512)
    assert given_length <= max(512, length * 1.12 + 1)
    assert padding.bucket(given_length) == given_length


def test_up_to_a_million_there_are_few_lengths() -> None:
    assert len({padding.bucket(n) for n in range(0, 1_000_000, 97)}) < 400


@given(st.binary(max_size=2000))
@settings(max_examples=100)
def test_padding_comes_off_as_it_went_on(words: bytes) -> None:
    assert padding.unpad(padding.pad(words)) == words


@pytest.mark.parametrize(
    "padded",
    [b"", b"\0\0\0\1", padding.pad(b"x") + b"\0", padding.pad(b"x")[:-1] + b"1", b"\xff" * 512],
)
def test_what_was_not_padded_so_is_not_opened(padded: bytes) -> None:
    with pytest.raises(CannotOpen):
        padding.unpad(padded)


def test_a_key_shows_itself_to_nobody() -> None:
    assert "6b6b" not in repr(KEY)
    assert "kkkk" not in f"{KEY!r} {KEY} {[KEY]}"
    assert "words" not in repr(Opened(b"words"))
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(ValueError, match="32"):
        Key(b"short")


def test_a_key_for_another_purpose_is_another_key() -> None:
    made = {kept_apart(KEY, purpose).reveal() for purpose in ("a", "b")} | {KEY.reveal()}

    assert len(made) == 3


def test_a_key_is_wrapped_for_one_place() -> None:
    wrapped = envelope.wrap(KEY, under=Key(b"r" * 32), context=HERE)

    assert len(wrapped.raw) == 61
    assert envelope.unwrap(wrapped, under=Key(b"r" * 32), context=HERE).reveal() == KEY.reveal()
    for elsewhere in ELSEWHERE:
        with pytest.raises(CannotOpen):
            envelope.unwrap(wrapped, under=Key(b"r" * 32), context=elsewhere)
    with pytest.raises(CannotOpen):
        envelope.unwrap(wrapped, under=KEY, context=HERE)


@given(st.integers(0, 61 * 8 - 1), st.integers(0, 60))
@settings(max_examples=100, deadline=None)
def test_a_wrapped_key_changed_or_cut_off_is_none(bit: int, kept: int) -> None:
    wrapped = envelope.wrap(KEY, under=Key(b"r" * 32), context=HERE).raw
    turned = bytearray(wrapped)
    turned[bit // 8] ^= 1 << bit % 8

    for raw in (bytes(turned), wrapped[:kept]):
        with pytest.raises(CannotOpen):
            envelope.unwrap(Sealed(raw), under=Key(b"r" * 32), context=HERE)
