"""The night's own rows: who holds the lease, which nights were, and small notes by key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import sqlalchemy as sa

from listening.errors import NotFound
from listening.store.answers import Held, NightStep
from listening.store.engine import Store
from listening.store.statements import insert_new, upsert
from listening.store.tables import leases, meta, nights
from listening.store.tables_visits import night_steps


def take_lease(
    store: Store, name: str, *, holder: str, now: datetime, until: datetime, takeover: Callable[[str], bool]
) -> Held | None:
    """Take or renew a lease; None when it is ours now, else who holds it.

    It is taken where it is free, run out, the holder's own, or where `takeover(old holder)` says that one is dead.
    """
    row = {"name": name, "holder": holder, "since": now, "until": until}
    mine = leases.c.name == name
    with store.writing() as connection:
        if insert_new(connection, leases, [row]):
            return None
        old = connection.execute(sa.select(leases).where(mine).with_for_update()).mappings().one()
        own = old["holder"] == holder
        if not (own or old["until"] <= now or takeover(old["holder"])):
            return Held(holder=old["holder"], since=old["since"], until=old["until"])
        since = old["since"] if own else now
        connection.execute(sa.update(leases).where(mine).values(holder=holder, since=since, until=until))
        return None


def release_lease(store: Store, name: str, holder: str) -> None:
    """Give a lease back; nothing happens where it is another's by now."""
    with store.writing() as connection:
        connection.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder == holder))


def open_night(store: Store, night: date, now: datetime) -> None:
    """Write that a night began; one that was opened before stays as it is."""
    with store.writing() as connection:
        insert_new(connection, nights, [{"date": night, "state": "running", "started": now}])


def close_night(store: Store, night: date, *, state: str, now: datetime, note: str) -> None:
    """Write how a night ended; one that ended the same way before stays as it is. Raises `NotFound` if never opened."""
    with store.writing() as connection:
        row = connection.execute(sa.select(nights).where(nights.c.date == night)).mappings().first()
        if row is None:
            raise NotFound(f"the night {night} was not opened", "open it first")
        if (row["state"], row["note"]) != (state, note):
            mine = sa.update(nights).where(nights.c.date == night)
            connection.execute(mine.values(state=state, note=note, finished=now))


def keep_step(store: Store, night: date, one: NightStep) -> None:
    """Write how a step of a night went; one that ended the same way before stays as it is."""
    same = sa.and_(night_steps.c.night == night, night_steps.c.step == one.step)
    with store.writing() as connection:
        row = {"night": night, "step": one.step, "seconds": one.seconds, "error": one.error}
        if not insert_new(connection, night_steps, [row]):
            connection.execute(sa.update(night_steps).where(same, night_steps.c.error != one.error).values(row))


def keep_meta(store: Store, key: str, value: str) -> None:
    """Keep a small note under its key."""
    with store.writing() as connection:
        upsert(connection, meta, [{"key": key, "value": value}])
