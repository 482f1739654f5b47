"""Maps that are made up, always the same, from a village to a continent, and questions about them.

The services stand in forty Dutch cities by population, one in ten of them outside; a million are
ten such countries. Words are made up in six scripts and as unevenly used as real ones; so are
needs, languages and weekly hours. Everything is drawn as columns of numbers; a service is put
together only when somebody reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from samen.directory.queries import Hours, Stretch
from samen.foundation.clock import AMSTERDAM
from samen.search.engine.columns import KNOWN, VERIFIED
from samen.search.engine.scan import CLOSED, OPEN, UNKNOWN
from samen.search.rules import endings, weeks
from samen.search.rules.asking import Question, Situation

Array = NDArray[Any]

SEED = 20261122
NOW = datetime(2026, 11, 25, 12, 10, tzinfo=UTC)  # a Wednesday
COUNTRY = 100_000  # services; more of them are more countries
WITHIN = 25  # km

# Name, latitude, longitude and thousands of people.
CITIES = (
    ("amsterdam", 52.372, 4.894, 921), ("rotterdam", 51.922, 4.479, 664),
    ("denhaag", 52.078, 4.288, 563), ("utrecht", 52.091, 5.122, 374),
    ("eindhoven", 51.441, 5.478, 246), ("groningen", 53.219, 6.567, 238),
    ("tilburg", 51.560, 5.091, 229), ("almere", 52.351, 5.265, 226),
    ("breda", 51.589, 4.776, 187), ("nijmegen", 51.842, 5.853, 187),
    ("apeldoorn", 52.211, 5.970, 168), ("arnhem", 51.985, 5.899, 167),
    ("haarlem", 52.387, 4.646, 165), ("haarlemmermeer", 52.303, 4.690, 163),
    ("amersfoort", 52.156, 5.388, 161), ("enschede", 52.221, 6.894, 161),
    ("zaanstad", 52.440, 4.814, 160), ("denbosch", 51.697, 5.304, 160),
    ("zwolle", 52.517, 6.083, 133), ("leiden", 52.160, 4.497, 128),
    ("zoetermeer", 52.058, 4.493, 128), ("leeuwarden", 53.201, 5.800, 127),
    ("ede", 52.040, 5.665, 123), ("maastricht", 50.851, 5.691, 122),
    ("dordrecht", 51.813, 4.690, 122), ("westland", 52.000, 4.210, 115),
    ("alphen", 52.128, 4.658, 115), ("alkmaar", 52.632, 4.749, 112),
    ("emmen", 52.779, 6.907, 109), ("delft", 52.012, 4.357, 107),
    ("venlo", 51.370, 6.172, 104), ("deventer", 52.255, 6.163, 103),
    ("helmond", 51.479, 5.661, 95), ("oss", 51.765, 5.518, 95),
    ("sittard", 51.001, 5.870, 92), ("hilversum", 52.224, 5.176, 94),
    ("heerlen", 50.888, 5.979, 87), ("hoorn", 52.642, 5.060, 76),
    ("vlissingen", 51.443, 3.573, 45), ("assen", 52.993, 6.564, 70),
)  # fmt: skip
_POINTS = np.array([city[1:3] for city in CITIES])
_PEOPLE = np.array([city[3] for city in CITIES], float)
# Letters of one spelling, so that a word is written as the search keeps it.
SCRIPTS = (
    "aaeeeeiioooubcdfghjklmnprstvwz",
    "aaeeeeiiooubcdfghklmnprstwy",
    "ابتجحدرزسشصطعفقلمنهوي",
    "ለመረሰበተነወዘየደገጠጨጸፈፐሉሙሩሱቡቱኑ",
    "ابپتجدرزسشمنهويگ",
    "абвгдежзиклмнопрстухцчшю",
)
WORDS = 20_000  # of each language
FREQUENT = 30  # the first words of a language are what everybody says
NEEDS, TAGS, GROUPS, SCHEDULES = 300, 24, 16, 600
PRIMARY, SECOND, OTHERS = 0, 1, 4  # among the six vocabularies
RURAL = 0.1  # of the services stand outside the cities
_OPEN_ON = (0.8, 0.85, 0.8, 0.85, 0.75, 0.25, 0.1)


@dataclass(frozen=True, slots=True)
class Spot:
    latitude: float
    longitude: float
    municipality_slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A service with what the index is made from."""

    number: int
    needs: tuple[str, ...]
    towns: tuple[tuple[float, float], ...]
    languages: tuple[str, ...]
    interpreter: str
    groups: tuple[str, ...]
    without_documents: str
    hours: Hours
    verified: str
    checked_on: date
    texts: tuple[tuple[str, str, str], ...]
    publish: str = "ready"
    national: bool = False
    municipalities: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    cost: str = ""
    channels: tuple[str, ...] = ()
    emergency: bool = False
    route: Mapping[str, int] = field(default_factory=dict)
    minimum_age: int | None = None
    maximum_age: int | None = None
    assured_on: date | None = None

    @property
    def id(self) -> UUID:
        return UUID(int=self.number)


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of all services one after the other, as numbers in the vocabulary."""

    start: Array
    word: Array

    def of(self, row: int) -> Array:
        found: Array = self.word[self.start[row] : self.start[row + 1]]
        return found


@dataclass(frozen=True, eq=False)
class Map:
    """One value a service: of service n at place n - 1."""

    latitude: Array
    longitude: Array
    city: Array
    need: Array  # three columns, -1 for none
    tags: Array  # a bit for each language
    groups: Array  # a bit for each
    interpreter: Array  # place in KNOWN
    papers: Array  # place in KNOWN
    verified: Array  # place in VERIFIED
    seen: Array  # ordinal of a day
    schedule: Array
    name: Texts
    body: tuple[Texts, ...]  # of one, two or three languages
    hours: tuple[Hours, ...]
    vocabulary: Array

    def __len__(self) -> int:
        return len(self.latitude)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Name and body of each service."""
        words = self.vocabulary
        for row in range(len(self)):
            body = (" ".join(words[part.of(row)]) for part in self.body)
            name = " ".join(words[self.name.of(row)])
            yield f"{name} {CITIES[self.city[row]][0]}", " ".join(filter(None, body))

    def rows(self) -> Iterator[Row]:
        for row, (name, body) in enumerate(self.texts()):
            yield Row(
                number=row + 1,
                needs=tuple(f"need.{need:03}" for need in self.need[row].tolist() if need >= 0),
                towns=((float(self.latitude[row]), float(self.longitude[row])),),
                languages=_named("t", int(self.tags[row]), TAGS),
                interpreter=KNOWN[self.interpreter[row]],
                groups=_named("grp.", int(self.groups[row]), GROUPS),
                without_documents=KNOWN[self.papers[row]],
                hours=self.hours[self.schedule[row]],
                verified=VERIFIED[self.verified[row]],
                checked_on=date.fromordinal(int(self.seen[row])),
                texts=(("", "name", name), ("", "what", body)),
            )

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """Whatever some longer word begins with."""
        every = (*self.vocabulary.tolist(), *(city[0] for city in CITIES))
        return frozenset(word[:end] for word in every for end in range(1, len(word)))


