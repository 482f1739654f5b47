"""What other rooms, and the doors, may ask of what is exchanged."""

from samen.exchange.queries.documents import documents, made, made_by

__all__ = ["documents", "made", "made_by"]
