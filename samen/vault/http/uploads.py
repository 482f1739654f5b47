"""What is too large for memory waits on the disk sealed, under a key that nobody keeps."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from samen.vault.engine import envelope
from samen.vault.engine.envelope import Context
from samen.vault.engine.keys import KEY, Key, Sealed
from samen.vault.rules import LARGEST_FILE

_LENGTH = 4
_NO_SALT = bytes(KEY)  # nothing of it outlives the request


class SealedFile(UploadedFile):  # type: ignore[type-arg]  # generic for mypy alone
    """An uploaded file that lies sealed in a folder until the request ends."""

    def __init__(self, path: Path, key: Key, where: Context, **said: Any) -> None:
        super().__init__(**said)
        self._path, self._key, self._where = path, key, where

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002 Django's name for it
        """Raises CannotOpen."""
        number = 0
        with self._path.open("rb") as file:
            while said := file.read(_LENGTH):
                sealed = Sealed(file.read(int.from_bytes(said, "big")))
                here = replace(self._where, version=number)
                yield envelope.unseal(sealed, key=self._key, shred=_NO_SALT, context=here).words
                number += 1

    def read(self, *_size: Any) -> bytes:
        return b"".join(self.chunks())

    def seek(self, *_where: Any) -> int:
        return 0  # every reading begins at the beginning

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:  # noqa: ARG002 Django's name for it
        return True

    def close(self) -> None:
        self._path.unlink(missing_ok=True)


class SealedUploads(FileUploadHandler):
    """Django would write a large upload to a temporary file in clear; this seals it on the way."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        folder = settings.VAULT_FILES / "incoming"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)  # for its owner only
        self._path, self._out = Path(name), os.fdopen(descriptor, "wb")
        self._key, self._where = Key.new(), Context(uuid4(), "upload", uuid4(), 1, 0)
        self._length = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002 Django's name for it
        self._length += len(raw_data)
        if self._length > LARGEST_FILE:
            self.upload_interrupted()
            raise StopUpload(connection_reset=True)
        sealed = envelope.seal(raw_data, key=self._key, shred=_NO_SALT, context=self._where).raw
        self._where = replace(self._where, version=self._where.version + 1)
        self._out.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        return None

    def file_complete(self, file_size: int) -> SealedFile:
        self._out.close()
        return SealedFile(
            self._path,
            self._key,
            replace(self._where, version=0),
            file=None,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
        )

    def upload_interrupted(self) -> None:
        self._out.close()
        self._path.unlink(missing_ok=True)
