"""Files of a record: never in clear on the disk, and nothing of them in a name."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from samen.foundation.actor import Actor
from samen.vault.actions.ground import check_owner, keep_salts, path_of, place, shred_of
from samen.vault.actions.records import open_record, write_beside
from samen.vault.engine import pictures, stream
from samen.vault.engine.envelope import Context
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import CannotOpen, Key
from samen.vault.models import File
from samen.vault.rules import LARGEST_FILE, PICTURES, Altered, BadFile, NoGrant, kind_of

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class OpenFile:
    """A file whose every byte was checked before the first is handed out."""

    name: str
    kind: str
    size: int
    chunks: Iterator[bytes]


def add_file(  # noqa: PLR0913 who, what, where
    *,
    keyring: Keyring,
    record_id: UUID,
    name: str,
    chunks: Iterable[bytes],
    purpose: str = "",
    by: Actor,
    at: datetime,
) -> UUID:
    """Keep a file with a record. Pictures are made anew. Raises BadFile, NotYours, NoGrant.

    Order: salt, file, row; a file without a row is removed by `forget_loose_files`.
    """
    check_owner(keyring, by)
    content = _read(chunks)
    kind = kind_of(content)
    if kind in PICTURES:
        content = pictures.made_anew(content, kind)
    file_id, key = uuid4(), Key.new()
    keep_salts([file_id])
    pieces = (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))
    sealed = stream.seal(pieces, key=key, shred=shred_of(file_id), context=_at(file_id))
    _put(path_of(file_id), sealed)
    card = {"name": name, "kind": kind, "size": len(content), "key": key.reveal().hex()}
    write_beside(
        keyring=keyring,
        record_id=record_id,
        parts={_part(file_id): json.dumps(card).encode()},
        row=File(id=file_id, record_id=record_id, made_at=at),
        purpose=purpose,
        by=by,
        at=at,
    )
    return file_id


def open_file(
    *,
    keyring: Keyring,
    record_id: UUID,
    file_id: UUID,
    purpose: str = "",
    by: Actor,
    at: datetime,
) -> OpenFile:
    """The line stands and the whole file was checked before its first byte leaves.

    Raises NotYours, NoGrant, Gone, Altered.
    """
    name = _part(file_id)
    pages = open_record(
        keyring=keyring, record_id=record_id, names=[name], purpose=purpose, by=by, at=at
    )
    if name not in pages:
        raise NoGrant
    card = json.loads(pages[name].words)
    key, shred, size = Key(bytes.fromhex(card["key"])), shred_of(file_id), card["size"]

    def opened() -> Iterator[bytes]:
        pieces = _pieces(path_of(file_id))
        return stream.unseal(pieces, length=size, key=key, shred=shred, context=_at(file_id))

    try:
        for _piece in opened():
            pass
    except (CannotOpen, OSError):
        raise Altered from None
    return OpenFile(card["name"], card["kind"], size, opened())


def forget_loose_files() -> int:
    """Files without a row, of a process that was killed in between, once they are a day old."""
    folder: Path = settings.VAULT_FILES
    known = {str(one) for one in File.objects.values_list("id", flat=True)}
    newest = max((path.stat().st_mtime for path in folder.rglob("*")), default=0.0)
    loose = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in known and path.stat().st_mtime < newest - 86_400
    ]
    for path in loose:
        path.unlink(missing_ok=True)
    return len(loose)


def _read(chunks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > LARGEST_FILE:
            raise BadFile
    return bytes(content)


def _put(path: Path, pieces: Iterable[bytes]) -> None:
    """Sealed, on the disk before this returns, under its own name or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        for piece in pieces:
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _at(file_id: UUID) -> Context:
    return place("file", file_id, 1, 1)


def _part(file_id: UUID) -> str:
    return f"file {file_id.hex}"
