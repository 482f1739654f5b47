"""Where the content of files lies: sealed under the key of their record, a copy for each epoch.

Nothing here is a verb: no line is written, so no other room may call it.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from samen.vault.actions.ground import place, shred_of
from samen.vault.engine import stream
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import CannotOpen, Key, kept_apart
from samen.vault.rules import Altered

_PIECE = 64 * 1024


def card(file_id: UUID) -> str:
    """The part of the record in which its name, kind and size stand."""
    return f"file {file_id.hex}"


def path_of(file_id: UUID, epoch: int) -> Path:
    return _folder(file_id) / f"{file_id}.{epoch}"


def keep(file_id: UUID, epoch: int, key: Key, chunks: Iterable[bytes]) -> None:
    """Sealed, and on the disk before this returns. What a killed process left is replaced."""
    path = path_of(file_id, epoch)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pieces = stream.seal(
        chunks, key=_key(key, file_id), shred=shred_of(file_id), context=_at(file_id, epoch)
    )
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        for piece in pieces:
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def opened(file_id: UUID, epoch: int, key: Key, size: int) -> Iterator[bytes]:
    """Every byte was checked before the first one comes. Raises Altered, Gone."""
    shred = shred_of(file_id)
    try:
        # Held open: when it is sealed anew meanwhile, this copy is read to its end.
        file = path_of(file_id, epoch).open("rb")
    except OSError:
        raise Altered from None

    def pieces() -> Iterator[bytes]:
        file.seek(0)
        return stream.unseal(
            _pieces(file),
            length=size,
            key=_key(key, file_id),
            shred=shred,
            context=_at(file_id, epoch),
        )

    try:
        for _piece in pieces():
            pass
    except CannotOpen:
        file.close()
        raise Altered from None
    rest = _to_the_end(pieces(), file)
    next(rest)
    return rest


def forget(file_id: UUID, *, but: int | None = None) -> None:
    """Every copy, or every copy but this one."""
    kept = None if but is None else path_of(file_id, but)
    for path in _folder(file_id).glob(f"{file_id}.*"):
        if path != kept:
            path.unlink(missing_ok=True)


def _folder(file_id: UUID) -> Path:
    folder: Path = settings.VAULT_FILES
    return folder / file_id.hex[:2]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _to_the_end(pieces: Iterator[bytes], file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield b""  # begun at once: then the file is closed also when nobody reads on
        yield from pieces


def _key(key: Key, file_id: UUID) -> Key:
    return kept_apart(key, f"file {file_id}")


def _at(file_id: UUID, epoch: int) -> Context:
    return place("file", file_id, epoch, 1)
