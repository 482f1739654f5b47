"""What a visitor page shows, put together from the map, the taxonomy and the search."""

from samen.finder.queries.cards import Drawn, draw, drawn_cards, made_by, written
from samen.finder.queries.pages import (
    Card,
    InList,
    NotHere,
    Results,
    World,
    asked_in_words,
    next_change,
    number_now,
    results,
    service,
    situations,
    town_of,
    understood,
    world,
)

__all__ = [
    "Card",
    "Drawn",
    "InList",
    "NotHere",
    "Results",
    "World",
    "asked_in_words",
    "draw",
    "drawn_cards",
    "made_by",
    "next_change",
    "number_now",
    "results",
    "service",
    "situations",
    "town_of",
    "understood",
    "world",
    "written",
]
