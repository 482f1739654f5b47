"""Known answers of the vault: sealed today, to be opened by every later release.

    vault_vectors.py NAME    writes samen/vault/tests/vectors/NAME.json, and never over another

What was sealed once must open for ever: a file of an earlier release is not made again.
"""

import json
import sys
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import cryptography

from samen.vault.engine import codes, envelope, hybrid, padding, signing, stream, stretching
from samen.vault.engine.bundle import Bundle, Identity
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import Key, kept_apart, key_id

FOLDER = Path(__file__).resolve().parents[1] / "samen" / "vault" / "tests" / "vectors"
KINDS = ("record", "member", "session", "grant", "mailbox", "packet")
TEXTS = (b"", b"x", "ሰላም سلام hello".encode(), bytes(range(256)) * 3)


def some(name: str, length: int = 32) -> bytes:
    """Bytes that look random and are the same at every run."""
    made = b"".join(sha256(f"{name}:{at}".encode()).digest() for at in range(length // 32 + 1))
    return made[:length]


def place(number: int) -> Context:
    here = Context(
        UUID(bytes=some("installation", 16)), KINDS[number % len(KINDS)], UUID(int=1), 0, 0
    )
    return replace(
        here,
        object_id=UUID(bytes=some(f"object {number}", 16)),
        epoch=number,
        version=number * number,
        part="" if number % 3 else f"part {number}",
    )


def said(context: Context) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, UUID) else v for k, v in asdict(context).items()}


def envelopes() -> list[dict[str, Any]]:
    found = []
    for number in range(24):
        key, shred, words = some(f"key {number}"), some(f"shred {number}"), TEXTS[number % 4]
        sealed = envelope.seal(words, key=Key(key), shred=shred, context=place(number))
        case = {"key": key, "shred": shred, "words": words, "sealed": sealed.raw}
        found.append({k: v.hex() for k, v in case.items()} | {"context": said(place(number))})
    return found


def wraps() -> list[dict[str, Any]]:
    """Kept in wraps.json; a new set has its own."""
    found = []
    for number in range(6):
        under, key = some(f"ring {number}"), some(f"wrapped {number}")
        sealed = envelope.wrap(Key(key), under=Key(under), context=place(number))
        case = {"under": under, "key": key, "sealed": sealed.raw}
        found.append({k: v.hex() for k, v in case.items()} | {"context": said(place(number))})
    return found


def grants() -> list[dict[str, Any]]:
    found = []
    for number in range(6):
        secret, key = some(f"pair {number}", 96), some(f"granted {number}")
        pair = hybrid.KeyPair(secret)
        sealed = hybrid.seal(Key(key), to=pair.public, context=place(number))
        case = {"secret": secret, "key": key, "public": pair.public.raw, "sealed": sealed.raw}
        found.append({k: v.hex() for k, v in case.items()} | {"context": said(place(number))})
    return found


def signatures() -> list[dict[str, Any]]:
    found = []
    for number in range(4):
        secret, words = some(f"signer {number}"), TEXTS[number]
        signer = signing.Signer(Key(secret))
        signature = signer.sign(words, context=place(number))
        case = {"secret": secret, "words": words, "by": signer.public, "signature": signature}
        found.append({k: v.hex() for k, v in case.items()} | {"context": said(place(number))})
    return found


def files() -> list[dict[str, Any]]:
    found = []
    for number, length in enumerate((0, 100, 70_000)):
        key, shred, raw = some(f"key {number}"), some(f"shred {number}"), some("file", length)
        sealed = stream.seal([raw], key=Key(key), shred=shred, context=place(number))
        case = {"key": key, "shred": shred, "words": raw, "sealed": b"".join(sealed)}
        found.append({k: v.hex() for k, v in case.items()} | {"context": said(place(number))})
    return found


def plain() -> dict[str, Any]:
    """Answers that need no sealing: always the same."""
    raw = some("bundle", 160) + UUID(int=9).bytes + some("pin")
    identity = Identity(Bundle.from_bytes(raw).pair.public, Bundle.from_bytes(raw).signer.public)
    place_, key = stretching.receipt_halves("1" * 20, pepper=some("pepper"), salt=some("salt", 16))
    return {
        "bundle": {"raw": raw.hex(), "words": identity.words},
        "buckets": {str(n): padding.bucket(n) for n in (0, 512, 513, 5000, 65_537, 20_000_000)},
        "key_id": key_id(Key(some("key 0"))).hex(),
        "kept_apart": kept_apart(Key(some("key 0")), "test").reveal().hex(),
        "receipt": {
            "pepper": some("pepper").hex(),
            "salt": some("salt", 16).hex(),
            "locator": place_.hex(),
            "key": key.reveal().hex(),
        },
        "recovery_code": {"raw": some("code", 16).hex(), "code": recovery_code(some("code", 16))},
    }


def recovery_code(raw: bytes) -> str:
    """The one code with these bits."""
    with patch.object(codes, "token_bytes", lambda _length: raw):
        return codes.new_recovery_code()


def main() -> None:
    path = FOLDER / f"{sys.argv[1]}.json"
    FOLDER.mkdir(exist_ok=True)
    answers = {
        "cryptography": cryptography.__version__,
        "envelopes": envelopes(),
        "wraps": wraps(),
        "grants": grants(),
        "signatures": signatures(),
        "files": files(),
        "plain": plain(),
    }
    with path.open("x") as file:
        json.dump(answers, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
