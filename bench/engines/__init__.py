"""Whoever is asked, behind one interface: our index, the exact scan, and its peers."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.maps import Asked, Map

FIRST = 10


class Missing(Exception):
    """A peer is not on this machine; the words say how to get it."""


@dataclass(frozen=True, slots=True)
class Answer:
    numbers: tuple[int, ...] = ()  # of the first ten services
    total: int | None = None  # None where the engine does not count unless told to
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Engine(Protocol):
    """`ask` answers any question of a kind it has; `differs` names what it answers otherwise."""

    @property
    def name(self) -> str: ...
    @property
    def kinds(self) -> frozenset[str]: ...
    @property
    def differs(self) -> Mapping[str, str]: ...
    @property
    def size_mb(self) -> float: ...
    def ask(self, kind: str, asked: Asked) -> Answer: ...


Opened = AbstractContextManager[Engine]
Open = Callable[[Map, Any], Opened]
