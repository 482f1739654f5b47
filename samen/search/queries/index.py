"""The index this process answers from: opened once, looked at anew when the map has changed."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from django.conf import settings

from samen.directory import queries as directory
from samen.directory.models import Change
from samen.directory.queries import Exceptional, Hours, Opening, OpeningState, Stretch
from samen.places import queries as places
from samen.search.engine import columns, scan, shelf
from samen.search.engine.columns import Index

log = logging.getLogger("samen.search")

# How long an older index may answer while another process builds the new one.
_PATIENCE = 2.0  # seconds
_GLANCE = 0.05  # seconds between two looks at the folder

_STATES = {
    OpeningState.OPEN: scan.OPEN,
    OpeningState.CLOSED: scan.CLOSED,
    OpeningState.UNKNOWN: scan.UNKNOWN,
}


@dataclass(slots=True)
class Held:
    """An index, the revision of the map it shows, and what follows from the two."""

    revision: int
    index: Index
    centres: Mapping[str, tuple[float, float]]  # of municipalities
    _minute: datetime | None = None
    _openings: dict[int, Opening] = field(default_factory=dict)

    def opening(self, place: int, at: datetime) -> Opening:
        """What can be said of the hours at `place` in the index. Hours change by the minute."""
        minute = at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._openings = minute, {}
        known = self._openings.get(place)
        if known is None:
            known = directory.opening(read_hours(self.index.hours[place]), minute)
            self._openings[place] = known
        return known

    def state(self, place: int, at: datetime) -> int:
        opening = self.opening(place, at)
        if opening.urgent and opening.state is not OpeningState.OPEN:
            return scan.URGENT_ONLY
        # Hours that nobody confirmed are no knowledge: they keep nobody away from the list.
        closed = opening.state is OpeningState.CLOSED
        if closed and not read_hours(self.index.hours[place]).confirmed:
            return scan.UNKNOWN
        return _STATES[opening.state]


class Keeper:
    """Holds the index of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: Held | None = None
        self._noticed: tuple[int, float] = (-1, 0.0)

    def cache_clear(self) -> None:
        self._held = None

    def current(self) -> Held:
        """The index as of now, or for a moment the one before while another process builds."""
        revision = directory.revision()
        held = self._held
        if held is not None and held.revision == revision:
            return held
        with self._lock:
            return self._renewed(revision)

    def rebuild(self) -> Held:
        """Build anew from the tables and put it on the disk, whatever is there."""
        revision = directory.revision()
        index = _from_tables()
        _put(index, folder_of(revision))
        return self._hold(revision, index)

    def _renewed(self, revision: int) -> Held:
        held = self._held
        if held is not None and held.revision == revision:  # another thread was faster
            return held
        if self._noticed[0] != revision:
            self._noticed = (revision, monotonic())
        folder = folder_of(revision)
        index = _from_disk(folder) or self._built(folder)
        while index is None:
            if held is not None and not self._is_overdue():
                return held
            index = _from_tables() if self._is_overdue() else self._looked_again(folder)
        return self._hold(revision, index)

    def _hold(self, revision: int, index: Index) -> Held:
        self._held = Held(revision, index, _centres(revision, index))
        return self._held

    def _is_overdue(self) -> bool:
        return monotonic() - self._noticed[1] >= _PATIENCE

    def _looked_again(self, folder: Path | None) -> Index | None:
        sleep(_GLANCE)
        return _from_disk(folder) or self._built(folder)

    def _built(self, folder: Path | None) -> Index | None:
        """A new index, unless another process is at it."""
        with shelf.only_builder(root()) as mine:
            if not mine:
                return None
            # The one who held the lock before may have built just this.
            index = _from_disk(folder)
            if index is None:
                index = _from_tables()
                _put(index, folder)
            return index


keeper = Keeper()


def root() -> Path:
    return Path(settings.DATA) / "index"


def folder_of(revision: int) -> Path | None:
    """Where the index of a revision lies; nowhere before the first change of the map.

    The number alone would do for one database. The fingerprint of the change keeps an index
    from being taken for that of another database with as many changes, such as a backup that
    was restored.
    """
    change = Change.objects.filter(pk=revision).values_list("at", "kind", "record", "verb").first()
    if change is None:
        return None
    stamp = blake2b(repr(change).encode(), digest_size=6).hexdigest()
    return root() / f"{revision}-{stamp}"


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


def _centres(revision: int, index: Index) -> dict[str, tuple[float, float]]:
    gazetteer = places.gazetteer(revision)
    slugs = (mark.removeprefix("area:") for mark in index.marked("area"))
    towns = {slug: gazetteer.by_slug(slug) for slug in slugs}
    return {slug: (town.latitude, town.longitude) for slug, town in towns.items() if town}


# --- opening hours, written down -------------------------------------------------------------


def write_hours(hours: Hours) -> str:
    return json.dumps(
        [
            hours.state,
            [[s.weekday, s.opens.isoformat(), s.closes.isoformat()] for s in hours.week],
            [[e.date.isoformat(), _clock(e.opens), _clock(e.closes)] for e in hours.exceptions],
            hours.closed_on_holidays,
            hours.closed_from.isoformat() if hours.closed_from else None,
            hours.closed_until.isoformat() if hours.closed_until else None,
            hours.urgent_always,
            hours.confirmed,
        ]
    )


def read_hours(written: str) -> Hours:
    state, week, exceptions, holidays, start, end, urgent, confirmed = json.loads(written)
    return Hours(
        state=state,
        week=tuple(
            Stretch(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in week
        ),
        exceptions=tuple(
            Exceptional(date.fromisoformat(day), _time(opens), _time(closes))
            for day, opens, closes in exceptions
        ),
        closed_on_holidays=holidays,
        closed_from=date.fromisoformat(start) if start else None,
        closed_until=date.fromisoformat(end) if end else None,
        urgent_always=urgent,
        confirmed=confirmed,
    )


def _clock(moment: time | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None
