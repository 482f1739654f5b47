"""What is done for those who read the map by machine."""

from samen.exchange.actions.documents import keep_documents
from samen.exchange.actions.downloads import keep_downloads

__all__ = ["keep_documents", "keep_downloads"]
