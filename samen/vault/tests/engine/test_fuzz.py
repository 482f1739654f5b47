"""G10: ten thousand damaged texts of each kind, the same in every run: none opens, none breaks.

Cut, stretched, turned, swapped with a piece of another, begun with another suite, or noise.
"""

from collections.abc import Callable
from random import Random
from uuid import UUID

import pytest

from samen.vault.engine import envelope, hybrid, signing, stream
from samen.vault.engine.bundle import Bundle
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key, Sealed
from samen.vault.engine.signing import Signer

TIMES = 10_000
HERE = Context(UUID(int=1), "case", UUID(int=2), epoch=3, version=4, part="note")
KEY, OTHER, SHRED = Key(b"k" * 32), Key(b"q" * 32), b"z" * 32
PAIR, SIGNER = hybrid.KeyPair.new(), Signer(Key(b"s" * 32))


def damaged(chance: Random, good: bytes, other: bytes) -> bytes:
    """Neither of the two."""
    place = chance.randrange(len(good))
    made = chance.choice(
        (
            lambda: good[:place],
            lambda: good + chance.randbytes(chance.randint(1, 40)),
            lambda: (
                good[:place] + bytes([good[place] ^ 1 << chance.randrange(8)]) + good[place + 1 :]
            ),
            lambda: good[:place] + other[place:],
            lambda: other[: place + 1] + good[place + 1 :],
            lambda: bytes([chance.randrange(2, 256)]) + good[1:],
            lambda: good[:place] + good[place + 1 :],
            lambda: good[:place] + chance.randbytes(8) + good[place + 8 :],
            lambda: chance.randbytes(chance.randrange(len(good))),
            lambda: b"\1" + chance.randbytes(len(good) - 1),
        )
    )()
    return b"" if made in (good, other) else made


def opens_envelope(raw: bytes) -> None:
    envelope.unseal(Sealed(raw), key=KEY, shred=SHRED, context=HERE)


def opens_wrap(raw: bytes) -> None:
    envelope.unwrap(Sealed(raw), under=OTHER, context=HERE)


def opens_grant(raw: bytes) -> None:
    PAIR.unseal(Sealed(raw), context=HERE)


def opens_file(raw: bytes) -> None:
    for _piece in stream.unseal([raw], length=300, key=KEY, shred=SHRED, context=HERE):
        pass


def believes(raw: bytes) -> None:
    signing.check(raw, b"words", by=SIGNER.public, context=HERE)


def an_envelope(words: bytes) -> bytes:
    return envelope.seal(words, key=KEY, shred=SHRED, context=HERE).raw


def a_file(words: bytes) -> bytes:
    return b"".join(stream.seal([words], key=KEY, shred=SHRED, context=HERE))


GOOD: dict[str, tuple[Callable[[bytes], None], bytes, bytes]] = {
    "envelope": (opens_envelope, an_envelope(b"words"), an_envelope(b"other")),
    "wrap": (
        opens_wrap,
        envelope.wrap(KEY, under=OTHER, context=HERE).raw,
        envelope.wrap(KEY, under=OTHER, context=HERE).raw,
    ),
    "grant": (
        opens_grant,
        hybrid.seal(KEY, to=PAIR.public, context=HERE).raw,
        hybrid.seal(KEY, to=PAIR.public, context=HERE).raw,
    ),
    "file": (opens_file, a_file(b"w" * 300), a_file(b"o" * 300)),
    "signature": (
        believes,
        SIGNER.sign(b"words", context=HERE),
        SIGNER.sign(b"other", context=HERE),
    ),
}


@pytest.mark.parametrize("kind", GOOD)
def test_ten_thousand_damaged_ones_do_not_open(kind: str) -> None:
    opens, good, other = GOOD[kind]
    opens(good)
    chance, refused = Random(kind), 0  # noqa: S311 the same damage in every run
    for _ in range(TIMES):
        with pytest.raises(CannotOpen):
            opens(damaged(chance, good, other))
        refused += 1

    assert refused == TIMES


def test_ten_thousand_bundles_are_whole_or_are_none() -> None:
    good = Bundle.new()
    good.pins = {UUID(int=number): bytes([number]) * 32 for number in range(3)}
    chance, refused = Random(6), 0  # noqa: S311 the same damage in every run
    for _ in range(TIMES // 10):  # each that is long enough makes a key pair
        raw = good.to_bytes()[: chance.randrange(400)] + chance.randbytes(chance.randrange(60))
        try:
            assert Bundle.from_bytes(raw).to_bytes() == raw
        except CannotOpen:
            refused += 1

    assert refused > 500
