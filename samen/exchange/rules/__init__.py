"""The map as HSDS, and back. Plain Python only."""

from samen.exchange.rules.documents import Term, document, encoded, organization

__all__ = ["Term", "document", "encoded", "organization"]
