"""PostgreSQL with PostGIS, in a cluster of its own that is thrown away: tuned, and as is usual."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql as words_of_sql

from bench.engines import Answer, Missing, sql
from bench.engines.sqlite import OWN_RANK, TOLD
from bench.maps import ANY_WORD, COUNTS, FACETS, TEXT, Asked, Map
from scripts import with_postgres

_SETTINGS = ("shared_buffers=1GB", "jit=off", "max_parallel_workers_per_gather=0", "work_mem=64MB")
_TABLES = f"""
    CREATE EXTENSION postgis; CREATE EXTENSION btree_gist;
    CREATE UNLOGGED TABLE service ({sql.DEFINED}, needs integer[]);
    CREATE UNLOGGED TABLE schedule (id integer primary key, week text);
    CREATE UNLOGGED TABLE placed (need integer, number integer, spot geometry(point));
    CREATE UNLOGGED TABLE words (number integer, said tsvector);
"""
_INDEXES = """
    ALTER TABLE service ADD spot geography(point);
    UPDATE service SET spot = ST_MakePoint(longitude, latitude)::geography;
    INSERT INTO placed SELECT unnest(needs), number, ST_MakePoint(longitude, latitude) FROM service;
    CREATE INDEX ON placed USING gist (need, spot);
    CREATE INDEX ON placed (number, need);
    CREATE INDEX ON service USING gist (spot);
    CREATE INDEX ON service USING gin (needs);
    CREATE INDEX ON service (latitude, longitude);
    CREATE INDEX ON words USING gin (said);
    ALTER TABLE words ADD PRIMARY KEY (number);
    VACUUM ANALYZE;
"""
_BOX = "ST_MakeEnvelope({west}, {south}, {east}, {north})"
_SELECT = f"SELECT service.*, {sql.WAY} AS way, {sql.WORTH} AS worth, 0 AS told"
_TUNED = f"""
    {_SELECT} FROM placed JOIN service USING (number) JOIN schedule ON schedule.id = schedule
    WHERE placed.need = {{need}} AND placed.spot && {_BOX} AND {sql.WAY} <= 25
"""
_USUAL = f"""
    {_SELECT} FROM service JOIN schedule ON schedule.id = schedule
    WHERE needs @> ARRAY[{{need}}]
        AND ST_DWithin(spot, ST_MakePoint({{lon}}, {{lat}})::geography, 25000, false)
"""
_SAYS = f"""
    SELECT service.*, {sql.WAY} AS way, {sql.WORTH} AS worth, ts_rank(said, {{words}}) * 10 AS told
    FROM words JOIN service USING (number) JOIN schedule ON schedule.id = schedule
    WHERE said @@ {{words}}
"""
_NEAR = f"""
    SELECT tags, groups, needs FROM service
    JOIN schedule ON schedule.id = schedule WHERE {sql.BOX} AND {sql.WAY} <= 25
"""
_COUNTS = f"""
    WITH near AS MATERIALIZED (NEAR) SELECT
        (SELECT ARRAY[count(*), {sql.counts_of_bits()}] FROM near),
        (SELECT json_agg(ARRAY[need, many]) FROM (
            SELECT need, count(*) AS many FROM near, unnest(needs) AS need GROUP BY need) AS each)
"""
INSTALL = "sudo apt-get install -y postgresql postgresql-15-postgis-3"


@dataclass(slots=True)
class Postgres:
    db: psycopg.Connection[Any]
    usual: bool = False
    size_mb: float = 0.0
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "PostGIS, usual" if self.usual else "PostgreSQL"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({FACETS} if self.usual else {FACETS, TEXT, ANY_WORD, COUNTS})

    def ask(self, kind: str, asked: Asked) -> Answer:
        if kind == COUNTS:
            return self._counts(asked)
        given = sql.parameters(asked)
        told = "0" if kind == FACETS else TOLD
        found = (_USUAL if self.usual else _TUNED) if kind == FACETS else _SAYS
        if kind == TEXT:
            found = f"{found} AND {sql.BOX} AND {sql.WAY} <= 25"
        elif kind == ANY_WORD:
            found = found.replace(f"{sql.WAY} AS way", "0 AS way")
        if kind != FACETS:
            glue = " & " if asked.question.every_word else " | "
            given["words"] = glue.join(asked.question.words)
        query = sql.ranked(asked, f"{found} AND {sql.wishes(asked)}", told=told)
        rows = self._run(query, given)
        return Answer(tuple(row[0] for row in rows), rows[0][1] if rows else 0)

    def _run(self, query: str, given: Mapping[str, Any]) -> list[Any]:
        """As literals, as Django does: a plan is made for the very question."""
        literals = {name: _literal(name, value) for name, value in given.items()}
        done = self.db.execute(query.format(**literals).encode())
        return done.fetchall() if done.description else []

    def _counts(self, asked: Asked) -> Answer:
        query = _COUNTS.replace("NEAR", f"{_NEAR} AND {sql.wishes(asked)}")
        [(bits, need)] = self._run(query, sql.parameters(asked))
        return Answer(total=bits[0], counts=sql.counted(need or [], bits[1:]))


def _literal(name: str, value: object) -> str:
    written = words_of_sql.Literal(value).as_string(None)
    return f"to_tsquery('simple', {written})" if name == "words" else written


@contextmanager
def opened(of: Map, _folder: object) -> Iterator[Postgres]:
    with ExitStack() as stack:
        db = stack.enter_context(_database(stack))
        db.execute(_TABLES.encode())
        own: list[list[int]] = [[need for need in row if need >= 0] for row in of.need.tolist()]
        with db.cursor() as cursor:
            columns = f"{sql.COLUMNS}, needs"
            with cursor.copy(f"COPY service ({columns}) FROM STDIN".encode()) as copy:
                for row, needs in zip(sql.rows(of), own, strict=True):
                    copy.write_row((*row, needs))
            with cursor.copy(b"COPY schedule FROM STDIN") as copy:
                for week in sql.weeks(of):
                    copy.write_row(week)
            cursor.execute(b"CREATE TEMP TABLE texts (number integer, name text, body text)")
            with cursor.copy(b"COPY texts FROM STDIN") as copy:
                for number, (name, body) in enumerate(of.texts(), 1):
                    copy.write_row((number, name, body))
        db.execute(
            b"INSERT INTO words SELECT number, setweight(to_tsvector('simple', name), 'A')"
            b" || setweight(to_tsvector('simple', body), 'C') FROM texts"
        )
        db.execute(b"DROP TABLE texts")
        for statement in filter(str.strip, _INDEXES.split(";")):
            db.execute(statement.encode())
        [(size,)] = db.execute(b"SELECT pg_database_size(current_database())").fetchall()
        yield Postgres(
            db,
            size_mb=size / 1e6,
            differs={TEXT: OWN_RANK, ANY_WORD: OWN_RANK},
        )


def _database(stack: ExitStack) -> psycopg.Connection[Any]:
    try:
        place = stack.enter_context(with_postgres.folder())
        stack.enter_context(with_postgres.server(place, *_SETTINGS))
        db = psycopg.connect(host=str(place), user="samen", dbname="samen", autocommit=True)
        [(found,)] = db.execute(
            b"SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'"
        ).fetchall()
    except SystemExit as failed:
        raise Missing(INSTALL) from failed
    if not found:
        db.close()
        raise Missing(INSTALL)
    return db
