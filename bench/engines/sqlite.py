"""SQLite: needs by cells of a grid, an R*Tree for places, FTS5 for words."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any

from bench.engines import Answer, sql
from bench.maps import ANY_WORD, COUNTS, FACETS, KINDS, TEXT, Asked, Map
from samen.search.rules import ranking

_CELL = 0.1  # degrees
_TABLES = f"""
    PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA temp_store = memory;
    PRAGMA mmap_size = 4000000000;
    PRAGMA cache_size = -500000;
    CREATE TABLE service ({sql.DEFINED});
    CREATE TABLE schedule (id integer primary key, week text);
    CREATE TABLE placed (need integer, cell integer, number integer,
        PRIMARY KEY (need, cell, number)) WITHOUT ROWID;
    CREATE TABLE needed (number integer, need integer,
        PRIMARY KEY (number, need)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE area USING rtree (number, south, north, west, east);
    CREATE VIRTUAL TABLE words USING fts5 (name, body, content='');
"""
_SERVICE = f"""
    SELECT service.*, {sql.WAY} AS way, {sql.WORTH} AS worth, 0 AS told
    FROM placed CROSS JOIN service ON service.number = placed.number
    JOIN schedule ON schedule.id = service.schedule
    WHERE placed.need = {{need}} AND placed.cell IN (CELLS) AND way <= 25 AND {sql.BOX}
"""
_SAYS = f"""
    SELECT service.*, {sql.WAY} AS way, {sql.WORTH} AS worth, -bm25(words, 3, 1) AS told
    FROM words CROSS JOIN service ON service.number = words.rowid
    JOIN schedule ON schedule.id = service.schedule
    WHERE words MATCH {{words}} AND {sql.BOX} AND way <= 25
"""
_SAYS_ANYWHERE = f"""
    SELECT service.*, {sql.WORTH} AS worth, -bm25(words, 3, 1) AS told
    FROM words CROSS JOIN service ON service.number = words.rowid
    JOIN schedule ON schedule.id = service.schedule WHERE words MATCH {{words}}
"""
_NEAR = f"""
    CREATE TEMP TABLE near AS SELECT service.number, tags, groups
    FROM area CROSS JOIN service ON service.number = area.number
    JOIN schedule ON schedule.id = service.schedule
    WHERE area.south <= {{north}} AND area.north >= {{south}} AND area.west <= {{east}}
        AND area.east >= {{west}} AND {sql.WAY} <= 25
"""
TOLD = f"{ranking.WORDS} * told / (told + {ranking.WORDS_HALF})"
OWN_RANK = "the same services, words weighed by its own bm25"


@dataclass(slots=True)
class SQLite:
    db: sqlite3.Connection
    path: Path
    name: str = "SQLite"
    kinds: frozenset[str] = frozenset(KINDS)
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def size_mb(self) -> float:
        return self.path.stat().st_size / 1e6

    def ask(self, kind: str, asked: Asked) -> Answer:
        if kind == COUNTS:
            return self._counts(asked)
        found, told = _SERVICE, "0"
        given = sql.parameters(asked)
        if kind == FACETS:
            found = found.replace("CELLS", ", ".join(map(str, cells(given))))
        else:
            found, told = (_SAYS if kind == TEXT else _SAYS_ANYWHERE), TOLD
            glue = " AND " if asked.question.every_word else " OR "
            given["words"] = glue.join(f'"{word}"' for word in asked.question.words)
        query = sql.ranked(asked, f"{found} AND {sql.wishes(asked)}", told=told)
        rows = self._run(query, given)
        return Answer(tuple(row[0] for row in rows), rows[0][1] if rows else 0)

    def _run(self, query: str, given: dict[str, Any]) -> list[Any]:
        named = query.format(**{name: f":{name}" for name in given})
        return self.db.execute(named, given).fetchall()

    def _counts(self, asked: Asked) -> Answer:
        self._run(f"{_NEAR} AND {sql.wishes(asked)}", sql.parameters(asked))
        bits = self._run(f"SELECT count(*), {sql.counts_of_bits()} FROM near", {})[0]
        need = self._run(
            "SELECT need, count(*) FROM near CROSS JOIN needed USING (number) GROUP BY need", {}
        )
        self.db.execute("DROP TABLE near")
        return Answer(total=bits[0], counts=sql.counted(need, bits[1:]))


def cell(latitude: float, longitude: float) -> int:
    return floor((latitude + 90) / _CELL) * 10_000 + floor((longitude + 180) / _CELL)


def cells(given: Mapping[str, Any]) -> list[int]:
    """Those that the circle may touch."""
    south, north, west, east = (given[side] for side in ("south", "north", "west", "east"))
    first, last = cell(south, west), cell(north, east)
    strips = range(first // 10_000, last // 10_000 + 1)
    columns = range(first % 10_000, last % 10_000 + 1)
    return [strip * 10_000 + column for strip in strips for column in columns]


@contextmanager
def opened(of: Map, folder: Path) -> Iterator[SQLite]:
    path = folder / "bench.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(_TABLES)
        db.execute("BEGIN")
        marks = ", ".join("?" * 10)
        db.executemany(f"INSERT INTO service ({sql.COLUMNS}) VALUES ({marks})", sql.rows(of))
        db.executemany("INSERT INTO schedule VALUES (?, ?)", sql.weeks(of))
        points = list(zip(of.latitude.tolist(), of.longitude.tolist(), strict=True))
        placed = ((need, cell(*points[number - 1]), number) for number, need in sql.needs(of))
        db.executemany("INSERT INTO placed VALUES (?, ?, ?)", sorted(placed))
        db.execute("INSERT INTO needed SELECT number, need FROM placed ORDER BY number, need")
        spots = ((row + 1, lat, lat, lon, lon) for row, (lat, lon) in enumerate(points))
        db.executemany("INSERT INTO area VALUES (?, ?, ?, ?, ?)", spots)
        said = ((row, *texts) for row, texts in enumerate(of.texts(), 1))
        db.executemany("INSERT INTO words (rowid, name, body) VALUES (?, ?, ?)", said)
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
        db.execute("COMMIT")
        db.execute("ANALYZE")
        yield SQLite(db, path, differs={TEXT: OWN_RANK, ANY_WORD: OWN_RANK})
