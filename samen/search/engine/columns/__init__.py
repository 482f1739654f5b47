"""The services as columns of numbers: built from the map, or of an older index and what changed."""

from samen.search.engine.columns.building import build, fold
from samen.search.engine.columns.index import (
    AREA,
    COSTS,
    DAY_AND_NIGHT,
    EMERGENCY,
    HOURS_UNKNOWN,
    IN_BITS,
    KNOWN,
    NEED,
    NOBODY_SAID,
    ROUTE,
    SOMETIMES,
    URGENT_ALWAYS,
    VERIFIED,
    WORD,
    WORD_BITS,
    Array,
    Columns,
    Index,
    Row,
)
from samen.search.engine.columns.lines import Lines
from samen.search.engine.columns.lists import Bounds, Rows

__all__ = [
    "AREA",
    "COSTS",
    "DAY_AND_NIGHT",
    "EMERGENCY",
    "HOURS_UNKNOWN",
    "IN_BITS",
    "KNOWN",
    "NEED",
    "NOBODY_SAID",
    "ROUTE",
    "SOMETIMES",
    "URGENT_ALWAYS",
    "VERIFIED",
    "WORD",
    "WORD_BITS",
    "Array",
    "Bounds",
    "Columns",
    "Index",
    "Lines",
    "Row",
    "Rows",
    "build",
    "fold",
]
