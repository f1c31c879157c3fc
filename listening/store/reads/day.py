"""Goals and how they stood, reviews and versions of the map, as they were kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.tables import pain_points
from listening.store.tables_board import goal_nights, map_versions
from listening.store.tables_board import goals as goals_table
from listening.store.tables_board import reviews as reviews_table
from listening.types import Goal, MapVersion, Measure, Review


def _measure(found: Mapping[str, Any]) -> Measure:
    return Measure(**{**found, "on": date.fromisoformat(found["on"])})


def _goal(row: RowMapping) -> Goal:
    baseline = row["baseline"]
    return Goal(**{**row, "baseline": None if baseline is None else _measure(baseline)})


def goal(store: Store, point_id: str) -> Goal | None:
    """Return a pain point's goal, None where it has none."""
    with store.reading() as connection:
        found = connection.execute(sa.select(goals_table).where(goals_table.c.pain_point_id == point_id))
        row = found.mappings().first()
        return None if row is None else _goal(row)


def goals(store: Store, map_id: str) -> list[Goal]:
    """Return the goals of a map's living pain points, those due first."""
    joined = goals_table.join(pain_points, pain_points.c.id == goals_table.c.pain_point_id)
    mine = sa.select(goals_table).select_from(joined).where(pain_points.c.map == map_id)
    mine = mine.where(pain_points.c.merged_into.is_(None))
    with store.reading() as connection:
        found = [_goal(row) for row in connection.execute(mine).mappings()]
    return sorted(found, key=lambda one: (one.due or date.max, one.pain_point_id))


def goal_series(store: Store, point_id: str, metric: str) -> list[Measure]:
    """Return how a goal's metric stood each night, oldest first."""
    table = goal_nights
    mine = sa.select(table).where(table.c.pain_point_id == point_id, table.c.metric == metric).order_by(table.c.night)
    with store.reading() as connection:
        rows = connection.execute(mine).mappings()
        return [Measure(row["value"], row["low"], row["high"], row["people"], row["night"]) for row in rows]


def reviews(store: Store, map_id: str) -> list[Review]:
    """Return a map's reviews, the latest first."""
    mine = sa.select(reviews_table).where(reviews_table.c.map == map_id).order_by(reviews_table.c.until.desc())
    with store.reading() as connection:
        return [Review(**row) for row in connection.execute(mine).mappings()]


def map_versions_of(store: Store, map_id: str) -> list[MapVersion]:
    """Return all versions of a map, the latest first."""
    mine = sa.select(map_versions).where(map_versions.c.map == map_id).order_by(map_versions.c.number.desc())
    with store.reading() as connection:
        return [MapVersion(**row) for row in connection.execute(mine).mappings()]


def map_version(store: Store, map_id: str, number: int) -> MapVersion:
    """Return one version of a map. Raises `NotFound`."""
    mine = sa.select(map_versions).where(map_versions.c.map == map_id, map_versions.c.number == number)
    with store.reading() as connection:
        row = connection.execute(mine).mappings().first()
    if row is None:
        raise NotFound(f"no version {number} of the map {map_id}", "see the list of versions")
    return MapVersion(**row)


def points_by_map(store: Store) -> dict[str, int]:
    """Count the living pain points of each map that has any."""
    mine = sa.select(pain_points.c.map, sa.func.count()).where(pain_points.c.merged_into.is_(None))
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(mine.group_by(pain_points.c.map))}


def map_ids(store: Store) -> list[str]:
    """Return the maps that were ever kept or have pain points."""
    kept = sa.select(map_versions.c.map).union(sa.select(pain_points.c.map))
    with store.reading() as connection:
        return sorted(connection.scalars(kept))
