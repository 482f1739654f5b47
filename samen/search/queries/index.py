"""The index this process answers from: opened once, looked at anew when the map has changed.

What was changed since the index was built is in a few small ones beside it. The worker folds them
into the large one; where no worker runs, whoever comes first does, unless the map is large.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from samen.directory import queries as directory
from samen.directory.queries import Opening
from samen.places import queries as places
from samen.search.engine import columns, scan, shelf, strips
from samen.search.engine.columns import AREA, Index, Rows
from samen.search.engine.scan import Areas
from samen.search.engine.wording import Asked
from samen.search.queries.hours import Openings, write_hours

log = logging.getLogger("samen.search")

# How long an older index may answer while another process builds the new one.
_PATIENCE = 1.0  # seconds
# So many small indexes stand beside the large one; a question asks each of them.
MOST_SMALL = 8
# More services than this that were changed since, and who asks folds them in, if that is quick.
MOST_PENDING = 100
LARGE = 20_000  # services: a larger index is folded and built by the worker
# More than this are read faster as a whole; not where the whole is large.
TOO_MANY = 5_000
AT_ONCE = 5_000  # lines of the journal, or services, that are in memory at a time
_GLANCE = 0.05  # seconds between two looks at the folder
_SOUND = 1.0  # seconds between two looks at the files that are held
# What the worker folds in: so many, or what has waited so long.
FOLDED_FROM = 20
_LONG = timedelta(hours=1)


@dataclass(slots=True, eq=False)
class Base:
    """An index as it was built."""

    revision: int
    folder: Path | None  # where it belongs, whether or not it could be written
    index: Index
    openings: Openings = field(init=False)
    _areas: tuple[int, Areas] | None = None  # as of a revision of the places

    def __post_init__(self) -> None:
        self.openings = Openings(self.index)

    def areas(self, revision: int) -> Areas:
        ground = directory.ground(revision)
        if self._areas is None or self._areas[0] != ground:
            self._areas = ground, _areas(ground, self.index)
        return self._areas[1]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An index, and which of its services are not what it says any more."""

    index: Index
    areas: Areas
    openings: Openings
    gone: NDArray[np.bool_] | None = None

    @property
    def asked(self) -> Asked:
        return strips.asked(self.index, self.gone)

    def rows(self) -> list[int]:
        """Those that hold."""
        gone = self.gone
        return list(range(len(self.index))) if gone is None else np.flatnonzero(~gone).tolist()

    def having(self, mark: str) -> Rows:
        return self._without_gone(self.index.having(mark))

    def having_word(self, word: str) -> Rows:
        return self._without_gone(self.index.having_word(word))

    def _without_gone(self, rows: Rows) -> Rows:
        return rows if self.gone is None else rows[~self.gone[rows]]

    def opening(self, place: int, at: datetime) -> Opening:
        """What can be said of the hours at `place` in the index."""
        return self.openings.opening(place, at)

    def states(self, at: datetime) -> scan.States:
        return self.openings.states(at)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Held:
    """The map at a revision: an index, and small ones of what was changed since it was built."""

    revision: int
    parts: tuple[Part, ...]
    # Where the index will lie that says all of this revision: needs or places have changed, and
    # nobody can tell which services that means. Until then the changed ones are as they are now.
    awaited: Path | None = None

    @property
    def whole(self) -> bool:
        return self.awaited is None

    @property
    def is_large(self) -> bool:
        return _is_large(self.parts[0].index)

    def __len__(self) -> int:
        return len(self.everything())

    @property
    def ground(self) -> int:
        """The revision of the needs and the places."""
        return directory.ground(self.revision)

    def everything(self) -> list[tuple[Index, int]]:
        """Every service as the row of an index, by number."""
        rows = [(part.index, row) for part in self.parts for row in part.rows()]
        return sorted(rows, key=lambda each: int(each[0].columns.number[each[1]]))


