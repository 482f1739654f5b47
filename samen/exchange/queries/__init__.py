"""What other rooms, and the doors, may ask of what is exchanged."""

from samen.exchange.queries.documents import documents, kept, made, made_by, to_keep
from samen.exchange.queries.feed import BadCursor, Changes, changes_after
from samen.exchange.queries.gone import Gone, gone
from samen.exchange.queries.lists import Shape, everything, fingerprint, one, stretch, total
from samen.exchange.queries.provenance import provenance_of
from samen.exchange.queries.taxonomies import terms

__all__ = [
    "BadCursor",
    "Changes",
    "Gone",
    "Shape",
    "changes_after",
    "documents",
    "everything",
    "fingerprint",
    "gone",
    "kept",
    "made",
    "made_by",
    "one",
    "provenance_of",
    "stretch",
    "terms",
    "to_keep",
    "total",
]
