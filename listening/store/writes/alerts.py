"""The outbox: an alert is queued once, claimed by one worker, sent, tried again, or given up, and never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.payload import alert_json, alert_of
from listening.store.statements import in_slices, insert_new
from listening.store.tables import alerts
from listening.store.tables_alerts import alert_points, sights
from listening.types import Alert, Sight


def queue_alerts(store: Store, new: Sequence[Alert], *, map_id: str, now: datetime) -> int:
    """Queue alerts and return how many were new; one of the same owner, map, night and channel is there and stays.

    What only one that was there before would have told is not told: another night does.
    """
    rows = [
        {
            "id": one.id,
            "owner": one.owner.id,
            "map": map_id,
            "night": one.night,
            "state": "queued",
            "payload": alert_json(one),
            "next_try": now,
            "queued_at": now,
            "channel": one.channel,
        }
        for one in new
    ]
    with store.writing() as connection:
        before = _known(connection, new)
        queued = insert_new(connection, alerts, rows)
        fresh = _known(connection, new) - before
        insert_new(connection, alert_points, [row for one in new if one.id in fresh for row in _told(one)])
    return queued


def keep_sights(store: Store, found: Sequence[Sight], *, map_id: str) -> None:
    """Keep what became of touchpoints' sight; one of the same touchpoint and night is there already and stays."""
    rows = [asdict(one) | {"map": map_id, "sources": list(one.sources)} for one in found]
    with store.writing() as connection:
        insert_new(connection, sights, rows)


def _known(connection: Connection, new: Sequence[Alert]) -> set[str]:
    return {
        one
        for part in in_slices(one.id for one in new)
        for one in connection.scalars(sa.select(alerts.c.id).where(alerts.c.id.in_(part)))
    }


def _told(alert: Alert) -> Sequence[Mapping[str, object]]:
    return (
        [
            {
                "alert_id": alert.id,
                "pain_point_id": item.pain_point_id,
                "kind": item.emergence.kind,
                "emerged": item.emergence.night,
            }
            for item in alert.items
        ]
        + [
            {
                "alert_id": alert.id,
                "pain_point_id": item.told or f"touchpoint {item.sight.touchpoint}",
                "kind": item.sight.kind,
                "emerged": item.sight.night,
            }
            for item in alert.sights
        ]
        + [
            {"alert_id": alert.id, "pain_point_id": one.told, "kind": one.kind, "emerged": one.day}
            for one in alert.reminders
        ]
    )


def claim_alert(store: Store, *, by: str, now: datetime, lease_seconds: int = 300, mail: bool = True) -> Alert | None:
    """Claim the alert that waits longest; None where none is due. Two workers never get the same one.

    A claim that is older than `lease_seconds` belongs to a dead worker and is claimed again.
    Without `mail` only other channels count.
    """
    due = sa.or_(
        sa.and_(alerts.c.state == "queued", alerts.c.next_try <= now),
        sa.and_(alerts.c.state == "claimed", alerts.c.claimed_until < now),
    )
    due = due if mail else sa.and_(due, alerts.c.channel != "mail")
    first = sa.select(alerts.c.id, alerts.c.payload).where(due).order_by(alerts.c.next_try, alerts.c.id).limit(1)
    with store.writing() as connection:
        row = connection.execute(first.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        claim = {"state": "claimed", "claimed_by": by, "claimed_until": now + timedelta(seconds=lease_seconds)}
        mine = sa.update(alerts).where(alerts.c.id == row.id)
        connection.execute(mine.values(claim | {"tries": alerts.c.tries + 1}))
        return alert_of(row.payload)


def free_claims(store: Store, *, dead: Callable[[str], bool]) -> int:
    """Queue again what workers claimed of whom `dead(worker)` says that they live no more; returns how many.

    The claim's try is not counted: the mail server never refused it.
    """
    held = sa.select(alerts.c.id, alerts.c.claimed_by).where(alerts.c.state == "claimed")
    again = {"state": "queued", "claimed_by": "", "claimed_until": None, "tries": alerts.c.tries - 1}
    with store.writing() as connection:
        left = [row.id for row in connection.execute(held.with_for_update(skip_locked=True)) if dead(row.claimed_by)]
        for part in in_slices(left):
            connection.execute(sa.update(alerts).where(alerts.c.id.in_(part)).values(again))
    return len(left)


def mark_sent(store: Store, alert_id: str, *, by: str, now: datetime) -> bool:
    """Mark an alert as sent, even where the claim had run out meanwhile: the mail is out. False if it was before."""
    sent = {"state": "sent", "sent_at": now, "claimed_by": by, "claimed_until": None, "last_error": ""}
    return _change(store, alert_id, alerts.c.state != "sent", sent)


def mark_retry(store: Store, alert_id: str, *, by: str, error: str, next_try: datetime, counted: bool = True) -> bool:
    """Queue a claimed alert again for later. False where the claim is another worker's by now.

    A try that never came as far as this mail is not `counted`.
    """
    again = {"state": "queued", "next_try": next_try, "last_error": error, "claimed_by": "", "claimed_until": None}
    again |= {} if counted else {"tries": alerts.c.tries - 1}
    return _change(store, alert_id, _claimed(by), again)


def mark_dead(store: Store, alert_id: str, *, by: str, error: str) -> bool:
    """Give a claimed alert up: it waits for a person. False where the claim is another worker's by now."""
    dead = {"state": "dead", "last_error": error, "claimed_by": "", "claimed_until": None}
    return _change(store, alert_id, _claimed(by), dead)


def requeue_alert(store: Store, alert_id: str, now: datetime) -> bool:
    """Queue an alert that was given up (or waits for later) to be sent now. False where it is sent or claimed."""
    again = {"state": "queued", "next_try": now, "tries": 0}
    return _change(store, alert_id, alerts.c.state.in_(["dead", "queued"]), again)


def _claimed(by: str) -> sa.ColumnElement[bool]:
    return sa.and_(alerts.c.state == "claimed", alerts.c.claimed_by == by)


def _change(store: Store, alert_id: str, when: sa.ColumnElement[bool], values: Mapping[str, object]) -> bool:
    with store.writing() as connection:
        result = connection.execute(sa.update(alerts).where(alerts.c.id == alert_id, when).values(values))
        if result.rowcount == 0:
            _must_exist(connection, alert_id)
        return result.rowcount > 0


def _must_exist(connection: Connection, alert_id: str) -> None:
    if connection.scalar(sa.select(alerts.c.id).where(alerts.c.id == alert_id)) is None:
        raise NotFound(f"no alert {alert_id}", "see `listening alerts list`")
