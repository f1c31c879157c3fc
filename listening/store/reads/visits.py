"""The posts that a night's visits met: all that were seen, the new ones, those that had other words."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.reads.days import edges
from listening.store.reads.search import found_posts
from listening.store.tables import documents
from listening.store.tables_visits import met_again, rewritten
from listening.types import Hit

MET = ("seen", "new", "changed")


def met(
    store: Store, night: date, kind: str = "seen", *, source: str = "", zone: str = "UTC", limit: int, offset: int = 0
) -> tuple[int, list[Hit]]:
    """Return how many posts a night's visits met, and `limit` of them from `offset` on, the newest first.

    `kind` is one of MET; with `source` only those of that one. `night` is a day in `zone`. What is gone since, because
    it was withdrawn, erased or too old, is not among them.
    """
    there = _ids(night, kind, source, zone).subquery()
    mine = documents.c.source == source if source else sa.true()
    counted = sa.select(sa.func.count()).select_from(documents).join(there, there.c.id == documents.c.id).where(mine)
    with store.reading() as connection:
        count = connection.scalar(counted) or 0
        return count, found_posts(connection, there, mine, (), limit=limit, offset=offset)


def _ids(night: date, kind: str, source: str, zone: str) -> sa.Select[tuple[str]] | sa.CompoundSelect[tuple[str]]:
    if kind == "changed":
        return sa.select(rewritten.c.document_id.label("id")).where(rewritten.c.night == night)
    start, end = edges(night, night, zone)
    new = sa.select(documents.c.id).where(documents.c.first_seen >= start, documents.c.first_seen < end)
    if kind == "new":
        return new
    again = sa.select(met_again.c.document_id).where(met_again.c.last >= night, met_again.c.first <= night)
    return sa.union(new, again.where(met_again.c.source == source) if source else again)
