"""When a service is open, how long it is believed, and how its words and numbers are compared."""

from samen.directory.rules.costs import in_order_of_costs, is_amount, is_currency
from samen.directory.rules.differences import Piece, word_difference
from samen.directory.rules.freshness import (
    HIDDEN_AFTER,
    OVERDUE_AFTER,
    State,
    months_before,
    next_review,
    oldest_state,
    review_months,
)
from samen.directory.rules.hours import (
    Exceptional,
    Hours,
    Opening,
    OpeningState,
    Stretch,
    by_day,
    is_usual,
    opening,
    opening_state,
)
from samen.directory.rules.phones import looks_like_a_phone, tel_uri
from samen.directory.rules.texts import text_hash, value_hash

__all__ = [
    "HIDDEN_AFTER",
    "OVERDUE_AFTER",
    "Exceptional",
    "Hours",
    "Opening",
    "OpeningState",
    "Piece",
    "State",
    "Stretch",
    "by_day",
    "in_order_of_costs",
    "is_amount",
    "is_currency",
    "is_usual",
    "looks_like_a_phone",
    "months_before",
    "next_review",
    "oldest_state",
    "opening",
    "opening_state",
    "review_months",
    "tel_uri",
    "text_hash",
    "value_hash",
    "word_difference",
]
