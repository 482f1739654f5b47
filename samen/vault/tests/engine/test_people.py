"""Keys for others, signatures, fingerprints and what a member carries."""

import pickle
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.vault.engine import hybrid, signing
from samen.vault.engine.bundle import Bundle, Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.hybrid import KeyPair, PublicKey
from samen.vault.engine.keys import CannotOpen, Key, Sealed
from samen.vault.engine.signing import Signer

HERE = Context(UUID(int=1), "grant", UUID(int=2), epoch=3, version=4)
KEY = Key(b"k" * 32)
SHE = KeyPair(bytes(range(96)))


def test_what_was_sealed_to_her_she_opens_and_nobody_else() -> None:
    sealed = hybrid.seal(KEY, to=SHE.public, context=HERE)

    assert SHE.unseal(sealed, context=HERE).reveal() == KEY.reveal()
    with pytest.raises(CannotOpen):
        KeyPair.new().unseal(sealed, context=HERE)
    with pytest.raises(CannotOpen):
        SHE.unseal(sealed, context=replace(HERE, epoch=2))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(hybrid.seal(KEY, to=SHE.public, context=HERE).raw)
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8

    with pytest.raises(CannotOpen):
        SHE.unseal(Sealed(bytes(raw)), context=HERE)


@given(st.binary(max_size=1300))
@settings(max_examples=60, deadline=None)
def test_no_bytes_in_its_place_do_anything_but_not_open(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        SHE.unseal(Sealed(b"\1" + raw), context=HERE)


def test_neither_half_alone_opens() -> None:
    """Half of her secret and half of another's: one broken exchange is not enough."""
    sealed = hybrid.seal(KEY, to=SHE.public, context=HERE)
    other = KeyPair.new().reveal()

    for secret in (SHE.reveal()[:64] + other[64:], other[:64] + SHE.reveal()[64:]):
        with pytest.raises(CannotOpen):
            KeyPair(secret).unseal(sealed, context=HERE)


def test_words_are_not_sealed_as_a_key() -> None:
    """A key has 32 bytes; anything else that opens is not one."""
    longer = b"\1" + hybrid._HPKE.encrypt(
        b"x" * 33, SHE.public.loaded(), info=HERE.encoded(hybrid.SUITE)
    )

    with pytest.raises(CannotOpen):
        SHE.unseal(Sealed(longer), context=HERE)


@pytest.mark.parametrize("length", [0, 95, 97])
def test_a_secret_of_another_length_is_none(length: int) -> None:
    with pytest.raises(CannotOpen):
        KeyPair(bytes(length))


@pytest.mark.parametrize("raw", [b"", b"x" * 1215, b"\xff" * 1216])
def test_bytes_that_are_no_public_key_are_refused(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        hybrid.seal(KEY, to=PublicKey(raw), context=HERE)


def test_a_pair_shows_itself_to_nobody() -> None:
    assert repr(SHE) == "<key pair>"
    with pytest.raises(TypeError):
        pickle.dumps(SHE)


def test_a_cryptography_without_the_suite_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hybrid.works()

    def refuse() -> None:
        raise UnsupportedAlgorithm("no ML-KEM")  # noqa: EM101, TRY003 as it raises it

    monkeypatch.setattr(hybrid, "MLKEM768PrivateKey", type("No", (), {"generate": refuse}))
    assert not hybrid.works()


def test_a_signature_is_of_one_hand_over_one_text_at_one_place() -> None:
    signer = Signer(KEY)
    signature = signer.sign(b"words", context=HERE)

    signing.check(signature, b"words", by=signer.public, context=HERE)
    for changed in (
        {"what": b"other"},
        {"by": Signer(Key.new()).public},
        {"by": b"no key"},
        {"context": replace(HERE, version=5)},
        {"signature": signature[:-1]},
        {"signature": bytes(64)},
    ):
        said = {"signature": signature, "what": b"words", "by": signer.public, "context": HERE}
        with pytest.raises(CannotOpen):
            signing.check(**(said | changed))  # type: ignore[arg-type]  # one of four kinds


def test_six_words_are_said_aloud_and_are_of_one_key() -> None:
    identity = Identity(SHE.public, Signer(KEY).public)
    other = Identity(SHE.public, Signer(Key.new()).public)

    assert len(identity.words) == 6
    assert all(len(word) == 4 and word.isalpha() for word in identity.words)
    assert identity.words == Identity.read(identity.raw).words
    assert identity.words != other.words


def test_what_a_member_carries_is_written_and_read() -> None:
    bundle = Bundle.new()
    bundle.pins = {UUID(int=7): b"p" * 32, UUID(int=5): b"q" * 32}
    again = Bundle.from_bytes(bundle.to_bytes())

    assert again.identity == bundle.identity
    assert again.pins == bundle.pins
    assert again.to_bytes() == bundle.to_bytes()
    assert "bytes" not in repr(bundle)


@pytest.mark.parametrize("cut", [0, 10, 159, 161, 207])
def test_half_of_it_is_nothing(cut: int) -> None:
    bundle = Bundle.new()
    bundle.pins = {UUID(int=7): b"p" * 32}

    with pytest.raises(CannotOpen):
        Bundle.from_bytes(bundle.to_bytes()[:cut])
