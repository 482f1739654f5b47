"""From whom an entry was taken over, for whoever reads it."""

from dataclasses import dataclass
from uuid import UUID

from samen.directory.models import Origin


@dataclass(frozen=True, slots=True)
class OriginShown:
    source: str  # whose list it stands in
    licence: str


def origin_shown(service: UUID) -> OriginShown | None:
    """None for an entry of our own."""
    found = Origin.objects.filter(service=service).values_list("source_name", "licence").first()
    return OriginShown(*found) if found else None
