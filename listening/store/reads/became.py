"""What became of pain points: their history, and when they emerged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.rows import emergence_of, ledger_of
from listening.store.statements import in_slices
from listening.store.tables import emergences as emergences_table
from listening.store.tables import ledger as ledger_table
from listening.types import Emergence, LedgerEntry


def ledger(store: Store, point_id: str | None = None) -> list[LedgerEntry]:
    """Return the history, oldest first: of all, or of one pain point, with the lines where it is the other one."""
    lines = sa.select(ledger_table).order_by(ledger_table.c.id)
    if point_id is not None:
        lines = lines.where(sa.or_(ledger_table.c.pain_point_id == point_id, ledger_table.c.other_id == point_id))
    with store.reading() as connection:
        return [ledger_of(row) for row in connection.execute(lines).mappings()]


def ledger_between(store: Store, since: datetime, until: datetime) -> list[LedgerEntry]:
    """Return the history of a stretch of time, oldest first; `until` is no more in it."""
    lines = sa.select(ledger_table).where(ledger_table.c.at >= since, ledger_table.c.at < until)
    with store.reading() as connection:
        return [ledger_of(row) for row in connection.execute(lines.order_by(ledger_table.c.id)).mappings()]


def emergences_between(store: Store, since: date, until: date) -> list[Emergence]:
    """Return what emerged from one night to another, both included, by night."""
    night = emergences_table.c.night
    mine = sa.select(emergences_table).where(night >= since, night <= until).order_by(night)
    with store.reading() as connection:
        return [emergence_of(row) for row in connection.execute(mine).mappings()]


def emergences(store: Store, point_ids: Collection[str] | None = None, *, night: date | None = None) -> list[Emergence]:
    """Return what emerged, by night: of these pain points, on this night, or both; of all where neither is given."""
    found: list[Emergence] = []
    parts = [None] if point_ids is None else in_slices(sorted(set(point_ids)))
    with store.reading() as connection:
        for part in parts:
            mine = sa.select(emergences_table)
            mine = mine if part is None else mine.where(emergences_table.c.pain_point_id.in_(part))
            mine = mine if night is None else mine.where(emergences_table.c.night == night)
            found += [emergence_of(row) for row in connection.execute(mine).mappings()]
    return sorted(found, key=lambda one: (one.night, one.pain_point_id, one.kind))


def last_emergence(store: Store, point_ids: Collection[str]) -> dict[str, Emergence]:
    """Return the latest emergence of each of these pain points that ever had one."""
    return {one.pain_point_id: one for one in emergences(store, point_ids)}


def notes_of(store: Store, point_ids: Collection[str]) -> dict[str, str]:
    """Return the last comment on each of these pain points that has one."""
    wanted = set(point_ids)
    lines = sa.select(ledger_table.c.pain_point_id, ledger_table.c.detail).where(ledger_table.c.what == "comment")
    with store.reading() as connection:
        rows = connection.execute(lines.order_by(ledger_table.c.id))
        return {point_id: said for point_id, said in rows if point_id in wanted}
