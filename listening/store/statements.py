"""The few statements that the two databases spell differently, and slices that never ask for too many ids at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import StatementError

from listening.store.columns import all_clean, cleaned

SLICE = 500
_MOST_PLACES = 7_000  # question marks of one statement: SQLite takes 32,766
_PLACES = re.compile(r"(?<=VALUES )(\((?:\?, )*\?\))")

Row = Mapping[str, object]
T = TypeVar("T")


def in_slices(values: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """Yield the values in lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose key is not there yet; return how many that were. All rows name the same columns."""
    if not rows:
        return 0
    return insert_columns(connection, table, {name: [row[name] for row in rows] for name in rows[0]})


def insert_columns(connection: Connection, table: sa.Table, columns: Mapping[str, Sequence[object]]) -> int:
    """Insert rows, given as columns of one length, whose key is not there yet; return how many that were.

    The values go to the driver as they are, prepared by their column's type: SQLAlchemy's own way costs several times
    what the database does, and a document brings two dozen rows.
    """
    sql, placed, prepared = _inserting(connection.dialect, table, tuple(columns))
    try:
        ready = [_prepared(columns[name], to) for name, to in prepared]
    except (TypeError, ValueError) as error:  # as SQLAlchemy itself tells of a value that its type refuses
        raise StatementError(str(error), sql, None, error) from error
    kept = 0
    for lines in in_slices(zip(*ready, strict=True), max(1, _MOST_PLACES // len(ready)) if placed else SLICE):
        if placed:
            asked = connection.exec_driver_sql(_lengthened(sql, len(lines)), tuple(chain.from_iterable(lines)))
        else:
            values = [dict(zip((name for name, _ in prepared), line, strict=True)) for line in lines]
            asked = connection.exec_driver_sql(sql, values, {"preserve_rowcount": True})
        kept += asked.rowcount
    return kept


def _prepared(values: Sequence[object], to: _Prepare) -> Sequence[object]:
    return values if to is None or (to is cleaned and all_clean(values)) else list(map(to, values))


@lru_cache(maxsize=64)
def _lengthened(sql: str, rows: int) -> str:
    """Return the insert of one row as one of so many.

    A statement a row would have SQLite write its index of words out for each: it costs more than all else of the row.
    """
    head, one, tail = _PLACES.split(sql, maxsplit=1)
    return head + ", ".join([one] * rows) + tail


def upsert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert the rows; one whose key is there already gets the new values."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    for part in in_slices(rows):
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), part)


_Prepare = Callable[[Any], Any] | None


@lru_cache(maxsize=64)
def _inserting(
    dialect: Dialect, table: sa.Table, names: tuple[str, ...]
) -> tuple[str, bool, list[tuple[str, _Prepare]]]:
    """Return the insert of these columns, whether it takes values by place, and what prepares each, in order."""
    statement = _insert_into(dialect, table).on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = list(compiled.positiontup or names)
    types = [table.c[name].type.dialect_impl(dialect) for name in order]
    prepared = [kind.bind_processor(dialect) for kind in types]
    return str(compiled), bool(compiled.positiontup), list(zip(order, prepared, strict=True))


def _insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return _insert_into(connection.dialect, table)


def _insert_into(dialect: Dialect, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
