"""When the words of a translation are old. Plain Python only."""

from collections.abc import Sequence
from hashlib import sha256


def words_hash(label: str, phrases: Sequence[str]) -> str:
    """The same for the same label and phrases in the same order; extra spaces do not count."""
    lines = (" ".join(words.split()) for words in (label, *phrases))
    return sha256("\n".join(lines).encode()).hexdigest()
