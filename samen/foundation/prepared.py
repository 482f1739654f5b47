"""Questions to the database that are put into words once.

Django writes a question as SQL anew each time it is asked, and takes longer for it than a database
that is near takes to answer. Whoever looks at the map after a change asks the same dozen again,
and waits for them before the change is seen.

    _names = Prepared(lambda ids: Service.objects.filter(id__in=ids).values_list("id", "name"))

    for service, name in _names(ids): ...
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any
from uuid import UUID

from django.db import connection, models

_ID: "models.UUIDField[Any, Any]" = models.UUIDField()
# More ids than this are asked for in Django's own way: that many differ in number each time, and
# SQLite takes so many values and no more.
_MOST = 1024


@dataclass(frozen=True, slots=True)
class _Words:
    """A question for so many ids."""

    sql: str
    # Of each value in it: which id that is; or None, and the value.
    values: Sequence[tuple[int | None, Any]]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]


class Prepared:
    """The rows that `question` finds for ids, as `values_list` gives them, but lists. One query;
    without ids none.

    `question` is a `values_list` of columns, not `flat` and not `distinct`. It may use the ids
    several times, always in an `__in`, and nothing else that changes. No id is None.
    """

    def __init__(self, question: "Callable[[Sequence[UUID]], models.QuerySet[Any, Any]]") -> None:
        self.question = question
        self._known: dict[tuple[str, int], _Words] = {}

    def __call__(self, ids: Collection[UUID]) -> list[list[Any]]:
        if not ids:
            return []
        if len(ids) > _MOST:
            return list(map(list, self.question(list(ids))))
        # One id may be said twice, so that there are words for 1, 2, 4, 8, ... ids.
        room = 1 << (len(ids) - 1).bit_length()
        words = self._words(room)
        given = [_written(each) for each in ids]
        given.extend(repeat(given[-1], room - len(given)))
        values = [value if place is None else given[place] for place, value in words.values]
        with connection.cursor() as cursor:
            cursor.execute(words.sql, values)
            rows = list(map(list, cursor.fetchall()))
        for column, steps, expression in words.converters:
            for row in rows:
                for step in steps:
                    row[column] = step(row[column], expression, connection)
        return rows

    def _words(self, room: int) -> _Words:
        key = (connection.vendor, room)
        if key not in self._known:
            self._known[key] = self._put_into_words(room)
        return self._known[key]

    def _put_into_words(self, room: int) -> _Words:
        ids = [UUID(int=place) for place in range(room)]
        compiler = self.question(ids).query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        columns = [column for column, _sql, _name in compiler.select[: compiler.col_count]]
        place_of = {_written(each): place for place, each in enumerate(ids)}
        return _Words(
            sql,
            [(place_of[v], None) if v in place_of else (None, v) for v in values],
            [
                (column, [_of_no_connection(step) for step in steps], expression)
                for column, (steps, expression) in compiler.get_converters(columns).items()
            ],
        )


def _of_no_connection(step: Callable[..., Any]) -> Callable[..., Any]:
    """What Django does with a value. It would keep the connection of this thread open for ever."""
    if getattr(step, "__self__", None) is not connection.ops:
        return step
    plain = step.__func__  # type: ignore[attr-defined]  # a method has one

    def of_any(value: Any, expression: Any, asked: Any) -> Any:
        return plain(asked.ops, value, expression, asked)

    return of_any


def _written(each: UUID) -> Any:
    """As this database keeps it."""
    return _ID.get_db_prep_value(each, connection)
