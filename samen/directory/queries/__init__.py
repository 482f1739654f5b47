"""What other rooms may ask of the map. A handful of queries, whatever the number of services."""

from samen.directory.queries.index import IndexRow, index_rows
from samen.directory.queries.listings import listing_by_number, listings, listings_by_number
from samen.directory.queries.revisions import ids_of, revision, services_changed
from samen.directory.queries.shown import AddressShown, AreaShown, Listing, PhoneShown, Words
from samen.directory.rules import (
    Exceptional,
    Hours,
    Opening,
    OpeningState,
    Stretch,
    by_day,
    opening,
    tel_uri,
)

__all__ = [
    "AddressShown",
    "AreaShown",
    "Exceptional",
    "Hours",
    "IndexRow",
    "Listing",
    "Opening",
    "OpeningState",
    "PhoneShown",
    "Stretch",
    "Words",
    "by_day",
    "ids_of",
    "index_rows",
    "listing_by_number",
    "listings",
    "listings_by_number",
    "opening",
    "revision",
    "services_changed",
    "tel_uri",
]
