"""What waits to be told to other programs, and the tickets that pain points have."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.rows import delivery_of, ticket_of
from listening.store.tables_review import deliveries as deliveries_table
from listening.store.tables_review import tickets as tickets_table
from listening.types import Delivery, PointTicket


def deliveries(store: Store, *, states: Collection[str] | None = None) -> list[Delivery]:
    """Return what was and is to be told, oldest first: all, or those in these states."""
    rows = sa.select(deliveries_table).order_by(deliveries_table.c.queued_at, deliveries_table.c.id)
    rows = rows if states is None else rows.where(deliveries_table.c.state.in_(sorted(states)))
    with store.reading() as connection:
        return [delivery_of(row) for row in connection.execute(rows).mappings()]


def tickets(store: Store) -> list[PointTicket]:
    """Return the tickets, by pain point."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(tickets_table).order_by(tickets_table.c.pain_point_id)).mappings()
        return [ticket_of(row) for row in rows]
