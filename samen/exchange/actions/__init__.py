"""What is done for those who read the map by machine."""

from samen.exchange.actions.documents import keep_documents

__all__ = ["keep_documents"]
