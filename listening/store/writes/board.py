"""Keeps what the day brings beside the pain points: goals and how they stand, reviews, versions of the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.engine import Store
from listening.store.rows import ledger_values
from listening.store.statements import insert_new, upsert
from listening.store.tables import ledger, pain_points, signals
from listening.store.tables_board import goal_nights, goals, map_versions, reviews
from listening.types import Goal, LedgerEntry, MapVersion, Measure, Review

_GOAL = tuple(column.name for column in goals.c if column.name != "baseline")


def keep_goal(store: Store, goal: Goal, line: LedgerEntry) -> None:
    """Keep a pain point's goal in the place of the one before, with its line in the ledger."""
    with store.writing() as connection:
        put_goal(connection, goal)
        insert_new(connection, ledger, [ledger_values(line)])


def put_goal(connection: Connection, goal: Goal) -> None:
    """Keep a goal within a transaction."""
    row = {name: getattr(goal, name) for name in _GOAL}
    row["baseline"] = None if goal.baseline is None else measure_json(goal.baseline)
    upsert(connection, goals, [row])


def measure_json(measure: Measure) -> dict[str, object]:
    """Return a measure as plain values."""
    return {**asdict(measure), "on": measure.on.isoformat()}


def drop_goal(store: Store, point_id: str, line: LedgerEntry) -> None:
    """Take a pain point's goal away; how it stood each night stays."""
    with store.writing() as connection:
        connection.execute(sa.delete(goals).where(goals.c.pain_point_id == point_id))
        insert_new(connection, ledger, [ledger_values(line)])


def keep_goal_nights(store: Store, measured: Mapping[tuple[str, str], Measure]) -> None:
    """Keep how goals stood on a night, by (pain point id, metric); measured again, the later figure stays."""
    rows = [
        {
            "pain_point_id": point_id,
            "metric": metric,
            "night": one.on,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "people": one.people,
        }
        for (point_id, metric), one in measured.items()
    ]
    with store.writing() as connection:
        upsert(connection, goal_nights, rows)


def keep_review(store: Store, review: Review) -> None:
    """Keep a review of a map, open or stamped."""
    with store.writing() as connection:
        upsert(connection, reviews, [asdict(review)])


def keep_map_version(store: Store, map_id: str, text: str, *, who: str, note: str, now: datetime) -> MapVersion:
    """Keep a version of a map where its text differs from the last one; returns the version that holds now."""
    mine = sa.select(map_versions).where(map_versions.c.map == map_id).order_by(map_versions.c.number.desc())
    with store.writing() as connection:
        row = connection.execute(mine.limit(1)).mappings().first()
        if row is not None and row["text"] == text:
            return MapVersion(**row)
        made = MapVersion(map_id, 1 if row is None else row["number"] + 1, now, who, note, text)
        insert_new(connection, map_versions, [asdict(made)])
    return made


def relocate(
    store: Store,
    map_id: str,
    *,
    to: tuple[str, str | None],
    who: str,
    now: datetime,
    touchpoint: str = "",
    stage: str = "",
) -> int:
    """Put a map's pain points of one touchpoint, else of one stage, somewhere else; returns how many.

    What was heard at the touchpoint goes along. Each gets its line in the ledger, and no machine moves it again.
    """
    point, signal = pain_points.c, signals.c
    place = point.touchpoint == touchpoint if touchpoint else point.stage == stage
    here = sa.and_(point.map == map_id, place)
    detail = f"{touchpoint or stage} > {to[1] or to[0]}"
    with store.writing() as connection:
        ids = list(connection.scalars(sa.select(point.id).where(here).order_by(point.id)))
        moved = sa.update(pain_points).where(here)
        connection.execute(moved.values(stage=to[0], touchpoint=to[1], placed_by=who))
        heard = sa.update(signals)
        heard = heard.where(signal.touchpoint == touchpoint) if touchpoint else heard.where(signal.stage == stage)
        connection.execute(heard.values({"stage": to[0]} | ({"touchpoint": to[1]} if touchpoint else {})))
        lines = [LedgerEntry(now, who, "placed", one, detail=detail) for one in ids]
        insert_new(connection, ledger, [ledger_values(one) for one in lines])
    return len(ids)
