"""What somebody means by her own words, in any language and script."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Understood:
    key: str  # need key
    score: float
    matched: str  # the words of the taxonomy that come nearest, never what was typed


@dataclass(frozen=True, slots=True)
class Named:
    """A service whose name is in the words."""

    service: UUID
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    needs: tuple[Understood, ...] = ()  # the likeliest first
    places: tuple[str, ...] = ()  # slugs of towns
    services: tuple[Named, ...] = ()
    words_known: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(need.key for need in self.needs)

    @property
    def by_name(self) -> tuple[int, ...]:
        """Numbers of the services when the words are a name and nothing else."""
        return ()


def understand(text: str, *, language: str) -> Understanding:  # noqa: ARG001  (to come)
    return Understanding()