@dataclass(slots=True, eq=False)
class Delta:
    """What was changed since a base was built, in a few small indexes, the youngest last.

    A service that is changed again is read again, and is gone from the older ones.
    """

    base: Base
    changed: frozenset[UUID] = frozenset()
    whole: bool = True  # whether all that was changed is known
    _revision: int = field(init=False)
    _smalls: list[Base] = field(default_factory=list)
    _later: list[set[UUID]] = field(default_factory=list)  # of each what was changed after it

    def __post_init__(self) -> None:
        self._revision = self.base.revision

    def catch_up(self, revision: int) -> bool:
        """Read what was changed up to a revision; False when a new index is made faster.

        Of a large map never: it takes as long as there are changes, and those are read in pieces.
        """
        changed: set[UUID] = set()
        since, whole = self._revision, self.whole
        while since < revision:
            pending = directory.changes_since(since, most=AT_ONCE)
            if pending.until == since:
                break
            changed |= pending.services
            since, whole = pending.until, whole and pending.whole
            if len(self.changed | changed) > TOO_MANY and not _is_large(self.base.index):
                return False
        ids = sorted(changed)
        for start in range(0, len(ids), AT_ONCE):
            self._take(ids[start : start + AT_ONCE], revision)
        self.changed |= changed
        self.whole, self._revision = whole, max(since, revision)
        return True

    def _take(self, services: Collection[UUID], revision: int) -> None:
        for later in self._later:
            later.update(services)
        fresh = columns.build(directory.index_rows(services), write=write_hours)
        self._smalls.append(Base(revision, None, fresh))
        self._later.append(set())
        if len(self._smalls) > MOST_SMALL:
            self._put_together(revision)

    def _put_together(self, revision: int) -> None:
        """The youngest become one. A longer one is left alone: it is not copied for each change."""
        sizes = [len(small.index) for small in self._smalls]
        older = range(len(sizes) - 1)
        first = next((n for n in older if sizes[n] <= sum(sizes[n + 1 :])), older[-1])
        together = columns.fold((one.index, gone) for one, gone in list(self._young())[first:])
        self._smalls[first:] = [Base(revision, None, together)]
        self._later[first:] = [set()]

    def _young(self) -> Iterator[tuple[Base, NDArray[np.bool_]]]:
        pairs = zip(self._smalls, self._later, strict=True)
        return ((small, _of(small.index, later)) for small, later in pairs)

    def parts(self) -> list[tuple[Base, NDArray[np.bool_]]]:
        """The indexes, and which of their rows are not what they say any more."""
        return [(self.base, _of(self.base.index, self.changed)), *self._young()]

    def folded(self) -> Index:
        return columns.fold((one.index, gone) for one, gone in self.parts())


def _is_large(index: Index) -> bool:
    return len(index) > LARGE


def _of(index: Index, services: Collection[UUID]) -> NDArray[np.bool_]:
    """Of each row whether it is one of these services."""
    found = np.zeros(len(index), np.bool_)
    found[index.rows_of(services)] = True
    return found


