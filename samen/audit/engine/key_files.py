"""The two keys of the logbook that lie in a file: the first key, and the key that signs heads."""

import os
import secrets
import tempfile
from pathlib import Path

from samen.audit.engine.chain import DIGEST

FIRST_KEY = "logbook-first-key"
SIGNING_KEY = "logbook-signing-key"

_WORDS = {
    FIRST_KEY: """\
# The first key of the SAMEN logbook.
#
# For the log manager. With this key anyone can check that no line was rewritten, and anyone could
# also rewrite every line. So it must not stay on this machine:
#
# 1. Copy this file to two data carriers of your own, or print it, and lock both away apart.
# 2. Look whether the copy can be read:   samen verify_log --first-key /path/to/the/copy
# 3. Remove this file from the machine:   shred -u logbook-first-key
#
# SAMEN does not need it to go on writing. Nobody can make it again.
""",
    SIGNING_KEY: """\
# The key with which this installation signs the daily head of its logbook.
#
# It stays here, readable for SAMEN only, and belongs in the backup. Whoever receives the heads
# notes the public half once:   samen verify_log --public-key
""",
}


class NoKeyInFile(ValueError):
    """The file is there and holds no key."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no key: the last line must be 64 hexadecimal digits.")


def read(path: Path) -> bytes:
    """The key in a file, below its words. Raises FileNotFoundError, NoKeyInFile."""
    try:
        lines = [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        key = bytes.fromhex(lines[-1])
    except (ValueError, IndexError) as error:
        raise NoKeyInFile(path) from error
    if len(key) != DIGEST:
        raise NoKeyInFile(path)
    return key


def made_once(folder: Path, name: str) -> bytes:
    """The key of this name; made when there is none, whole or not at all, for its owner only."""
    path = folder / name
    if path.exists():
        return read(path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=folder)  # readable for its owner only
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{_WORDS[name]}\n{secrets.token_hex(DIGEST)}\n")
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(draft, path)
    finally:
        Path(draft).unlink()
    return read(path)


def _put_in_place(draft: str, path: Path) -> None:
    """Give the file its name, unless somebody was first: then theirs counts."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name survives a power cut, not only the file
    finally:
        os.close(folder)
