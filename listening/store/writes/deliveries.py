"""What other programs are told: queued once, claimed by one worker, sent, tried again, or given up; and the tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.rows import delivery_of
from listening.store.statements import insert_new, upsert
from listening.store.tables_review import deliveries, tickets
from listening.store.writes.points import insert_ledger
from listening.types import Delivery, LedgerEntry, PointTicket


def queue_deliveries(store: Store, new: Sequence[Delivery], *, now: datetime) -> int:
    """Queue deliveries; one of the same id is there already and stays. Returns how many were new."""
    rows = [
        {
            "id": one.id,
            "channel": one.channel,
            "event": one.event,
            "pain_point_id": one.pain_point_id,
            "state": "queued",
            "payload": {**one.detail, "at": (one.at or now).isoformat()},
            "next_try": now,
            "queued_at": now,
        }
        for one in new
    ]
    with store.writing() as connection:
        return insert_new(connection, deliveries, rows)


def claim_delivery(
    store: Store, *, by: str, now: datetime, channels: Sequence[str], lease_seconds: int = 300
) -> Delivery | None:
    """Claim the delivery of these channels that waits longest; None where none is due.

    Two workers never get the same one; a claim older than `lease_seconds` belongs to a dead worker.
    """
    due = sa.or_(
        sa.and_(deliveries.c.state == "queued", deliveries.c.next_try <= now),
        sa.and_(deliveries.c.state == "claimed", deliveries.c.claimed_until < now),
    )
    first = sa.select(deliveries).where(due, deliveries.c.channel.in_(channels))
    first = first.order_by(deliveries.c.next_try, deliveries.c.id).limit(1)
    with store.writing() as connection:
        row = connection.execute(first.with_for_update(skip_locked=True)).mappings().first()
        if row is None:
            return None
        claim = {"state": "claimed", "claimed_by": by, "claimed_until": now + timedelta(seconds=lease_seconds)}
        mine = sa.update(deliveries).where(deliveries.c.id == row["id"])
        connection.execute(mine.values(claim | {"tries": deliveries.c.tries + 1}))
        return delivery_of({**row, "tries": row["tries"] + 1})


def free_deliveries(store: Store, *, dead: Callable[[str], bool]) -> int:
    """Queue again what workers claimed of whom `dead(worker)` says that they live no more; returns how many."""
    held = sa.select(deliveries.c.id, deliveries.c.claimed_by).where(deliveries.c.state == "claimed")
    with store.writing() as connection:
        left = [row.id for row in connection.execute(held.with_for_update(skip_locked=True)) if dead(row.claimed_by)]
        again = {"state": "queued", "claimed_by": "", "claimed_until": None}
        connection.execute(sa.update(deliveries).where(deliveries.c.id.in_(left)).values(again))
    return len(left)


def mark_delivered(store: Store, delivery: Delivery, *, now: datetime, ticket: PointTicket | None = None) -> None:
    """Mark a delivery as sent, and in the same transaction keep the ticket that came of it."""
    sent = {"state": "sent", "sent_at": now, "claimed_until": None, "last_error": ""}
    with store.writing() as connection:
        connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery.id).values(sent))
        if ticket is not None:
            upsert(connection, tickets, [_ticket_values(ticket, now)])
            said = f"{ticket.ticket.key} {ticket.ticket.url}"
            who = delivery.detail.get("who", "listening")
            insert_ledger(connection, [LedgerEntry(now, who, "ticket", ticket.pain_point_id, detail=said)])


def postpone_delivery(store: Store, delivery_id: str, *, error: str, next_try: datetime | None) -> None:
    """Queue a claimed delivery again for later; without `next_try` give it up: it waits for a person."""
    values: Mapping[str, object] = {"state": "dead"} if next_try is None else {"state": "queued", "next_try": next_try}
    again = {**values, "last_error": error, "claimed_by": "", "claimed_until": None}
    mine = deliveries.c.id == delivery_id, deliveries.c.state == "claimed"
    with store.writing() as connection:
        connection.execute(sa.update(deliveries).where(*mine).values(again))


def requeue_delivery(store: Store, delivery_id: str, *, now: datetime) -> bool:
    """Queue a delivery that was given up, or waits for later, to be sent now. False where it is sent or claimed."""
    again = {"state": "queued", "next_try": now, "tries": 0}
    mine = deliveries.c.id == delivery_id, deliveries.c.state.in_(["dead", "queued"])
    with store.writing() as connection:
        return connection.execute(sa.update(deliveries).where(*mine).values(again)).rowcount > 0


def keep_ticket_state(store: Store, ticket: PointTicket, *, now: datetime) -> None:
    """Keep how a ticket stood when we asked."""
    with store.writing() as connection:
        mine = sa.update(tickets).where(tickets.c.pain_point_id == ticket.pain_point_id)
        connection.execute(mine.values(state=ticket.ticket.state, checked_at=now))


def _ticket_values(ticket: PointTicket, now: datetime) -> dict[str, object]:
    return {
        "pain_point_id": ticket.pain_point_id,
        "system": ticket.system,
        "project": ticket.project,
        "key": ticket.ticket.key,
        "url": ticket.ticket.url,
        "state": ticket.ticket.state,
        "made_at": now,
        "checked_at": now,
    }
