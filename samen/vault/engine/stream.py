"""A file, sealed piece by piece (libsodium's secretstream), so that it is never whole in memory.

    suite 1 | salt 32 | commitment 32 | header 24 | pieces of 64 KiB, each 17 bytes longer

Pieces cannot be left out, repeated or reordered, and the last one says that it is the last.
"""

import hmac
from collections.abc import Iterable, Iterator
from secrets import token_bytes

from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as SodiumRefuses

from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import KEY, SALT, CannotOpen, Key, derive
from samen.vault.engine.padding import bucket

SUITE = 1
PIECE = 64 * 1024
_MORE = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
HEAD = 1 + SALT + KEY + _HEADER


def seal(chunks: Iterable[bytes], *, key: Key, shred: bytes, context: Context) -> Iterator[bytes]:
    """Sealed pieces. How long the file was is said elsewhere: zeros fill it up to a bucket."""
    salt, about = token_bytes(SALT), context.encoded(SUITE)
    locking, commitment = derive(key, salt=salt, shred=shred, about=about)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, locking)
    yield bytes([SUITE]) + salt + commitment + header
    before = b""
    for number, piece in enumerate(_in_pieces(_padded(chunks), PIECE)):
        if number:
            yield _push(state, before, about, _MESSAGE)
        before = piece
    yield _push(state, before, about, _FINAL)


def unseal(
    chunks: Iterable[bytes], *, length: int, key: Key, shred: bytes, context: Context
) -> Iterator[bytes]:
    """The first `length` bytes that were sealed. Raises CannotOpen, also after the last of them.

    So read it to its end once before anything of it is shown.
    """
    pieces = _head_and_pieces(chunks)
    head, about = next(pieces, b""), context.encoded(SUITE)
    if len(head) != HEAD or head[0] != SUITE:
        raise CannotOpen
    salt, commitment, header = head[1:33], head[33:65], head[65:]
    locking, expected = derive(key, salt=salt, shred=shred, about=about)
    if not hmac.compare_digest(commitment, expected):
        raise CannotOpen
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, locking)
    left, tag = length, _MESSAGE
    for piece in pieces:
        if tag == _FINAL:
            raise CannotOpen
        words, tag = _pull(state, piece, about)
        yield words[:left]
        left -= min(left, len(words))
    if tag != _FINAL or left:
        raise CannotOpen


def _push(
    state: sodium.crypto_secretstream_xchacha20poly1305_state, piece: bytes, about: bytes, tag: int
) -> bytes:
    return bytes(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, about, tag))


def _pull(
    state: sodium.crypto_secretstream_xchacha20poly1305_state, piece: bytes, about: bytes
) -> tuple[bytes, int]:
    try:
        return sodium.crypto_secretstream_xchacha20poly1305_pull(state, piece, about)
    except (SodiumRefuses, ValueError):
        raise CannotOpen from None


def _padded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    length = 0
    for chunk in chunks:
        length += len(chunk)
        yield chunk
    missing = bucket(length) - length
    for _ in range(missing // PIECE):
        yield bytes(PIECE)
    yield bytes(missing % PIECE)


def _head_and_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    incoming = _rest_of(iter(chunks), HEAD)
    head, rest = next(incoming), next(incoming)
    yield head
    yield from _in_pieces(_joined(rest, incoming), PIECE + _MORE)


def _rest_of(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The first `size` bytes, then what came with them, then the others as they come."""
    begun = b""
    for chunk in chunks:
        begun += chunk
        if len(begun) >= size:
            break
    yield begun[:size]
    yield begun[size:]
    yield from chunks


def _joined(first: bytes, others: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _in_pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of one size; the last may be shorter."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= size:
            yield bytes(waiting[:size])
            del waiting[:size]
    if waiting:
        yield bytes(waiting)
