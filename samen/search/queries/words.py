"""Services by what their names and texts say, for those who read the map by machine."""

from collections.abc import Iterator

from samen.search.engine import wording
from samen.search.queries.index import keeper


def numbers_with_words(text: str) -> list[int]:
    """The numbers of the published services that have every word of it, in their order.

    None for a text without words. As for visitors a word may be begun, or have a letter wrong when
    nobody has it as it is written; unlike theirs nothing is judged and nothing else is added.
    """
    return sorted(_numbers(text))


def _numbers(text: str) -> Iterator[int]:
    parts = keeper.current().parts
    for part, sought in zip(
        parts, wording.seek([text], [part.asked for part in parts]), strict=True
    ):
        if not sought:
            continue
        met = wording.with_every(sought, part.index)
        rows = met if part.gone is None else met[~part.gone[met]]
        yield from part.index.columns.number[rows].tolist()
