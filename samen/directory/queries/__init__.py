"""What other rooms may ask of the map. A handful of queries, whatever the number of services."""

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
    Exceptional,
    Hours,
    Opening,
    OpeningState,
    Piece,
    Stretch,
    by_day,
    looks_like_a_phone,
    opening,
    tel_uri,
    text_hash,
)

__all__ = [
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
    "Stretch",
    "Version",
    "Words",
    "by_day",
    "differences",
    "facts_of_version",
    "history_of",
    "ids_of",
    "index_rows",
    "listing_by_number",
    "listings",
    "listings_by_number",
    "looks_like_a_phone",
    "opening",
    "revision",
    "services_changed",
    "tel_uri",
    "text_hash",
]
