"""Remembers what a person's change replaced, and puts it back when they take the change back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from listening.errors import InputError, NotFound
from listening.store.answers import PointChange
from listening.store.engine import Store
from listening.store.rows import ledger_values
from listening.store.statements import in_slices, insert_new
from listening.store.tables import apart, ledger, memberships, pain_points, signals
from listening.store.tables_board import reversals
from listening.store.writes.counting import recount
from listening.types import LedgerEntry

_DAYS = ("muted_until", "resolved_on", "due")
_MOMENTS = ("acknowledged_at",)


def keep_reversal(connection: Connection, entry: LedgerEntry, kind: str, before: Mapping[str, object]) -> None:
    """Keep what it takes to undo the change of this ledger line."""
    row = {
        "key": ledger_values(entry)["key"],
        "kind": kind,
        "pain_point_id": entry.pain_point_id,
        "other_id": entry.other_id,
        "before": before,
    }
    insert_new(connection, reversals, [row])


def keep_fields(connection: Connection, entry: LedgerEntry, point_id: str, fields: PointChange) -> None:
    """Keep the fields as they are before the change; a name that the machine made of people's words is not kept."""
    row = connection.execute(sa.select(pain_points).where(pain_points.c.id == point_id)).mappings().one()
    before = {name: _plain(row[name]) for name in fields}
    if "name" in before and not row["named_by"]:
        before["name"] = ""
    after = {name: _plain(value) for name, value in fields.items()}
    keep_reversal(connection, entry, "fields", {"before": before, "after": after})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def undo(store: Store, key: str, *, who: str, now: datetime) -> tuple[str, ...]:
    """Take back the change of a ledger line; returns the pain points whose centre and name want to be made anew.

    Raises `NotFound` for a line that cannot be undone, `InputError` where it was undone before or something that came
    after it stands in the way.
    """
    with store.writing() as connection:
        found = sa.select(reversals).where(reversals.c.key == key).with_for_update()
        row = connection.execute(found).mappings().first()
        if row is None:
            raise NotFound(f"no change {key} that could be undone", "see the history of the pain point")
        if row["undone_at"] is not None:
            raise InputError("this was undone before", "see the history of the pain point")
        touched = _UNDO[row["kind"]](connection, row)
        mine = sa.update(reversals).where(reversals.c.key == key)
        connection.execute(mine.values(undone_at=now, undone_by=who))
        what = connection.scalar(sa.select(ledger.c.what).where(ledger.c.key == key)) or row["kind"]
        line = LedgerEntry(now, who, "undone", row["pain_point_id"], row["other_id"], detail=what)
        insert_new(connection, ledger, [ledger_values(line)])
        recount(connection, touched)
    return touched


def _undo_fields(connection: Connection, row: RowMapping) -> tuple[str, ...]:
    before, after = row["before"]["before"], row["before"]["after"]
    point_id = row["pain_point_id"]
    now = connection.execute(sa.select(pain_points).where(pain_points.c.id == point_id)).mappings().one()
    if changed := [name for name in after if _plain(now[name]) != after[name]]:
        raise InputError(f"{changed[0]} was changed again since", "undo the later change first")
    values = {name: _back(name, old) for name, old in before.items()}
    connection.execute(sa.update(pain_points).where(pain_points.c.id == point_id).values(values))
    return (point_id,) if "name" in before else ()


def _back(name: str, old: str | int | None) -> object:
    """Return a value as its column wants it."""
    if isinstance(old, str) and old and name in _DAYS:
        return date.fromisoformat(old)
    return datetime.fromisoformat(old) if isinstance(old, str) and name in _MOMENTS else old


def _undo_merge(connection: Connection, row: RowMapping) -> tuple[str, ...]:
    into, gone = row["before"]["into"], row["before"]["from"]
    if _merged_into(connection, gone) != into:
        raise InputError(f"{gone} is not merged into {into} any more", "see its history")
    _must_live(connection, into)
    mine = sa.update(pain_points).where(pain_points.c.id == gone)
    connection.execute(mine.values(merged_into=None))
    _carry(connection, row["before"]["members"], into, gone)
    return (into, gone)


def _undo_split(connection: Connection, row: RowMapping) -> tuple[str, ...]:
    new, old = row["before"]["into"], row["before"]["from"]
    _must_live(connection, new)
    _must_live(connection, old)
    for part in in_slices(row["before"]["members"]):
        pairs = sa.delete(apart).where(apart.c.signal_id.in_(part), apart.c.pain_point_id == old)
        connection.execute(pairs)
    everything = sa.update(memberships).where(memberships.c.pain_point_id == new)
    connection.execute(everything.values(pain_point_id=old))
    connection.execute(sa.update(pain_points).where(pain_points.c.id == new).values(merged_into=old))
    return (old, new)


def _undo_move(connection: Connection, row: RowMapping) -> tuple[str, ...]:
    signal, point_id = row["before"]["signal"], row["pain_point_id"]
    _must_live(connection, point_id)
    pair = sa.delete(apart).where(apart.c.signal_id == signal, apart.c.pain_point_id == point_id)
    connection.execute(pair)
    if connection.scalar(sa.select(signals.c.id).where(signals.c.id == signal)) is None:
        return (point_id,)  # forgotten meanwhile
    mine = memberships.c.signal_id == signal
    elsewhere = connection.scalar(sa.select(memberships.c.pain_point_id).where(mine))
    connection.execute(sa.delete(memberships).where(mine))
    night = date.fromisoformat(row["before"]["night"])
    back = {"signal_id": signal, "pain_point_id": point_id, "night": night, "score": row["before"]["score"]}
    insert_new(connection, memberships, [back])
    return (point_id, elsewhere) if elsewhere and elsewhere != point_id else (point_id,)


def _carry(connection: Connection, members: list[str], here: str, there: str) -> None:
    for part in in_slices(members):
        mine = sa.update(memberships).where(memberships.c.signal_id.in_(part), memberships.c.pain_point_id == here)
        connection.execute(mine.values(pain_point_id=there))


def _merged_into(connection: Connection, point_id: str) -> str | None:
    found: str | None = connection.scalar(sa.select(pain_points.c.merged_into).where(pain_points.c.id == point_id))
    return found


def _must_live(connection: Connection, point_id: str) -> None:
    if other := _merged_into(connection, point_id):
        raise InputError(f"{point_id} was merged into {other} since", "undo that merge first")


_UNDO = {"fields": _undo_fields, "merge": _undo_merge, "split": _undo_split, "move": _undo_move}


def move_out(store: Store, signal_id: str, entry: LedgerEntry) -> None:
    """End a membership for good: the passage is placed anew, but never in `entry.pain_point_id` again."""
    point_id = entry.pain_point_id
    with store.writing() as connection:
        mine = sa.and_(memberships.c.signal_id == signal_id, memberships.c.pain_point_id == point_id)
        row = connection.execute(sa.select(memberships.c.night, memberships.c.score).where(mine)).first()
        if row is not None:
            before = {"signal": signal_id, "night": row.night.isoformat(), "score": row.score}
            keep_reversal(connection, entry, "move", before)
        connection.execute(sa.delete(memberships).where(mine))
        insert_new(connection, apart, [{"signal_id": signal_id, "pain_point_id": point_id}])
        insert_new(connection, ledger, [ledger_values(entry)])
        recount(connection, (point_id,))
