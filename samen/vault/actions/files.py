"""Files of a record: never in clear on the disk, and nothing of them in a name."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from samen.foundation.actor import Actor
from samen.vault.actions import contents, sealed_files
from samen.vault.actions.contents import Held
from samen.vault.actions.ground import check_owner, keep_salts
from samen.vault.actions.records import open_record, write_made
from samen.vault.engine import pictures
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Words
from samen.vault.models import File
from samen.vault.rules import LARGEST_FILE, PICTURES, BadFile, NoGrant, kind_of

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
    file_id = uuid4()
    keep_salts([file_id])
    card = {"name": name, "kind": kind, "size": len(content)}

    def sealed(one: Held) -> dict[str, Words]:
        pieces = (content[start : start + _PIECE] for start in range(0, len(content), _PIECE))
        sealed_files.keep(file_id, one.record.epoch, one.key, pieces)
        File.objects.create(id=file_id, record=one.record, epoch=one.record.epoch, made_at=at)
        return {sealed_files.card(file_id): Words(json.dumps(card).encode())}

    write_made(keyring=keyring, record_id=record_id, make=sealed, purpose=purpose, by=by, at=at)
    return file_id


def open_file(  # noqa: PLR0913 a reading says all of this
    *,
    keyring: Keyring,
    record_id: UUID,
    file_id: UUID,
    purpose: str = "",
    role: str = "",
    by: Actor,
    at: datetime,
) -> OpenFile:
    """The line stands and the whole file was checked before its first byte leaves.

    Raises NotYours, NoGrant, Gone, Altered.
    """
    name = sealed_files.card(file_id)
    pages = open_record(
        keyring=keyring,
        record_id=record_id,
        names=[name],
        purpose=purpose,
        role=role,
        by=by,
        at=at,
    )
    file = File.objects.filter(pk=file_id, record=record_id).first()
    if name not in pages or file is None:
        raise NoGrant
    [one] = contents.held(keyring, [record_id], at=at)
    card = json.loads(pages[name].words)
    chunks = sealed_files.opened(file_id, file.epoch, one.key, card["size"])
    return OpenFile(card["name"], card["kind"], card["size"], chunks)


def forget_loose_files() -> int:
    """Files without a row, of a process that was killed in between, once they are a day old."""
    rows = File.objects.values_list("id", "epoch")
    known = {sealed_files.path_of(file_id, epoch).name for file_id, epoch in rows}
    newest = max((path.stat().st_mtime for path in settings.VAULT_FILES.rglob("*")), default=0.0)
    loose = [
        path
        for path in settings.VAULT_FILES.rglob("*")
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
