"""What every verb here stands on: the salts, the place of a sealed text, who may act."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from samen.foundation.actor import Actor, ActorKind
from samen.vault.engine import hybrid
from samen.vault.engine.envelope import Context
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.salts import Erased, SaltsMissing, SaltStore
from samen.vault.models import (
    Circle,
    File,
    Installation,
    Mailbox,
    MemberKeys,
    Packet,
    Record,
    SpareKey,
)
from samen.vault.rules import Altered, Gone, NotYours


def store() -> SaltStore:
    return _opened(settings.VAULT_SALTS)


def keep_salts(objects: Iterable[UUID]) -> None:
    """On the disk before the row that needs them. Raises SaltsMissing, OSError."""
    salts = store()
    row, _new = Installation.objects.get_or_create(
        id=1, defaults={"installation": salts.installation}
    )
    if row.installation != salts.installation:
        message = "The file of shred salts is of another installation."
        raise SaltsMissing(message)
    salts.put(objects)


def shred_of(object_id: UUID) -> bytes:
    """Raises Gone, and Altered when somebody took it out of the file."""
    try:
        return store().get(object_id)
    except Erased:
        raise Gone from None
    except SaltsMissing:
        raise Altered from None


def place(kind: str, object_id: UUID, epoch: int, version: int, part: str = "") -> Context:
    return Context(store().installation, kind, object_id, epoch, version, part)


def check_owner(keyring: Keyring, by: Actor) -> None:
    """Raises NotYours: with an open vault only its owner acts."""
    if by.kind is not ActorKind.COLLEAGUE or by.id != keyring.member:
        raise NotYours


def check_ready() -> None:
    """Before anything is served. Raises SaltsMissing, with a sentence for whoever starts this."""
    if not hybrid.works():
        message = "This cryptography has no ML-KEM. Install its wheel of version 48 or later."
        raise SaltsMissing(message)
    row = Installation.objects.first()
    if row is None:
        return
    path: Path = settings.VAULT_SALTS
    if path.exists() and path.stat().st_mode & 0o077:
        message = f"{path} can be read by others on this machine. Run: chmod 600 {path}"
        raise SaltsMissing(message)
    salts = store()
    if salts.installation != row.installation:
        message = f"{path} is of another installation: put back the copy that fits this database."
        raise SaltsMissing(message)
    for model in (MemberKeys, Record, Circle, SpareKey, Mailbox, Packet, File):
        if missing := salts.missing(model.objects.values_list("id", flat=True).iterator()):
            message = f"{path} lacks the salts of {len(missing)} rows of {model._meta.db_table}."
            raise SaltsMissing(message)


@lru_cache
def _opened(path: Path) -> SaltStore:
    """Made once, when there is neither a file nor anything that needs it."""
    if not path.exists():
        if Installation.objects.exists():
            message = f"The shred salts are gone: {path}. Put a copy back, or nothing opens."
            raise SaltsMissing(message)
        return SaltStore.create(path)
    return SaltStore(path)
