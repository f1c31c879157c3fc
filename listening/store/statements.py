"""The few statements that the two databases spell differently, and slices that never ask for too many ids at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

SLICE = 500

Row = Mapping[str, object]
T = TypeVar("T")


def in_slices(values: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """Yield the values in lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose key is not there yet; return how many that were."""
    statement = _insert(connection, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return sum(connection.execute(statement, part).rowcount for part in in_slices(rows))


def upsert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert the rows; one whose key is there already gets the new values."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    for part in in_slices(rows):
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), part)


def _insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
