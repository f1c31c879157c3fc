"""Keeps what was heard in documents, and keeps a passage in its pain point when a newer model reads it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.engine import Store
from listening.store.rows import signal_values
from listening.store.statements import in_slices, upsert
from listening.store.tables import documents, signals
from listening.store.writes.counting import points_of_signals, recount
from listening.types import Reading


def keep_readings(store: Store, readings: Sequence[Reading]) -> None:
    """Keep the readings and mark their documents as read by that model.

    The signals of each document are replaced. A signal with the same id over the same characters keeps its pain point.
    A document that is gone, or whose text changed since it was handed out, is skipped: the next night reads it.
    """
    with store.writing() as connection:
        for part in in_slices({one.document_id: one for one in readings}.values()):
            _keep(connection, part)


def _keep(connection: Connection, readings: Sequence[Reading]) -> None:
    ids = [one.document_id for one in readings]
    ready = sa.select(documents.c.id).where(documents.c.id.in_(ids), documents.c.state.in_(["clean", "read"]))
    waiting = set(connection.scalars(ready))
    readings = [one for one in readings if one.document_id in waiting]
    heard = [signal for one in readings for signal in one.signals]
    _drop_others(connection, waiting, {(one.id, one.passage.start, one.passage.end) for one in heard})
    upsert(connection, signals, [signal_values(one) for one in heard])
    rows = [{"this": one.document_id, "lang": one.language, "by": one.model} for one in readings]
    if rows:
        mine = sa.update(documents).where(documents.c.id == sa.bindparam("this"))
        change = mine.values(language=sa.bindparam("lang"), read_by=sa.bindparam("by"), state="read")
        connection.execute(change, rows)


def _drop_others(
    connection: Connection, document_ids: Collection[str], stays: Collection[tuple[str, int, int]]
) -> None:
    """Delete the signals of these documents that are not over the same characters any more."""
    columns = (signals.c.id, signals.c.start, signals.c.end)
    found = connection.execute(sa.select(*columns).where(signals.c.document_id.in_(document_ids)))
    gone = [row[0] for row in found if tuple(row) not in stays]
    touched = points_of_signals(connection, gone)
    for part in in_slices(gone):
        connection.execute(sa.delete(signals).where(signals.c.id.in_(part)))
    recount(connection, touched)
