"""What the worker does for the search."""

from datetime import datetime

from samen.search.queries.index import keeper


def fold_index(*, at: datetime) -> int:
    """Fold what was changed into the index, so that no process carries a long list of changes.

    How many services that were; of an index that had to be built anew, all of them. Killed
    anywhere, it leaves the older index, and the next one does it.
    """
    return keeper.fold(at=at)
