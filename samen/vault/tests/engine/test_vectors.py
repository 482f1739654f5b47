"""What any release sealed opens in this one, with any `cryptography` (scripts/vault_vectors.py)."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from samen.vault.engine import codes, envelope, hybrid, padding, signing, stream, stretching
from samen.vault.engine.bundle import Bundle
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key, Sealed, kept_apart, key_id

FILES = sorted((Path(__file__).parents[1] / "vectors").glob("v*.json"))
WRAPS = json.loads((FILES[0].parent / "wraps.json").read_text())  # as v1, of wrapped keys
RELEASES = {path.stem: json.loads(path.read_text()) for path in FILES}


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{release}-{kind}-{number}")
        for release, answers in RELEASES.items()
        for number, case in enumerate(answers[kind])
    ]


def there(case: dict[str, Any]) -> Context:
    said = dict(case["context"])
    ids = {name: UUID(said[name]) for name in ("installation", "object_id")}
    return Context(**(said | ids))


def raw(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])


def test_there_are_enough_known_answers() -> None:
    first = RELEASES["v1"]

    assert sum(len(first[kind]) for kind in ("envelopes", "grants", "signatures", "files")) >= 37
    assert len(first["plain"]) >= 6


@pytest.mark.parametrize("case", cases("envelopes"))
def test_an_envelope_opens(case: dict[str, Any]) -> None:
    key, shred, sealed = Key(raw(case, "key")), raw(case, "shred"), Sealed(raw(case, "sealed"))
    opened = envelope.unseal(sealed, key=key, shred=shred, context=there(case))

    assert opened.words == raw(case, "words")
    # The same with one bit of the last byte turned, and without the last byte.
    for wrong in (sealed.raw[:-1] + bytes([sealed.raw[-1] ^ 1]), sealed.raw[:-1]):
        with pytest.raises(CannotOpen):
            envelope.unseal(Sealed(wrong), key=key, shred=shred, context=there(case))


@pytest.mark.parametrize("case", WRAPS, ids=range(len(WRAPS)))
def test_a_wrapped_key_opens(case: dict[str, Any]) -> None:
    under, sealed = Key(raw(case, "under")), Sealed(raw(case, "sealed"))

    assert envelope.unwrap(sealed, under=under, context=there(case)).reveal() == raw(case, "key")
    for wrong in (b"\2" + sealed.raw[1:], sealed.raw[:-1], sealed.raw[:-1] + b"\0\0", b""):
        with pytest.raises(CannotOpen):
            envelope.unwrap(Sealed(wrong), under=under, context=there(case))


@pytest.mark.parametrize("case", cases("grants"))
def test_a_grant_opens(case: dict[str, Any]) -> None:
    pair, sealed = hybrid.KeyPair(raw(case, "secret")), Sealed(raw(case, "sealed"))

    assert pair.public.raw == raw(case, "public")
    assert pair.unseal(sealed, context=there(case)).reveal() == raw(case, "key")
    with pytest.raises(CannotOpen):
        pair.unseal(Sealed(b"\2" + sealed.raw[1:]), context=there(case))


@pytest.mark.parametrize("case", cases("signatures"))
def test_a_signature_is_believed(case: dict[str, Any]) -> None:
    signing.check(
        raw(case, "signature"), raw(case, "words"), by=raw(case, "by"), context=there(case)
    )
    signer = signing.Signer(Key(raw(case, "secret")))
    assert signer.sign(raw(case, "words"), context=there(case)) == raw(case, "signature")


@pytest.mark.parametrize("case", cases("files"))
def test_a_file_opens(case: dict[str, Any]) -> None:
    words = raw(case, "words")
    opened = stream.unseal(
        [raw(case, "sealed")],
        length=len(words),
        key=Key(raw(case, "key")),
        shred=raw(case, "shred"),
        context=there(case),
    )

    assert b"".join(opened) == words


@pytest.mark.parametrize("release", RELEASES)
def test_what_is_only_computed_is_computed_the_same(release: str) -> None:
    known = RELEASES[release]["plain"]
    envelopes = RELEASES[release]["envelopes"]
    first = Key(raw(envelopes[0], "key"))

    assert {str(n): padding.bucket(int(n)) for n in known["buckets"]} == known["buckets"]
    assert key_id(first).hex() == known["key_id"]
    assert kept_apart(first, "test").reveal().hex() == known["kept_apart"]
    code = known["recovery_code"]
    assert codes.read_recovery_code(code["code"]).hex() == code["raw"]
    bundle = Bundle.from_bytes(bytes.fromhex(known["bundle"]["raw"]))
    assert list(bundle.identity.words) == known["bundle"]["words"]
    assert bundle.to_bytes().hex() == known["bundle"]["raw"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_receipt_of_then_leads_to_the_same_place(release: str) -> None:
    known = RELEASES[release]["plain"]["receipt"]
    place, key = stretching.receipt_halves(
        "1" * 20, pepper=bytes.fromhex(known["pepper"]), salt=bytes.fromhex(known["salt"])
    )

    assert (place.hex(), key.reveal().hex()) == (known["locator"], known["key"])