@lru_cache(maxsize=1 << 16)
def _named(kind: str, bits: int, values: int) -> tuple[str, ...]:
    return tuple(f"{kind}{value:02}" for value in range(values) if bits >> value & 1)


# --- drawing ----------------------------------------------------------------------------------


def make(size: int) -> Map:
    chance = np.random.default_rng(SEED)
    vocabulary = _vocabulary(chance)
    hours = _hours(chance)
    countries = np.zeros((max(1, size // COUNTRY), 2))
    countries[1:, 0] = chance.uniform(-80, 12, len(countries) - 1)
    countries[1:, 1] = chance.uniform(-100, 140, len(countries) - 1)
    city = chance.choice(len(CITIES), size, p=_PEOPLE / _PEOPLE.sum())
    country = chance.integers(0, len(countries), size)
    spread = np.where(chance.random(size) < RURAL, 0.16, 0.035)[:, None] * (1, 1.6)
    points = _POINTS[city] + countries[country] + chance.normal(0, 1, (size, 2)) * spread
    many = np.array([0.95, 0.6, *(0.9 / place for place in range(3, TAGS + 1))])
    ages = np.minimum(chance.exponential(300, size), 4000).astype(int)
    return Map(
        latitude=points[:, 0],
        longitude=points[:, 1],
        city=city,
        need=_needs(chance, size),
        tags=_bits(chance, many, size),
        groups=_bits(chance, np.full(GROUPS, 0.18), size),
        interpreter=chance.integers(0, len(KNOWN), size),
        papers=chance.integers(0, len(KNOWN), size),
        verified=chance.integers(1, len(VERIFIED), size),
        seen=NOW.date().toordinal() - ages,
        schedule=_drawn(chance, _cumulated(SCHEDULES, 0.9, 2.0), size),
        name=_text(chance, chance.integers(2, 5, size), PRIMARY),
        body=_bodies(chance, size),
        hours=hours,
        vocabulary=vocabulary,
    )


def _vocabulary(chance: np.random.Generator) -> Array:
    """No word twice, in no language."""
    known: dict[str, None] = dict.fromkeys(city[0] for city in CITIES)
    found: list[str] = []
    for letters in SCRIPTS:
        end = len(found) + WORDS
        while len(found) < end:
            lengths = np.clip(chance.normal(8.5, 2.6, WORDS), 3, 18).astype(int)
            picked = chance.integers(0, len(letters), int(lengths.sum()))
            drawn = "".join(letters[place] for place in picked.tolist())
            ends = np.cumsum(lengths).tolist()
            for start, stop in zip([0, *ends[:-1]], ends, strict=True):
                word = drawn[start:stop]
                if word not in known and len(found) < end and not endings.is_little(word):
                    known[word] = None
                    found.append(word)
    return np.array(found, object)


def _cumulated(values: int, power: float, ahead: float) -> Array:
    """Few are common: Zipf and Mandelbrot."""
    share = 1 / (np.arange(1, values + 1) + ahead) ** power
    return np.cumsum(share / share.sum())


_OF_WORDS = _cumulated(WORDS, 1.0, 2.7)
_OF_NEEDS = _cumulated(NEEDS, 1.0, 1.0)


def _drawn(chance: np.random.Generator, cumulated: Array, shape: Any) -> Array:
    found: Array = np.searchsorted(cumulated, chance.random(shape))
    return np.minimum(found, len(cumulated) - 1)


def _needs(chance: np.random.Generator, size: int) -> Array:
    """One to three, none of them twice."""
    need = _drawn(chance, _OF_NEEDS, (size, 3))
    many = chance.choice([1, 2, 3], size, p=[0.5, 0.3, 0.2])
    need[many <= 1, 1] = -1
    need[(many <= 2) | (need[:, 2] == need[:, 0]) | (need[:, 2] == need[:, 1]), 2] = -1  # noqa: PLR2004 of three
    need[need[:, 1] == need[:, 0], 1] = -1
    return need


def _bits(chance: np.random.Generator, shares: Array, size: int) -> Array:
    bits = np.zeros(size, np.int64)
    for place, share in enumerate(shares.tolist()):
        bits |= (chance.random(size) < share).astype(np.int64) << place
    return bits


def _text(chance: np.random.Generator, lengths: Array, language: int | Array) -> Texts:
    start = np.concatenate([[0], np.cumsum(lengths)])
    of = language if isinstance(language, int) else np.repeat(language, lengths)
    return Texts(start, (_drawn(chance, _OF_WORDS, int(start[-1])) + of * WORDS).astype(np.int32))


def _bodies(chance: np.random.Generator, size: int) -> tuple[Texts, ...]:
    second = chance.integers(24, 40, size) * (chance.random(size) < 0.6)  # noqa: PLR2004 shares
    third = chance.integers(18, 30, size) * (chance.random(size) < 0.3)  # noqa: PLR2004 shares
    return (
        _text(chance, chance.integers(28, 52, size), PRIMARY),
        _text(chance, second, SECOND),
        _text(chance, third, chance.integers(0, OTHERS, size) + 2),
    )


def _hours(chance: np.random.Generator) -> tuple[Hours, ...]:
    """Weeks from and to a full or a half hour; one in forty always, one in twenty unknown."""
    found = []
    for number in range(SCHEDULES):
        days = (chance.random(len(_OPEN_ON)) < _OPEN_ON).tolist()
        opens, lasts = int(chance.integers(14, 24)), int(chance.integers(4, 18))
        start, end = _clock(opens), _clock(min(opens + lasts, 47))
        week = tuple(Stretch(day, start, end) for day, is_open in enumerate(days) if is_open)
        if number % 40 == 0:
            found.append(Hours("always"))
        else:
            known = bool(week) and number % 20 != 1
            found.append(Hours("weekly", week, confirmed=True) if known else Hours(""))
    return tuple(found)


def _clock(half_hours: int) -> time:
    return time(half_hours // 2, half_hours % 2 * 30)


# --- questions --------------------------------------------------------------------------------

FACETS, TEXT, ANY_WORD, COUNTS = "facets", "text", "any word", "counts"
KINDS = (FACETS, TEXT, ANY_WORD, COUNTS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the search gets it, and the same in numbers for whoever else is asked."""

    question: Question
    situation: Situation | None
    tag: int
    need: int | None = None

    @property
    def spot(self) -> Spot:
        place = self.question.place
        if not isinstance(place, Spot):
            raise TypeError
        return place


def questions(of: Map, kind: str, *, many: int) -> list[Asked]:
    chance = np.random.default_rng([SEED, KINDS.index(kind)])
    return [_asked(of, kind, chance, number) for number in range(many)]


def _asked(of: Map, kind: str, chance: np.random.Generator, number: int) -> Asked:
    tag = int(chance.integers(0, TAGS))
    row = int(chance.integers(0, len(of)))
    north, east = chance.normal(0, 0.03, 2)
    spot = Spot(float(of.latitude[row] + north), float(of.longitude[row] + east * 1.6))
    plain = Question(place=spot, within=WITHIN, speaks=f"t{tag:02}", at=NOW)
    if kind == COUNTS:
        return Asked(replace(plain, open_now=bool(number % 2)), None, tag)
    if kind == FACETS:
        need = int(_drawn(chance, _OF_NEEDS, ()))
        asked = replace(
            plain,
            need=f"need.{need:03}",
            no_papers=bool(number % 2),
            open_now=bool(number // 2 % 2),
        )
        return Asked(asked, Situation((f"need.{need:03}",)), tag, need)
    near = kind == TEXT
    words = _words(of, chance, row, 2 if near else 3)
    asked = replace(plain, words=words, every_word=near, place=spot if near else None)
    return Asked(asked, None, tag)


def _words(of: Map, chance: np.random.Generator, row: int, many: int) -> tuple[str, ...]:
    """Words that the service says, that not everybody says, and that no longer word begins with.

    Another search, asked for the same words as they are, then has to find the same services.
    """
    for near in _ring(row, len(of)):
        parts = [part.of(near) for part in of.body]
        said = parts[int(chance.integers(0, len(parts)))]
        rare = np.unique(said[said % WORDS >= FREQUENT])
        able = [word for word in of.vocabulary[rare].tolist() if word not in of.beginnings]
        if len(able) >= many:
            return tuple(chance.choice(able, many, replace=False).tolist())
    message = "nobody says enough"
    raise ValueError(message)


def _ring(row: int, size: int) -> Iterator[int]:
    yield from range(row, size)
    yield from range(row)


def week_of(hours: Hours) -> str:
    """What holds in each half hour of the week, as the scan numbers it."""
    if hours.state == "always":
        return str(OPEN) * weeks.PLACES
    if not hours.week:
        return str(UNKNOWN) * weeks.PLACES
    return "".join(
        str(OPEN if place == weeks.STAFFED else CLOSED) for place in weeks.half_hours(hours.week)
    )


def half_hour(at: datetime) -> int:
    return weeks.half_hour(at.astimezone(AMSTERDAM))
