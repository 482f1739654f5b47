"""The order of answers in SQL, for SQLite and PostgreSQL: names in braces stand for parameters."""

from collections.abc import Iterator
from math import cos, degrees, radians
from typing import Any

from bench.maps import GROUPS, TAGS, WITHIN, Asked, Map, half_hour, week_of
from samen.search.engine.columns import KNOWN
from samen.search.engine.scan import CLOSED, OPEN, UNKNOWN
from samen.search.rules import ranking
from samen.search.rules.ground import EARTH

_YES, _PARTLY, _NO = (KNOWN.index(known) for known in ("yes", "partly", "no"))

COLUMNS = "number, latitude, longitude, tags, groups, interpreter, papers, trust, seen, schedule"
DEFINED = """
    number integer primary key, latitude double precision, longitude double precision,
    tags integer, groups integer, interpreter integer, papers integer, trust double precision,
    seen integer, schedule integer
"""

WAY = f"""(2 * {EARTH} * asin(sqrt(
    power(sin((radians(latitude) - radians({{lat}})) / 2), 2)
    + cos(radians(latitude)) * cos(radians({{lat}}))
    * power(sin(radians(longitude - {{lon}}) / 2), 2))))"""
STATE = "substr(schedule.week, {slot} + 1, 1)"
SPEAKS = "(tags & {tag}) <> 0"
KEPT = f"({SPEAKS} OR tags = 0 OR interpreter <> {_NO})"
OPEN_NOW = f"{STATE} <> '{CLOSED}'"
PAPERS = f"papers <> {_NO}"
WORTH = f"""
    CASE WHEN {SPEAKS} THEN {ranking.SPEAKS} WHEN interpreter = {_YES} THEN {ranking.INTERPRETER}
        WHEN interpreter = {_PARTLY} THEN {ranking.INTERPRETER_PARTLY}
        WHEN tags = 0 THEN {ranking.LANGUAGES_UNKNOWN} ELSE 0 END
    + trust
    + CASE WHEN seen >= {{today}} - {ranking.FRESH_DAYS} THEN {ranking.FRESH}
        WHEN seen >= {{today}} - {ranking.RATHER_FRESH_DAYS} THEN {ranking.RATHER_FRESH} ELSE 0 END
    + CASE {STATE} WHEN '{OPEN}' THEN {ranking.OPEN} WHEN '{UNKNOWN}' THEN {ranking.HOURS_UNKNOWN}
        ELSE 0 END
"""
NEARNESS = f"{ranking.NEAR} + {ranking.NEARNESS} * exp(-way / {ranking.NEARNESS_FADES})"
OF_PAPERS = f"""
    + CASE papers WHEN {_YES} THEN {ranking.NO_PAPERS}
        WHEN {_PARTLY} THEN {ranking.NO_PAPERS_PARTLY} ELSE 0 END
"""
BOX = "latitude BETWEEN {south} AND {north} AND longitude BETWEEN {west} AND {east}"


def parameters(asked: Asked) -> dict[str, Any]:
    """What the names in braces stand for."""
    question = asked.question
    found: dict[str, Any] = {
        "tag": 1 << asked.tag,
        "today": question.at.date().toordinal(),
        "slot": half_hour(question.at),
        "need": asked.need,
    }
    if question.place is not None:
        here = asked.spot
        high = degrees(WITHIN / EARTH) * 1.001
        wide = high / cos(radians(abs(here.latitude) + high))
        found |= {
            "lat": here.latitude,
            "lon": here.longitude,
            "south": here.latitude - high,
            "north": here.latitude + high,
            "west": here.longitude - wide,
            "east": here.longitude + wide,
        }
    return found


def wishes(asked: Asked) -> str:
    """What excludes, beside the place."""
    more = [OPEN_NOW] * asked.question.open_now + [PAPERS] * asked.question.no_papers
    return " AND ".join([KEPT, *more])


def ranked(asked: Asked, found: str, *, told: str = "0") -> str:
    """The first ten of what `found` selects, and how many there are in all.

    `found` gives the columns of a service, its way and, for words, what they tell.
    """
    place = f"+ {NEARNESS}" if asked.question.place is not None else ""
    papers = OF_PAPERS if asked.question.no_papers else ""
    return f"""
        SELECT number, count(*) OVER () FROM ({found}) AS service
        ORDER BY worth {place} {papers} + {told} DESC, number LIMIT 10
    """


def rows(of: Map) -> Iterator[tuple[Any, ...]]:
    """In the order of COLUMNS."""
    from bench.engines.ranking import TRUST  # noqa: PLC0415 one way only

    columns = (
        range(1, len(of) + 1),
        *(of.latitude.tolist(), of.longitude.tolist(), of.tags.tolist(), of.groups.tolist()),
        *(of.interpreter.tolist(), of.papers.tolist(), TRUST[of.verified].tolist()),
        *(of.seen.tolist(), of.schedule.tolist()),
    )
    return zip(*columns, strict=True)


def needs(of: Map) -> Iterator[tuple[int, int]]:
    """Number and need."""
    for number, own in enumerate(of.need.tolist(), 1):
        yield from ((number, need) for need in own if need >= 0)


def weeks(of: Map) -> Iterator[tuple[int, str]]:
    return ((number, week_of(hours)) for number, hours in enumerate(of.hours))


def counts_of_bits() -> str:
    """One column for each language and each group."""
    bits = [("tags", TAGS), ("groups", GROUPS)]
    return ", ".join(f"sum({column} >> {bit} & 1)" for column, many in bits for bit in range(many))


def counted(need: list[tuple[int, int]], bits: tuple[int | None, ...]) -> dict[str, dict[str, int]]:
    """As the search counts: by kind, of each value that any has, how many have it."""
    every = [int(bit or 0) for bit in bits]
    return {
        "need": {f"need.{key:03}": int(many) for key, many in need},
        "speaks": {f"t{bit:02}": many for bit, many in enumerate(every[:TAGS]) if many},
        "for": {f"grp.{bit:02}": many for bit, many in enumerate(every[TAGS:]) if many},
    }
