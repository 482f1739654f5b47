"""How far it is, and when two names are the same name. Plain Python only."""

from math import asin, cos, radians, sin, sqrt
from unicodedata import combining, normalize

_EARTH = 6371.0088  # mean radius in kilometres


def kilometres(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """The distance as the crow flies (haversine)."""
    north, south = radians(latitude), radians(other_latitude)
    half_up = sin((south - north) / 2) ** 2
    half_along = sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, half_up + cos(north) * cos(south) * half_along)))


# Letters that people type one for the other, after Unicode has taken the accents off.
_SAME = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "گ": "ك",
        "ة": "ه",
        "ۀ": "ه",
        "ە": "ه",
        "پ": "ب",
        "і": "и",
        "ы": "и",
        "ґ": "г",
        "є": "е",
        "э": "е",
    }
)


def fold(text: str) -> str:
    """What is left of a name when case, accents, spaces and signs do not count.

    Dutch "ij" and "y" are one letter here, as in Nijmegen and Nymegen.
    """
    bare = "".join(c for c in normalize("NFKD", text) if not combining(c)).casefold()
    letters = "".join(c for c in bare.translate(_SAME) if c.isalnum())
    return letters.replace("ij", "y")
