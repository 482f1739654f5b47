"""What other rooms may ask of the map. A handful of queries, whatever the number of services."""

from samen.directory.queries.heirs import heirs, numbers_now
from samen.directory.queries.history import (
    FactDifference,
    Version,
    differences,
    facts_of_version,
    history_of,
)
from samen.directory.queries.index import IndexRow, index_rows
from samen.directory.queries.listings import listing_by_number, listings, listings_by_number
from samen.directory.queries.revisions import ids_of, revision, services_changed
from samen.directory.queries.shown import AddressShown, AreaShown, Listing, PhoneShown, Words
from samen.directory.rules import (
    HIDDEN_AFTER,
    OVERDUE_AFTER,
    Exceptional,
    Hours,
    Opening,
    OpeningState,
    Piece,
    State,
    Stretch,
    by_day,
    looks_like_a_phone,
    next_review,
    oldest_state,
    opening,
    review_months,
    tel_uri,
    text_hash,
)

__all__ = [
    "HIDDEN_AFTER",
    "OVERDUE_AFTER",
    "AddressShown",
    "AreaShown",
    "Exceptional",
    "FactDifference",
    "Hours",
    "IndexRow",
    "Listing",
    "Opening",
    "OpeningState",
    "PhoneShown",
    "Piece",
    "State",
    "Stretch",
    "Version",
    "Words",
    "by_day",
    "differences",
    "facts_of_version",
    "heirs",
    "history_of",
    "ids_of",
    "index_rows",
    "listing_by_number",
    "listings",
    "listings_by_number",
    "looks_like_a_phone",
    "next_review",
    "numbers_now",
    "oldest_state",
    "opening",
    "review_months",
    "revision",
    "services_changed",
    "tel_uri",
    "text_hash",
]
