"""The order of answers, as weights with names. A table of them stands in docs/search.md.

A score is a plain sum, so that every place in the list can be explained. The order is: highest
score first, then the lowest number. Nothing that is paid for or clicked on counts.
"""

from datetime import date, timedelta
from typing import Any

EMERGENCY_FIRST = 100.0  # for what cannot wait

# How well it fits what was chosen.
ROUTE_FIRST = 40.0  # first in the programme's own list of suggestions
ROUTE_STEP = 3.0  # less for each next place
ROUTE_LEAST = 22.0
FITS = 20.0  # the service says it helps with this
KIND_FIRST = 9.0  # gives the first kind of help of the situation
KIND_STEP = 1.0  # less for each next kind
KIND_LEAST = 3.0
KIND_MOST = 14.0  # all kinds together
FORM = 2.0  # helps with the same form of violence

# How much of what was asked in words it says: half of this at WORDS_HALF, never all of it.
WORDS = 24.0
WORDS_HALF = 4.0

# Where it is.
NEAR = 12.0
NEARNESS = 4.0  # more for the doorstep, falling with the distance
NEARNESS_FADES = 10.0  # km
AROUND = 5.0
EVERYWHERE_REMOTE = 10.0  # for the whole country, by phone, chat or mail
EVERYWHERE = 3.0
PLACE_UNKNOWN = 1.0

# Whether one can talk.
SPEAKS = 14.0
INTERPRETER = 8.0
INTERPRETER_PARTLY = 5.0
LANGUAGES_UNKNOWN = 2.0

# Whether anybody is there.
OPEN = 4.0
URGENT_ONLY = 2.5
HOURS_UNKNOWN = 1.0

# Whether it takes her as she is.
FOR_YOU = 5.0  # for each group that was named
FOR_YOU_MOST = 10.0
MAYBE_FOR_OTHERS = -4.0  # for a group only, of which nobody said anything
NO_PAPERS = 6.0
NO_PAPERS_PARTLY = 3.0
FREE = 4.0
NEARLY_FREE = 1.5
REACHABLE = 4.0

# How much of it is sure.
TRUST = {"person": 4.0, "seed": 3.0, "page": 1.0}
FRESH = 2.0
RATHER_FRESH = 1.0
FRESH_DAYS = 180
RATHER_FRESH_DAYS = 365

PLACES_OF_A_SCORE = 6  # decimals; beyond them two ways of adding may differ


def freshness(last: date | None, today: date) -> float:
    """Worth of the last time anybody held the entry against the world."""
    if last is None:
        return 0.0
    age = today - last
    if age <= timedelta(days=FRESH_DAYS):
        return FRESH
    return RATHER_FRESH if age <= timedelta(days=RATHER_FRESH_DAYS) else 0.0


def route_worth(position: int) -> float:
    return max(ROUTE_LEAST, ROUTE_FIRST - ROUTE_STEP * position)


def words_worth(told: Any) -> Any:
    """`told`: what all words tell together that it has (see wording), of one service or of many."""
    return WORDS * told / (told + WORDS_HALF)


def kind_worth(position: int) -> float:
    return max(KIND_LEAST, KIND_FIRST - KIND_STEP * position)
