"""What other rooms, and the doors, may ask of what is exchanged."""

from samen.exchange.queries.documents import documents, made, made_by
from samen.exchange.queries.feed import BadCursor, Changes, changes_after

__all__ = ["BadCursor", "Changes", "changes_after", "documents", "made", "made_by"]