class Keeper:
    """Holds the index of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: Held | None = None
        self._delta: Delta | None = None
        self._noticed: tuple[int, float] = (-1, 0.0)
        self._sound_at = float("-inf")

    def cache_clear(self) -> None:
        self._held = self._delta = None

    def current(self) -> Held:
        """The map as of now, or for a moment as it was while another process builds."""
        revision = directory.revision()
        if monotonic() - self._sound_at >= _SOUND:
            self._let_go_of_what_was_cut_short()
        held = self._held
        if held is not None and held.revision == revision and held.whole:
            return held
        with self._lock:
            return self._renewed(revision)

    def rebuild(self) -> Held:
        """Build anew from the tables and put it on the disk, whatever is there."""
        with shelf.builder(root()):
            revision = directory.revision()
            folder, index = folder_of(revision), _from_tables()
            _put(index, folder)
        return self._hold(Base(revision, folder, index))

    def fold(self, *, at: datetime) -> int:
        """Put on the disk what waits long enough, and say how many services that were."""
        revision = directory.revision()
        folder = folder_of(revision)
        if folder is None or folder.exists():
            return 0
        self._let_go_of_what_was_cut_short()
        with self._lock, shelf.only_builder(root()) as mine:
            if not mine:
                return 0
            delta = self._caught_up(revision)
            if delta is not None and delta.whole and not _is_due(delta, at):
                return 0
            index = self._index_at(folder, delta)
            self._hold(Base(revision, folder, index))
            return len(index) if delta is None or not delta.whole else len(delta.changed)

    def _let_go_of_what_was_cut_short(self) -> None:
        """A file of the index was made shorter in its place, by a disk that fails or by a hand.

        Whoever opens the folder next sees what is wrong with it, and builds it again.
        """
        self._sound_at = monotonic()
        opened = [] if self._held is None else [self._held.parts[0].index]
        if self._delta is not None:
            opened.append(self._delta.base.index)
        if any(map(shelf.is_cut_short, opened)):
            self.cache_clear()

    def _renewed(self, revision: int) -> Held:
        if self._noticed[0] != revision:
            self._noticed = (revision, monotonic())
        held = self._held
        # Another thread may have been faster.
        if held is not None and held.revision == revision and _suffices(held):
            return held
        folder = folder_of(revision)
        index = _from_disk(folder)
        delta = None if index is not None else self._caught_up(revision)
        if delta is not None and _goes_on(delta):
            return self._patched(revision, delta, folder)
        if index is None:
            index = self._built(folder, delta)
        if index is None and delta is not None and (delta.whole or not self._is_overdue()):
            return self._patched(revision, delta, folder)
        while index is None:
            if held is not None and not self._is_overdue():
                return held
            index = _from_tables() if self._is_overdue() else self._looked_again(folder, delta)
        return self._hold(Base(revision, folder, index))

    def _hold(self, base: Base) -> Held:
        self._delta = Delta(base)
        part = Part(base.index, base.areas(base.revision), base.openings)
        self._held = Held(base.revision, (part,))
        return self._held

    def _patched(self, revision: int, delta: Delta, folder: Path | None) -> Held:
        parts = (
            Part(one.index, one.areas(revision), one.openings, gone) for one, gone in delta.parts()
        )
        self._held = Held(revision, tuple(parts), None if delta.whole else folder)
        return self._held

    def _caught_up(self, revision: int) -> Delta | None:
        """The youngest index there is with all that was changed since; None without either."""
        delta = self._delta
        known = delta.base if delta is not None and _is_ours(delta.base) else None
        if known is None or known.revision > revision:
            known, delta = None, None
        newer = _newest(revision, since=-1 if known is None else known.revision)
        if newer is not None:
            delta = Delta(newer)
        if delta is None or not delta.catch_up(revision):
            self._delta = None
            return None
        self._delta = delta
        return delta

    def _is_overdue(self) -> bool:
        return monotonic() - self._noticed[1] >= _PATIENCE

    def _looked_again(self, folder: Path | None, delta: Delta | None) -> Index | None:
        sleep(_GLANCE)
        index = _from_disk(folder)
        return self._built(folder, delta) if index is None else index

    def _built(self, folder: Path | None, delta: Delta | None) -> Index | None:
        """A new index, unless another process is at it."""
        with shelf.only_builder(root()) as mine:
            return self._index_at(folder, delta) if mine else None

    def _index_at(self, folder: Path | None, delta: Delta | None) -> Index:
        # The one who held the lock before may have built just this.
        index = _from_disk(folder)
        if index is None:
            known = delta is not None and delta.whole
            index = delta.folded() if delta is not None and known else _from_tables()
            _put(index, folder)
        return index


keeper = Keeper()


def root() -> Path:
    return Path(settings.DATA) / "index"


def folder_of(revision: int) -> Path | None:
    """Where the index of a revision lies; nowhere before the first change of the map.

    The number alone would do for one database. The mark of the change keeps an index from being
    taken for that of another database with as many changes, such as a backup that was restored.
    """
    mark = directory.mark(revision)
    return None if mark is None else root() / f"{revision}-{mark.hex()}"


def _suffices(held: Held) -> bool:
    """Whether it says all there is to say of its revision, or another will say it later."""
    return held.awaited is None or (held.is_large and not held.awaited.exists())


def _goes_on(delta: Delta) -> bool:
    """Whether the older index answers, with the small ones beside it.

    A large one always: to build another would take too long. The worker is at it.
    """
    return _is_large(delta.base.index) or (delta.whole and len(delta.changed) <= MOST_PENDING)


def _is_ours(base: Base) -> bool:
    return base.folder is not None and base.folder == folder_of(base.revision)


def _is_due(delta: Delta, at: datetime) -> bool:
    """A clock that was put back makes nothing due; the number of changes does."""
    if len(delta.changed) >= FOLDED_FROM:
        return True
    oldest = directory.oldest_change_since(delta.base.revision)
    return oldest is not None and at - oldest >= _LONG


def _from_disk(folder: Path | None) -> Index | None:
    if folder is None or not folder.exists():
        return None
    try:
        return shelf.read(folder)
    except shelf.Unreadable:
        log.warning("index was unreadable, built again")
        # Once is enough, also for the other processes, and where the new one cannot be written.
        shelf.discard(folder)
        return None


def _from_tables() -> Index:
    return columns.build(directory.index_rows(), write=write_hours)


def _put(index: Index, folder: Path | None) -> None:
    if folder is None:
        return
    try:
        shelf.save(index, folder)
    except OSError:
        log.warning("index cannot be written, answering from memory")


def _newest(revision: int, *, since: int) -> Base | None:
    """The youngest index on the disk that was of our map, after one revision and up to another."""
    with suppress(OSError):
        folders = [p for p in root().iterdir() if since < shelf.revision_of(p) <= revision]
        for folder in sorted(folders, key=shelf.revision_of, reverse=True):
            built = shelf.revision_of(folder)
            if folder_of(built) != folder:
                continue
            index = _from_disk(folder)
            if index is not None:
                return Base(built, folder, index)
    return None


def _areas(ground: int, index: Index) -> Areas:
    gazetteer = places.gazetteer(ground)
    towns = {slug: gazetteer.by_slug(slug) for slug in index.marked(AREA)}
    return Areas(
        index, {slug: (town.latitude, town.longitude) for slug, town in towns.items() if town}
    )
