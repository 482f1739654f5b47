"""The order of answers once more, for services and questions of the bench, in a few lines of numpy.

For engines that find services but do not put them in our order; and a second opinion on the scan.
"""

from dataclasses import dataclass, field

import numpy as np

from bench.engines import FIRST
from bench.maps import WITHIN, Array, Asked, Map, half_hour, week_of
from samen.search.engine.columns import KNOWN, VERIFIED
from samen.search.engine.scan import CLOSED, OPEN, UNKNOWN
from samen.search.rules import ranking
from samen.search.rules.ground import EARTH

_YES, _PARTLY, _NO = (KNOWN.index(known) for known in ("yes", "partly", "no"))
TRUST = np.array([ranking.TRUST.get(name, 0.0) for name in VERIFIED])


@dataclass(slots=True)
class Ranking:
    of: Map
    weeks: Array = field(init=False)

    def __post_init__(self) -> None:
        weeks = [week_of(hours).encode() for hours in self.of.hours]
        self.weeks = np.array([list(week) for week in weeks], np.int8).T - ord("0")

    def kept(self, rows: Array, asked: Asked) -> tuple[Array, Array, Array]:
        """Those the map does not know to be for others, with the way there and their worth."""
        of, question = self.of, asked.question
        way = self._way(rows, asked)
        tags, interpreter = of.tags[rows], of.interpreter[rows]
        speaks = tags >> asked.tag & 1 == 1
        now = self.weeks[half_hour(question.at)][of.schedule[rows]]
        keep = speaks | (tags == 0) | (interpreter != _NO)
        if question.place is not None:
            keep &= way <= WITHIN
        if question.no_papers:
            keep &= of.papers[rows] != _NO
        if question.open_now:
            keep &= now != CLOSED
        rows, way, speaks, now = rows[keep], way[keep], speaks[keep], now[keep]
        worth = self._worth(rows, asked, speaks, now)
        if question.place is not None:
            worth += ranking.NEAR + ranking.NEARNESS * np.exp(-way / ranking.NEARNESS_FADES)
        return rows, keep, worth

    def _way(self, rows: Array, asked: Asked) -> Array:
        if asked.question.place is None:
            return np.zeros(len(rows))
        north = np.radians(self.of.latitude[rows])
        here = np.radians(asked.spot.latitude)
        along = np.radians(self.of.longitude[rows] - asked.spot.longitude)
        half = np.sin((north - here) / 2) ** 2
        half += np.cos(north) * np.cos(here) * np.sin(along / 2) ** 2
        way: Array = 2 * EARTH * np.arcsin(np.sqrt(half))
        return way

    def _worth(self, rows: Array, asked: Asked, speaks: Array, now: Array) -> Array:
        of, question = self.of, asked.question
        interpreter, age = of.interpreter[rows], question.at.date().toordinal() - of.seen[rows]
        said = np.where(of.tags[rows] == 0, ranking.LANGUAGES_UNKNOWN, 0.0)
        said[interpreter == _PARTLY] = ranking.INTERPRETER_PARTLY
        said[interpreter == _YES] = ranking.INTERPRETER
        worth: Array = np.where(speaks, ranking.SPEAKS, said) + TRUST[of.verified[rows]]
        worth += np.where(now == OPEN, ranking.OPEN, 0.0)
        worth += np.where(now == UNKNOWN, ranking.HOURS_UNKNOWN, 0.0)
        worth += (age <= ranking.FRESH_DAYS) * (ranking.FRESH - ranking.RATHER_FRESH)
        worth += (age <= ranking.RATHER_FRESH_DAYS) * ranking.RATHER_FRESH
        if asked.situation is not None:
            worth += ranking.FITS
        if question.no_papers:
            papers = of.papers[rows]
            worth += np.where(papers == _YES, ranking.NO_PAPERS, 0.0)
            worth += np.where(papers == _PARTLY, ranking.NO_PAPERS_PARTLY, 0.0)
        return worth


def first(rows: Array, worth: Array) -> tuple[int, ...]:
    """Numbers of the best, the lower one first where two are worth the same."""
    worth = worth.round(ranking.PLACES_OF_A_SCORE)
    if len(rows) > 4 * FIRST:
        among = worth >= np.partition(worth, len(rows) - FIRST)[len(rows) - FIRST]
        rows, worth = rows[among], worth[among]
    order = np.lexsort((rows, -worth))[:FIRST]
    return tuple((rows[order] + 1).tolist())
