"""Remembers which known posts a visit met again, and which of them it found with other words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.reads.days import edges
from listening.store.statements import in_slices, insert_columns, insert_new
from listening.store.tables import crawls
from listening.store.tables_visits import met_again, rewritten

_run = met_again.c


def open_visit(connection: Connection, source: str, night: date) -> None:
    """Make the row of a source's visit where there is none yet."""
    row = {"source": source, "night": night, "state": "running", "warnings": []}
    if insert_new(connection, crawls, [row]):
        _break_runs(connection, source, night)


def _break_runs(connection: Connection, source: str, night: date) -> None:
    """End the runs that lead over a night which comes late, before it, and begin them again after it."""
    mine, own = crawls.c.source == source, crawls.c.night
    after = connection.scalar(sa.select(sa.func.min(own)).where(mine, own > night))
    before = _visited_before(connection, source, night)
    if after is None or before is None:
        return
    over = sa.and_(_run.source == source, _run.first < night, _run.last > night)
    rows = connection.execute(sa.select(_run.document_id, _run.last).where(over)).all()
    connection.execute(sa.update(met_again).where(over).values(last=before))
    _begin(connection, source, {row.document_id: row.last for row in rows}, first=after)


def _visited_before(connection: Connection, source: str, night: date) -> date | None:
    mine = sa.select(sa.func.max(crawls.c.night)).where(crawls.c.source == source, crawls.c.night < night)
    found: date | None = connection.scalar(mine)
    return found


def meet(connection: Connection, source: str, night: date, zone: str, known: Mapping[str, datetime]) -> None:
    """Remember that a visit met these known posts, given with the moment at which each was first seen.

    One that was new tonight is known by that moment; one that the last visit met too has its run made longer.
    """
    start, end = edges(night, night, zone)
    ids = [one for one, first_seen in known.items() if not start <= first_seen < end]
    before = _visited_before(connection, source, night) if ids else None
    for part in in_slices(ids):
        here = _run.document_id.in_(part)
        lasted = sa.select(_run.document_id, _run.last).where(here, _run.first <= night, _run.last >= (before or night))
        last = {row.document_id: row.last for row in connection.execute(lasted)}
        longer = [one for one in part if last.get(one) == before]
        if longer and before is not None:
            mine = sa.update(met_again).where(_run.document_id.in_(longer), _run.last == before)
            connection.execute(mine.values(last=night))
        _begin(connection, source, {one: night for one in part if one not in last}, first=night)


def _begin(connection: Connection, source: str, last: Mapping[str, date], *, first: date) -> None:
    columns: dict[str, list[str] | list[date]] = {
        "document_id": list(last),
        "first": [first] * len(last),
        "last": list(last.values()),
        "source": [source] * len(last),
    }
    insert_columns(connection, met_again, columns)


def keep_rewritten(connection: Connection, ids: Collection[str], night: date) -> None:
    """Remember that these posts had other words on this night."""
    insert_new(connection, rewritten, [{"document_id": one, "night": night} for one in ids])
