"""Which part of the map a colleague keeps."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """Municipalities by slug, None for everywhere; and the organisations she is a contact of.

    Read aloud: a steward keeps the services of her municipality; what is offered to the whole
    country is kept by those without a municipality; a contact keeps her own organisation's.
    """

    municipalities: frozenset[str] | None = frozenset()
    organizations: frozenset[UUID] = frozenset()

    @property
    def is_everywhere(self) -> bool:
        return self.municipalities is None
