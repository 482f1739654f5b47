"""The shred salts: 32 bytes for each object, in a file of their own outside the database.

    head 96:  mark 16 | installation 16 | pepper 32 | zeros 32
    slot 48:  object id 16 | salt 32          (a salt of zeros: erased)

Each sealed text needs its salt beside its key. So erasing 32 bytes here makes every copy of the
text unreadable, in old backups too, once this file's own copies are gone (a week). The price:
whoever loses this file loses everything.
"""

import fcntl
import os
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes
from uuid import UUID, uuid4

from samen.vault.engine.keys import SALT

MARK = b"SAMEN salts v1\0\0"
HEAD, SLOT, _ID = 96, 48, 16
_ERASED = bytes(SALT)


class SaltsMissing(Exception):
    """The file is not there, is another one, or lacks the salt of something that lives."""


class Erased(Exception):
    """This object was shredded."""


class SaltStore:
    """One file, opened by many processes. Only where a salt stands is kept in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[bytes, int] = {}
        self._read_to = HEAD
        self._file = os.open(path, os.O_RDWR)
        weakref.finalize(self, os.close, self._file)
        head = os.pread(self._file, HEAD, 0)
        if len(head) != HEAD or not head.startswith(MARK):
            message = f"{path} is no file of shred salts."
            raise SaltsMissing(message)
        self.installation = UUID(bytes=head[16:32])
        self.pepper = head[32:64]

    @classmethod
    def create(cls, path: Path) -> "SaltStore":
        """A new file for a new installation, for its owner only. Raises FileExistsError."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, (MARK + uuid4().bytes + token_bytes(32)).ljust(HEAD, b"\0"))
            os.fsync(file)
        finally:
            os.close(file)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name survives a power cut, not only the file
        finally:
            os.close(folder)
        return cls(path)

    def put(self, objects: Iterable[UUID]) -> None:
        """A salt for each; it is on the disk before this returns. Those that have one keep it."""
        with self._alone():
            self._look_further()
            fresh = [o for o in dict.fromkeys(objects) if o.bytes not in self._places]
            slots = b"".join(o.bytes + token_bytes(SALT) for o in fresh)
            end = os.fstat(self._file).st_size
            end -= (end - HEAD) % SLOT  # what a power cut left half was never acknowledged
            if os.pwrite(self._file, slots, end) != len(slots):
                message = "The disk is full."
                raise OSError(message)
            os.ftruncate(self._file, end + len(slots))
            os.fsync(self._file)
            self._look_further()

    def get(self, object_id: UUID) -> bytes:
        """Raises Erased, SaltsMissing."""
        salt = self._salt(object_id)
        if salt is None:
            message = f"There is no salt of {object_id}."
            raise SaltsMissing(message)
        if salt == _ERASED:
            raise Erased
        return salt

    def erase(self, objects: Iterable[UUID]) -> None:
        """For good, on the disk before this returns. What has no salt is noted as erased."""
        wanted = list(objects)
        self.put(wanted)
        with self._alone():
            for object_id in wanted:
                os.pwrite(self._file, _ERASED, self._places[object_id.bytes] + _ID)
            os.fsync(self._file)

    def missing(self, objects: Iterable[UUID]) -> list[UUID]:
        """Those without a salt that were not erased either."""
        return [object_id for object_id in objects if self._salt(object_id) is None]

    def erased(self) -> Iterator[UUID]:
        """What a backup must not bring back."""
        self._look_further()
        for number, place in list(self._places.items()):
            if os.pread(self._file, SALT, place + _ID) == _ERASED:
                yield UUID(bytes=number)

    def _salt(self, object_id: UUID) -> bytes | None:
        if object_id.bytes not in self._places:
            self._look_further()
        place = self._places.get(object_id.bytes)
        # Read anew each time: another process may have erased it a moment ago.
        return None if place is None else os.pread(self._file, SALT, place + _ID)

    def _look_further(self) -> None:
        end = os.fstat(self._file).st_size
        read = os.pread(self._file, end - self._read_to, self._read_to)
        for at in range(0, len(read) - SLOT + 1, SLOT):
            self._places[read[at : at + _ID]] = self._read_to + at
        self._read_to += len(read) // SLOT * SLOT

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, among threads and processes: each call has a lock of its own."""
        lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
