"""What other rooms may ask: which services help, and what somebody means by her own words."""

from samen.search.queries.answers import (
    Answer,
    Counts,
    Hit,
    as_of,
    counts,
    index_answers,
    is_a_language,
    search,
)
from samen.search.queries.meaning import Understanding, Understood, understand
from samen.search.queries.naming import Named
from samen.search.queries.words import numbers_with_words
from samen.search.rules.asking import Question, Reason

__all__ = [
    "Answer",
    "Counts",
    "Hit",
    "Named",
    "Question",
    "Reason",
    "Understanding",
    "Understood",
    "as_of",
    "counts",
    "index_answers",
    "is_a_language",
    "numbers_with_words",
    "search",
    "understand",
]
