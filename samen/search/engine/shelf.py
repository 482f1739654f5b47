"""The index as a folder of arrays: written whole or not at all, and checked before it is read.

A folder that is not there, not whole, damaged or of another version raises `Unreadable`; whoever
asked builds the index again.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import mkdtemp
from time import time_ns
from typing import Any

import numpy as np
from isal.isal_zlib import crc32

from samen.search.engine.columns import Columns, Index

FORMAT = 6  # add one whenever a column or its meaning changes

_MANIFEST = "manifest.json"
_MARKS = "marks.json"
_CHECKED = ".checked"
_BOOT = Path("/proc/sys/kernel/random/boot_id")  # another one after each start of the machine
_SETTLED = 1_000_000_000  # nanoseconds
_KEPT = 2  # folders of older revisions that another process may still be opening


class Unreadable(Exception):
    """What lies in the folder is no index that can be trusted."""


def save(index: Index, folder: Path) -> None:
    """Write the index beside the folder, then put it in its place in one move."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        _write(index, draft)
        if folder.exists():
            folder.rename(draft / ".replaced")
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    shutil.rmtree(folder / ".replaced", ignore_errors=True)
    _tidy(folder)


def _write(index: Index, draft: Path) -> None:
    for name in Columns.names():
        np.save(draft / f"{name}.npy", getattr(index.columns, name), allow_pickle=False)
    (draft / _MARKS).write_text(json.dumps(list(index.marks)), encoding="utf-8")
    manifest = {"format": FORMAT, "rows": len(index), "files": _sums(draft)}
    (draft / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    for path in draft.iterdir():
        _settle(path)


def _settle(path: Path) -> None:
    """Onto the disk, so that a power cut leaves no folder with half a file in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sums(folder: Path) -> dict[str, int]:
    files = sorted(path for path in folder.iterdir() if not path.name.startswith(_CHECKED))
    return {path.name: _sum(path) for path in files if path.name != _MANIFEST}


def _sum(path: Path) -> int:
    """Against a disk that failed, not against a forger: whoever can write here needs no forgery."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return 0
        with mmap(file.fileno(), 0, access=ACCESS_READ) as whole:
            return crc32(whole)


def _tidy(folder: Path) -> None:
    """Remove what nobody opens any more. A process that has a file open keeps it.

    One builds at a time: a draft beside ours is of somebody who was killed.
    """
    with suppress(OSError):
        others = [path for path in folder.parent.iterdir() if path.is_dir() and path != folder]
        others.sort(key=revision_of, reverse=True)
        older = [path for path in others if revision_of(path) >= 0]
        for path in [*older[_KEPT:], *(path for path in others if revision_of(path) < 0)]:
            shutil.rmtree(path, ignore_errors=True)


def revision_of(folder: Path) -> int:
    """The number a folder begins with; it goes by this, because a clock may be put back."""
    number = folder.name.partition("-")[0]
    return int(number) if number.isdecimal() else -1


def discard(folder: Path) -> None:
    """Take away what cannot be read."""
    shutil.rmtree(folder, ignore_errors=True)


def read(folder: Path) -> Index:
    """The index in the folder, its arrays left on the disk. Raises Unreadable."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        _check(manifest, folder)
        arrays = {name: _array(folder / f"{name}.npy") for name in Columns.names()}
        marks = json.loads((folder / _MARKS).read_text(encoding="utf-8"))
        return Index(Columns(**arrays), marks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise Unreadable from broken


def is_cut_short(index: Index) -> bool:
    """Whether a file it lies in has become shorter since it was opened.

    Who reads what is missing of it is ended by the system (SIGBUS), with all she was at.
    """
    held = (_map_of(getattr(index.columns, name)) for name in Columns.names())
    return any(each.size() < len(each) for each in held if each is not None)


def _map_of(array: Any) -> mmap | None:
    """The file behind an array, also when its folder has been replaced meanwhile."""
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap) else None


def _check(manifest: dict[str, Any], folder: Path) -> None:
    if manifest["format"] != FORMAT:
        raise Unreadable
    looks = _looks(folder)
    if looks == _checked(folder):
        return
    if manifest["files"] != _sums(folder):
        raise Unreadable
    _mark(folder, looks)


# --- read once ------------------------------------------------------------------------------
#
# Who has read every byte leaves a mark: how the files looked then, and since when the machine has
# been running. Nobody can write to a file, nor put another in its place, without that it looks
# otherwise: the time of its last change is set by the system. What a disk has lost meanwhile is
# looked for again when the machine has been started anew.


def _looks(folder: Path) -> list[Any]:
    """Of each file what changes with it, after the start of the machine."""
    files = (p for p in folder.iterdir() if not p.name.startswith(_CHECKED))
    stats = [(path.name, path.stat()) for path in sorted(files)]
    return [
        _BOOT.read_text(encoding="utf-8") if _BOOT.exists() else "",
        *([name, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns] for name, s in stats),
    ]


def _checked(folder: Path) -> list[Any]:
    try:
        found: list[Any] = json.loads((folder / _CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found


def _mark(folder: Path, looks: list[Any]) -> None:
    """Not of a file that was changed just now: changed once more, it might look the same."""
    start, *files = looks
    if not start or max(changed for *_, changed in files) > time_ns() - _SETTLED:
        return
    with suppress(OSError):
        draft = folder / f"{_CHECKED}-{os.getpid()}"
        draft.write_text(json.dumps(looks), encoding="utf-8")
        draft.replace(folder / _CHECKED)


def _array(path: Path) -> Any:
    try:
        # A plain view of the map: slices of it cost half as much.
        return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    except ValueError:
        # Nothing cannot be mapped into memory. What is damaged is refused here too.
        return np.load(path, allow_pickle=False)


@contextmanager
def only_builder(root: Path) -> Iterator[bool]:
    """Whether this process may build; True for one at a time. Where nothing can be written, True.

    The lock goes with the process: one that dies leaves nothing behind.
    """
    with _locked(root, _taken) as mine:
        yield mine


@contextmanager
def _locked(root: Path, take: Callable[[int], bool]) -> Iterator[bool]:
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield True
        return
    try:
        yield take(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def builder(root: Path) -> Iterator[None]:
    """The same, for who waits until it is its turn."""
    with _locked(root, _waited) as _mine:
        yield


def _taken(descriptor: int) -> bool:
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _waited(descriptor: int) -> bool:
    flock(descriptor, LOCK_EX)
    return True
