"""Which services are named in somebody's words.

To read the names of a large map takes a second or more. So a process does it once; when something
is changed, only the names of what was changed since are read again, whatever index they are in.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from uuid import UUID
from weakref import ReferenceType, ref

from samen.directory import queries as directory
from samen.foundation.languages import PUBLISHED
from samen.search.engine.columns import Index
from samen.search.engine.names import Name, Names
from samen.search.queries.index import Held
from samen.search.rules import letters

_LEAST = 0.35  # share of a name in a text, and of a text in a name
_MOST = 6
_LONGEST_TITLE = 12  # words; a longer text is no name
_FEW = 100  # when more than one in so many was changed, all are read anew


@dataclass(frozen=True, slots=True)
class Named:
    """A service whose name is in the words."""

    number: int
    score: float


def services_named(held: Held, words: Sequence[str]) -> tuple[Named, ...]:
    """The surest first, a handful at most."""
    if len(words) > _LONGEST_TITLE:
        return ()
    named = sorted(_known.of(held).find(words), key=lambda each: (-each.score, each.number))
    return tuple(named[:_MOST])


class _Read:
    """The names of services as they were when they were read. Where that was is not kept."""

    def __init__(
        self, services: Iterable[tuple[Index, int]], *, beside: "_Read | None" = None
    ) -> None:
        self._number, self._ids = array("q"), bytearray()
        many = None if beside is None else beside._names  # noqa: SLF001 of the same kind
        self._names: Names = Names(self._names_of(services), beside=many)

    def __len__(self) -> int:
        return len(self._number)

    def _names_of(self, services: Iterable[tuple[Index, int]]) -> Iterator[Name]:
        for owner, (index, row) in enumerate(services):
            self._number.append(index.columns.number[row])
            self._ids += index.columns.uuid[row].tobytes()
            for language, _field, body in index.names(row):
                words = tuple(letters.words(body))
                # A name of one word is written by ear in any language.
                for each in PUBLISHED if len(words) == 1 else (language or PUBLISHED[0],):
                    yield Name(owner, each, words)

    def find(self, words: Sequence[str], *, but: frozenset[UUID] = frozenset()) -> Iterator[Named]:
        for name in self._names.find(words, least=_LEAST):
            if self._id(name.owner) not in but:
                yield Named(self._number[name.owner], name.score)

    def _id(self, owner: int) -> UUID:
        return UUID(bytes=bytes(self._ids[16 * owner : 16 * (owner + 1)]))


@dataclass(frozen=True, slots=True)
class _AsOf:
    """The names of the map at a revision."""

    held: "ReferenceType[Held]"  # by which they were read last, while somebody has it
    revision: int
    mark: bytes | None
    all: _Read
    changed: frozenset[UUID]  # since all were read
    again: _Read

    def find(self, words: Sequence[str]) -> Iterator[Named]:
        yield from self.all.find(words, but=self.changed)
        yield from self.again.find(words)


class _Known:
    """The names that this process knows."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: _AsOf | None = None

    def cache_clear(self) -> None:
        self._names = None

    def of(self, held: Held) -> _AsOf:
        names = self._names
        if names is None or names.held() is not held:
            with self._lock:
                self._names = names = _caught_up(self._names, held) or _read_anew(held)
        return names


_known = _Known()


def _read_anew(held: Held) -> _AsOf:
    every = _Read((part.index, row) for part in held.parts for row in part.rows())
    mark = directory.mark(held.revision)
    return _AsOf(ref(held), held.revision, mark, every, frozenset(), _Read(()))


def _caught_up(names: _AsOf | None, held: Held) -> _AsOf | None:
    """The same, with what was changed since; None when that is too much, or of another map.

    Needs and places may have changed as well: no name hangs on them. Who has a map of a moment ago
    is told of the names that are there now.
    """
    if names is None or directory.mark(names.revision) != names.mark:
        return None
    if names.revision >= held.revision:
        return replace(names, held=ref(held))
    most = len(names.all) // _FEW
    pending = directory.changes_since(names.revision, most=most)
    changed = names.changed | pending.services
    if pending.until < held.revision or len(changed) > most:
        return None
    return replace(
        names,
        held=ref(held),
        revision=held.revision,
        mark=directory.mark(held.revision),
        changed=changed,
        again=_Read(_rows(held, changed), beside=names.all),
    )


def _rows(held: Held, services: frozenset[UUID]) -> Iterator[tuple[Index, int]]:
    """Those of the services that are in the map as it is held."""
    for part in held.parts:
        for row in part.index.rows_of(services).tolist():
            if part.gone is None or not part.gone[row]:
                yield part.index, row
